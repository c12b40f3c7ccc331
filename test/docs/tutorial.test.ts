import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { follow } from './follow.ts';
import { blocksOf } from './page.ts';
import { type ReaderOfPages, readerMissing, startReader } from './reader.ts';

const page = 'docs/tutorial.md';
const why = readerMissing === undefined ? '' : ` (${readerMissing})`;

describe.skipIf(readerMissing !== undefined)(`the tutorial, followed to the letter${why}`, { timeout: 120_000 }, () => {
  let reader: ReaderOfPages;
  beforeAll(async () => {
    reader = await startReader({ project: false });
    reader.hosts.write('web01', '/etc/hosts', '127.0.0.1 localhost\n192.0.2.10 db.internal\n');
    reader.hosts.write('web02', '/etc/hosts', '127.0.0.1 localhost\n192.0.2.20 db.internal\n');
  }, 60_000);
  afterAll(async () => reader?.stop());

  it.each(blocksOf(page).map((block) => [block.line, block.kind, block] as const))('line %i: %s', (_, _kind, block) =>
    follow(reader, block),
  );

  it('ends with both hosts mended', () => {
    for (const host of ['web01', 'web02'] as const)
      expect(reader.hosts.read(host, '/etc/hosts')).toBe('127.0.0.1 localhost\n192.0.2.20 db.internal\n');
  });

  // Wall time is what a person waits; what others do on the same machine is not in the processors' time.
  it('has taken less than ten seconds of computing', () => expect(reader.cpuSeconds()).toBeLessThan(10));
});
