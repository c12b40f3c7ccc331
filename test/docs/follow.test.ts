import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow } from './follow.ts';
import { type ReaderOfPages, readerMissing, startReader } from './reader.ts';

describe.skipIf(readerMissing !== undefined)('whoever follows a page', { timeout: 60_000 }, () => {
  let reader: ReaderOfPages;
  beforeAll(async () => {
    reader = await startReader({ project: false });
  }, 60_000);
  afterAll(async () => reader?.stop());

  const asks = `printf 'Sure? [y/N] '; read -r answer; [ "$answer" = y ]`;

  it('says yes to each question of a block', () =>
    follow(reader, { kind: 'commands', line: 1, lines: [asks, 'sleep 0.5', asks], exit: 0 }));

  it('notices a command that ends otherwise than the page says', async () => {
    await expect(follow(reader, { kind: 'commands', line: 1, lines: ['exit 3'], exit: 0 })).rejects.toThrow('exit 3');
  });

  it('notices a screen that is not the one of the page', async () => {
    const shots = [{ command: 'echo a; echo b', printed: ['a'] }];
    await expect(follow(reader, { kind: 'screen', line: 1, shots, exit: 0 })).rejects.toThrow();
    await follow(reader, {
      kind: 'screen',
      line: 1,
      shots: [{ command: 'echo a; echo b', printed: ['a', '…'] }],
      exit: 0,
    });
  });
});
