import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import { JournalFailure } from '../../src/model/journal-failure.ts';
import { canonicalJson, type Json } from '../../src/model/json.ts';
import { markerName } from '../../src/shell/marker-name.ts';
import { fix, runbook, step } from './build.ts';
import { type Desk, type DeskRun, openDesk } from './desk.ts';
import { never, write } from './notes.ts';

const folder = process.getuid?.() === 0 ? '/var/lib/mendgate' : join(homedir(), '.local/state/mendgate');
const lock = { operator: 'ann@control', comment: '' };

let desk: Desk;
beforeEach(() => {
  desk = openDesk({ a: 'old', b: 'old' });
});
afterEach(() => desk.clear());

/** Which of a unit's markers are on the host: its first attempt's, its first undo's. */
function markersOf(events: readonly Event[], id: string): { readonly fix: boolean; readonly undo: boolean } {
  const key = events.flatMap((event) => (event.type === 'fix.intent' && event.step === id ? [event.key] : []))[0] ?? [];
  const there = (more: readonly Json[]): boolean =>
    existsSync(join(folder, markerName(canonicalJson([...key, ...more]))));
  return { fix: there([1, 0]), undo: there(['undo', 0, 1]) };
}

/** The markers of both steps while the second is verified, and after the run. */
async function watched(run: (look: (event: Event) => void) => Promise<DeskRun>) {
  const events: Event[] = [];
  const during: boolean[] = [];
  const ended = await run((event) => {
    events.push(event);
    if (event.type === 'host.planned') return;
    if (event.type === 'fix.result') during.push(markersOf(events, event.step).fix);
  });
  return { ended, during, one: markersOf(events, 'one'), two: markersOf(events, 'two') };
}

const book = runbook([
  step('one', { remediation: fix(write('a', 'new')) }),
  step('two', { remediation: fix(write('b', 'new')), verify: never }),
]);

describe('the markers of fixes whose end is written down', () => {
  it('go with the host’s lock, those of what was taken back too', async () => {
    const { ended, during, one, two } = await watched((look) => desk.run(book, { lock, sinks: [look] }));
    expect(ended.step('two').result.outcome).toBe('rolled_back');
    expect(during).toEqual([true, true]);
    expect({ one, two }).toEqual({ one: { fix: false, undo: false }, two: { fix: false, undo: false } });
  });

  it('stay when the journal could not take one end, even that of another step', async () => {
    const { one, two } = await watched((look) =>
      desk.run(book, {
        lock,
        sinks: [
          (event) => {
            look(event);
            const lost = event.type === 'rollback.result';
            return lost ? Promise.reject(new JournalFailure('no disk')) : undefined;
          },
        ],
      }),
    );
    expect({ one, two }).toEqual({ one: { fix: true, undo: false }, two: { fix: true, undo: true } });
  });

  it('stay when the run breaks off', async () => {
    const heard: Event[] = [];
    const dying = desk.run(book, {
      lock,
      sinks: [
        (event) => {
          heard.push(event);
          if (event.type === 'rollback.intent') throw new Error('killed');
        },
      ],
    });
    await expect(dying).rejects.toThrow('killed');
    expect(markersOf(heard, 'one').fix).toBe(true);
    expect(markersOf(heard, 'two').fix).toBe(true);
  });
});
