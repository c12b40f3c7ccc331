import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterBatch,
  type Batch,
  type Candidate,
  type Lesson,
  newProgress,
  nextBatch,
} from '../../src/engine/batches.ts';

/** `A1` is the first host of kind A. */
function hostsOf(counts: { readonly [kind: string]: number }): readonly Candidate[] {
  return Object.entries(counts).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, at) => ({ host: `${kind}${at + 1}`, kind })),
  );
}

/** All batches of a rollout, where the hosts teach what `teach` says. */
function rollOut(
  candidates: readonly Candidate[],
  sizes: readonly number[],
  teach: (host: string) => Lesson = () => 'proved',
): { readonly batches: readonly Batch[]; readonly left: readonly string[] } {
  const kindOf = new Map(candidates.map(({ host, kind }) => [host, kind]));
  const batches: Batch[] = [];
  let progress = newProgress(candidates);
  for (let next = nextBatch(progress, sizes); next !== undefined; next = nextBatch(progress, sizes)) {
    batches.push(next.batch);
    progress = afterBatch(
      next.progress,
      new Map(next.batch.canaries.map((host) => [kindOf.get(host) ?? '', teach(host)])),
    );
  }
  return { batches, left: progress.kinds.flatMap(({ waiting }) => waiting) };
}

const shown = (batches: readonly Batch[]) => batches.map(({ hosts }) => hosts.join(' '));

describe('the order of batches', () => {
  const table: readonly [string, { readonly [kind: string]: number }, readonly number[], readonly string[]][] = [
    ['one kind: its first host alone, then the many', { A: 8 }, [1, 5], ['A1', 'A2 A3 A4 A5 A6', 'A7 A8']],
    ['two kinds, one node at a time, in turn', { A: 3, B: 2 }, [1], ['A1', 'B1', 'A2', 'B2', 'A3']],
    ['a wide batch takes one of each kind that is not proved', { A: 3, B: 3, C: 1 }, [5], ['A1 B1 C1', 'A2 A3 B2 B3']],
    ['a batch kept small by proof does not use its size up', { A: 9 }, [2, 6], ['A1', 'A2 A3', 'A4 A5 A6 A7 A8 A9']],
    ['more kinds than places: the rest is proved next', { A: 2, B: 1, C: 1 }, [2, 3], ['A1 B1', 'C1 A2']],
    ['a kind that comes late catches up', { A: 5, B: 5 }, [1, 1, 4], ['A1', 'B1', 'A2 A3 B2 B3', 'A4 A5 B4 B5']],
    ['more batches than hosts', { A: 2 }, [1, 1, 1, 1], ['A1', 'A2']],
    ['no sizes: all at once', { A: 2, B: 2 }, [], ['A1 A2 B1 B2']],
    ['nobody', {}, [1], []],
  ];
  it.each(table)('%s', (_title, counts, sizes, expected) => {
    expect(shown(rollOut(hostsOf(counts), sizes).batches)).toEqual(expected);
  });

  it('closes the kind whose first host failed, and no other', () => {
    const { batches, left } = rollOut(hostsOf({ A: 3, B: 3 }), [1, 2], (host) => (host === 'A1' ? 'failed' : 'proved'));
    expect(shown(batches)).toEqual(['A1', 'B1', 'B2 B3']);
    expect(left).toEqual(['A2', 'A3']);
  });

  it('sends another first host where the first was not changed', () => {
    const teach = (host: string): Lesson => (host === 'A1' ? 'nothing' : 'proved');
    expect(shown(rollOut(hostsOf({ A: 4 }), [1, 3], teach).batches)).toEqual(['A1', 'A2', 'A3 A4']);
  });

  const counts = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 6 });
  const sizes = fc.array(fc.integer({ min: 1, max: 10 }), { minLength: 1, maxLength: 4 });
  const lessons = fc.func(fc.constantFrom<Lesson>('proved', 'failed', 'nothing'));

  it('never takes a host twice, more than a batch holds, or two of a kind that is not proved', () => {
    fc.assert(
      fc.property(counts, sizes, lessons, (numbers, given, teach) => {
        const candidates = hostsOf(Object.fromEntries(numbers.map((n, at) => [String.fromCharCode(65 + at), n])));
        const { batches, left } = rollOut(candidates, given, teach);
        const all = batches.flatMap(({ hosts }) => hosts);
        expect(new Set([...all, ...left]).size).toBe(candidates.length);
        expect(all.length + left.length).toBe(candidates.length);
        const proved = new Set<string>();
        for (const { hosts, canaries } of batches) {
          expect(hosts.length).toBeGreaterThan(0);
          expect(hosts.length).toBeLessThanOrEqual(Math.max(...given));
          for (const kind of new Set(hosts.map(([first]) => first ?? ''))) {
            const many = hosts.filter((host) => host.startsWith(kind)).length;
            if (!proved.has(kind)) expect({ kind, many }).toEqual({ kind, many: 1 });
          }
          for (const host of canaries) if (teach(host) === 'proved') proved.add(host[0] ?? '');
        }
        for (const host of left) expect(proved.has(host[0] ?? '')).toBe(false);
      }),
    );
  });

  it('takes the kinds in turn: of two proved ones with hosts left, none is ahead by more than its batch', () => {
    const { batches } = rollOut(hostsOf({ A: 20, B: 20, C: 20 }), [3]);
    for (const { hosts } of batches) expect(new Set(hosts.map((host) => host[0])).size).toBe(3);
  });
});
