import { expect, it } from 'vitest';
import { createLimit } from '../../src/engine/limit.ts';

it('never runs more than so many at once, also when one comes just as another ends', async () => {
  const limit = createLimit(1);
  let running = 0;
  let most = 0;
  const work = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const all = [limit(() => gate), limit(work), gate.then(() => limit(work))];
  open();
  await Promise.all(all);
  expect(most).toBe(1);
});

it('gives the place of a work that lends it to the next one, and back before any other', async () => {
  const limit = createLimit(1);
  const done: string[] = [];
  let answer = (): void => undefined;
  const slow = limit(async () => {
    await limit.lend(async (waits) => {
      waits();
      waits();
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
    });
    done.push('slow');
  });
  const next = limit(async () => {
    answer();
    // The slow one asks for a place now, while another waits already.
    await new Promise((resolve) => setImmediate(resolve));
    done.push('next');
  });
  const last = limit(async () => {
    done.push('last');
  });
  await Promise.all([slow, next, last]);
  expect(done).toEqual(['next', 'slow', 'last']);
});
