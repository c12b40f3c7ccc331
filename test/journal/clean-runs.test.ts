import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { cleanRuns, type Retention } from '../../src/journal/clean-runs.ts';
import { runIds } from '../../src/journal/kept-runs.ts';
import { listRuns } from '../../src/journal/list-runs.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import { runDirectory } from '../../src/journal/places.ts';
import type { Clock } from '../../src/model/clock.ts';
import type { EventBody } from '../../src/model/event.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { clearStates, finished, intent, newState, numbered, pathIn, result, runId, started, write } from './rig.ts';

afterAll(clearStates);

/** A day after everything that was written. */
const tomorrow: Clock = { ...systemClock, now: () => systemClock.now() + 86_400_000 };

it.each([false, true])(
  'a run under way stays, however long it writes nothing, and it is said (dry run: %s)',
  async (dryRun) => {
    const state = newState();
    const journal = await openJournal({ state, run: runId, clock: systemClock, dryRun: false, inventory: 'abc' });
    for (const event of numbered([started])) await journal.sink(event);
    const staying: string[] = [];
    const onStaying = (run: string, why: string) => void staying.push(`${run}: ${why}`);
    const retention = { olderThanMs: 3_600_000, keep: 0, dryRun, onStaying };
    expect(await cleanRuns(state, retention, tomorrow)).toEqual([]);
    expect(staying).toEqual([`${runId}: it is under way`]);
    expect(await runIds(state)).toEqual([runId]);

    await journal.close();
    expect(await cleanRuns(state, retention, tomorrow)).toEqual([runId]);
    expect(await runIds(state)).toEqual(dryRun ? [runId] : []);
  },
);

/** What goes, and what stays, of runs that are all old enough. */
async function clean(state: string, more: Partial<Retention> = {}) {
  const staying: string[] = [];
  const onStaying = (run: string, why: string) => void staying.push(`${run}: ${why}`);
  const removed = await cleanRuns(state, { olderThanMs: 0, keep: 0, dryRun: false, onStaying, ...more }, tomorrow);
  return { removed, staying };
}

const undoId = '2026-11-22T064512-abc123';

/** An undo of the run, up to here. */
async function writeUndo(state: string, bodies: readonly EventBody[]): Promise<void> {
  const journal = await openJournal({ state, run: undoId, clock: systemClock });
  const begun = { ...started, request: { kind: 'undo', of: runId } } as EventBody;
  for (const event of numbered([begun, ...bodies])) await journal.sink({ ...event, run: undoId });
  await journal.close();
}

const back: EventBody = { type: 'rollback.intent', host: 'one', step: 's', key: [undoId], attempt: 1, changes: [] };

describe('a run that somebody may still have to settle', () => {
  it('stays, says what settles it, and goes when that is asked for', async () => {
    const state = newState();
    await write(state, numbered([started, intent('one')]));
    const { removed, staying } = await clean(state);
    expect(removed).toEqual([]);
    expect(staying).toEqual([`${runId}: it has not ended; mendgate resume ${runId} goes on with it`]);
    expect(await clean(state, { unsettled: true })).toEqual({ removed: [runId], staying: [] });
  });

  it('keeps its undos with it: without them a resume would count on what they took back', async () => {
    const state = newState();
    await write(state, numbered([started, intent('one'), result('one')]));
    await writeUndo(state, [finished]);
    const { removed, staying } = await clean(state);
    expect(removed).toEqual([]);
    expect(staying[1]).toBe(`${undoId}: it tells what of run ${runId} was undone, and that one stays`);
    expect(await clean(state, { unsettled: true })).toEqual({ removed: [runId, undoId], staying: [] });
  });

  it('may be one that has ended, whose undo has not', async () => {
    const state = newState();
    await write(state, numbered([started, finished]));
    await writeUndo(state, [back]);
    const { removed, staying } = await clean(state);
    expect(removed).toEqual([]);
    expect(staying[0]).toContain(`of its undo ${undoId}: it has not ended; mendgate undo ${runId} goes on with it`);
  });
});

it.each<readonly [string, (state: string) => void, string]>([
  ['is no file', spoilFile, 'is not a plain file'],
  ['others may write to', (state) => chmodSync(runDirectory(state, runId), 0o777), 'others may write to'],
])('a journal that %s stays, is named, and no reason to leave the others', async (_, spoil, why) => {
  const state = newState();
  await write(state, numbered([started, finished]));
  const journal = await openJournal({ state, run: undoId, clock: systemClock });
  await journal.close();
  spoil(state);
  const { removed, staying } = await clean(state);
  expect(staying.join()).toContain(`${runId}: `);
  expect(staying.join()).toContain(why);
  expect(removed).toEqual([undoId]);
});

function spoilFile(state: string): void {
  rmSync(pathIn(state));
  mkdirSync(pathIn(state));
}

it('a directory instead of a journal is listed as one that tells nothing', async () => {
  const state = newState();
  await write(state, numbered([started, finished]));
  spoilFile(state);
  expect(await listRuns(state)).toMatchObject([{ run: runId, state: 'unreadable' }]);
});
