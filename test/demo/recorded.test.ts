import { describe, expect, it } from 'vitest';
import { createDemoFleet } from '../../src/demo/fleet.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { type RecordingTransport, recordTransport } from '../../src/transports/replay/record-transport.ts';
import { isFailure, type RecordedEntry } from '../../src/transports/replay/recording.ts';
import { loadRecordings } from '../recordings/replay-flagship.ts';
import { play } from './play.ts';

// The demo's hosts are models of EL 9. What they say must have the form of what real hosts said.

/** What a line of an answer is about: its first word, as the packs' scripts write them (`bool NAME`, `rc:0`, `unit=…`). */
function subject(line: string): string {
  return /^[\w-]+[ :=]?/.exec(line)?.[0] ?? '';
}

/** Subjects of an answer's lines, by what was asked. */
function subjectsBy(entries: readonly RecordedEntry[]): ReadonlyMap<string, readonly ReadonlySet<string>[]> {
  const found = new Map<string, ReadonlySet<string>[]>();
  for (const entry of entries) {
    if (entry.type !== 'ask' || isFailure(entry.outcome) || entry.label.kind === 'clock') continue;
    const asked = `${entry.label.kind} ${entry.label.name}`;
    const subjects = new Set(entry.outcome.stdout.split('\n').map(subject));
    subjects.delete('');
    found.set(asked, [...(found.get(asked) ?? []), subjects]);
  }
  return found;
}

function union(sets: readonly ReadonlySet<string>[]): ReadonlySet<string> {
  return new Set(sets.flatMap((set) => [...set]));
}

describe('what the demo fleet answers', async () => {
  const tapes: RecordingTransport[] = [];
  await play(createDemoFleet(Date.now), 'apply', undefined, (transport) => {
    const tape = recordTransport(transport, { name: 'demo', now: systemClock.now });
    tapes.push(tape);
    return tape;
  });
  const demo = subjectsBy(tapes.flatMap((tape) => tape.runs()).flatMap((run) => run.entries));
  const recorded = subjectsBy((await loadRecordings()).flatMap(({ runs }) => runs.flatMap((run) => run.entries)));
  const both = [...demo.keys()].filter((asked) => recorded.has(asked)).sort();

  it('was asked of real hosts too', () => {
    expect([...demo.keys()].filter((asked) => !recorded.has(asked))).toEqual([]);
  });

  it.each(both)('tells of nothing in %s that no real host tells of', (asked) => {
    const real = union(recorded.get(asked) ?? []);
    expect([...union(demo.get(asked) ?? [])].filter((each) => !real.has(each))).toEqual([]);
  });

  it.each(both)('leaves nothing out of %s that every real host tells', (asked) => {
    const [first, ...others] = recorded.get(asked) ?? [];
    const always = [...(first ?? [])].filter((each) => others.every((set) => set.has(each)));
    const told = union(demo.get(asked) ?? []);
    expect(always.filter((each) => !told.has(each))).toEqual([]);
  });
});
