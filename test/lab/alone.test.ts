import { expect, test } from 'vitest';
import { alone } from './alone.ts';

// Not the lab's own lock: a build may be going on beside the tests.
const lock = `mendgate-lab-test-${process.pid}`;

test('the second of two builds waits for the first, and says so', async () => {
  const order: string[] = [];
  let finishFirst = () => {};
  const first = alone(
    'first',
    () => undefined,
    async () => {
      order.push('first begins');
      await new Promise<void>((resolve) => {
        finishFirst = resolve;
      });
      order.push('first ends');
    },
    lock,
  );
  await expect.poll(() => order).toContain('first begins');
  const second = alone(
    'second',
    (line) => order.push(line),
    async () => {
      order.push('second begins');
    },
    lock,
  );
  await expect.poll(() => order.length).toBe(2);
  finishFirst();
  await Promise.all([first, second]);
  expect(order).toEqual([
    'first begins',
    'second: waiting for another process that builds',
    'first ends',
    'second begins',
  ]);
});
