import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { holding } from '../../src/engine/host-lock.ts';
import { LockKeeper } from '../../src/engine/lock-keeper.ts';
import { SpentMarkers } from '../../src/engine/spent-markers.ts';
import type { Event } from '../../src/model/event.ts';
import { JournalFailure } from '../../src/model/journal-failure.ts';
import { canonicalJson, type Json } from '../../src/model/json.ts';
import type { Connection, LaneRequest } from '../../src/model/transport.ts';
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

/** The markers of both steps as the first thing is told of each of their ends; then `left`, after the run. */
async function watched(run: (look: (event: Event) => void) => Promise<DeskRun>) {
  const events: Event[] = [];
  const during: boolean[] = [];
  const ended = await run((event) => {
    events.push(event);
    if (event.type === 'host.planned') return;
    if (event.type === 'fix.result') during.push(markersOf(events, event.step).fix);
  });
  return { ended, during, left: () => ({ one: markersOf(events, 'one'), two: markersOf(events, 'two') }) };
}

const book = runbook([
  step('one', { remediation: fix(write('a', 'new')) }),
  step('two', { remediation: fix(write('b', 'new')), verify: never }),
]);

/** The run does not wait for the shells that remove them. */
const soon = { timeout: 5000 };

describe('the markers of fixes whose end is written down', () => {
  it('go, those of what was taken back too', async () => {
    const { ended, during, left } = await watched((look) => desk.run(book, { lock, sinks: [look] }));
    expect(ended.step('two').result.outcome).toBe('rolled_back');
    expect(during).toEqual([true, true]);
    await expect.poll(left, soon).toEqual({ one: { fix: false, undo: false }, two: { fix: false, undo: false } });
  });

  it.each([
    ['fix.result', { one: { fix: true, undo: false }, two: { fix: false, undo: false } }],
    ['rollback.result', { one: { fix: false, undo: false }, two: { fix: false, undo: true } }],
  ] as const)('stay when the journal could not take their %s', async (type, expected) => {
    const { left } = await watched((look) =>
      desk.run(book, {
        lock,
        sinks: [
          (event) => {
            look(event);
            return event.type === type ? Promise.reject(new JournalFailure('no disk')) : undefined;
          },
        ],
      }),
    );
    await expect.poll(left, soon).toEqual(expected);
  });

  it('stay when the run breaks off before', async () => {
    const heard: Event[] = [];
    const dying = desk.run(book, {
      lock,
      sinks: [
        (event) => {
          heard.push(event);
          if (event.type === 'fix.result' && event.step === 'two') throw new Error('killed');
        },
      ],
    });
    await expect(dying).rejects.toThrow('killed');
    await expect.poll(() => markersOf(heard, 'one').fix, soon).toBe(false);
    expect(markersOf(heard, 'two').fix).toBe(true);
  });

  it('go with the host’s lock where their own shell is gone, if they are of its user', async () => {
    const spent = new SpentMarkers((key) => key.includes('told'));
    for (const [name, become] of [
      ['told', 'root'],
      ['gone', 'root'],
      ['other', 'app'],
      ['open', 'root'],
    ] as const) {
      spent.sent({ key: canonicalJson(['run', name, 1]), become });
      if (name !== 'open') spent.recorded(['run', name]);
    }
    const asked: LaneRequest[] = [];
    const connection = {
      run: async (request: LaneRequest) => {
        asked.push(request);
        return { rc: 0, stdout: 'taken\n', stderr: '', truncated: false, ms: 0 };
      },
    } as unknown as Connection;
    const keeper = new LockKeeper();
    keeper.take(connection, holding('run', 'desk', lock, 'root', 0));
    await keeper.release(connection, (user) => spent.left(user));
    const [, release, ...more] = asked;
    expect(release).toMatchObject({
      become: 'root',
      label: { name: 'release' },
      command: { variables: { spent: markerName(canonicalJson(['run', 'gone', 1])) } },
    });
    expect(more).toEqual([]);
  });
});
