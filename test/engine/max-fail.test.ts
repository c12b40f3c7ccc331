import { describe, expect, it } from 'vitest';
import { type BadHost, overMaxFail } from '../../src/engine/max-fail.ts';
import { parseCount } from '../../src/model/rollout.ts';

/** So many bad hosts; the first of them are canaries that took themselves back. */
function bad(count: number, canaries = 0): readonly BadHost[] {
  return Array.from({ length: count }, (_, at) => ({
    host: `web${at + 1}`,
    verdict: at < canaries ? 'rolled_back' : 'unreachable',
    spentItself: at < canaries,
  }));
}

describe('max_fail', () => {
  const rows: readonly [string, string | undefined, readonly BadHost[], number, readonly BadHost[], number, boolean][] =
    [
      ['nobody says it: one is too many', undefined, bad(1), 100, [], 5, true],
      [
        'nobody says it: canaries that took themselves back cost their kind',
        undefined,
        bad(2, 2),
        100,
        bad(2, 2),
        5,
        false,
      ],
      ['nobody says it: beside such a canary one is too many', undefined, bad(3, 2), 100, bad(2, 2), 5, true],
      ['0: such a canary is one too many', '0', bad(1, 1), 100, bad(1, 1), 1, true],
      ['3: three may be bad', '3', bad(3), 100, bad(3), 5, false],
      ['3: four may not, in however many batches', '3', bad(4), 100, bad(1), 5, true],
      ['10% of 25 hosts, rounded up: three', '10%', bad(3), 25, bad(1), 5, false],
      ['10% of 25 hosts: four are too many', '10%', bad(4), 25, bad(1), 5, true],
      ['10% of a batch of five, rounded up: one', '10%', bad(2), 100, bad(2), 5, true],
      ['10% of a canary alone: it may fail', '10%', bad(1, 1), 100, bad(1, 1), 1, false],
      ['100%: all may', '100%', bad(100), 100, bad(5), 5, false],
    ];
  it.each(rows)('%s', (_title, said, all, hosts, ofBatch, size, stops) => {
    const maxFail = said === undefined ? undefined : parseCount(said);
    const why = overMaxFail(maxFail, { bad: all, hosts }, { bad: ofBatch, hosts: size });
    expect(why !== undefined).toBe(stops);
  });

  it('names some of the hosts, and what is allowed', () => {
    const why = overMaxFail({ hosts: 2 }, { bad: bad(5, 1), hosts: 9 }, { bad: [], hosts: 0 });
    expect(why).toBe(
      '5 hosts went wrong (web1 rolled back, web2 unreachable, web3 unreachable, and 2 more), and max_fail allows 2',
    );
  });
});
