import { afterAll, expect, it } from 'vitest';
import { cleanRuns } from '../../src/journal/clean-runs.ts';
import { runIds } from '../../src/journal/kept-runs.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import type { Clock } from '../../src/model/clock.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { clearStates, newState, numbered, runId, started } from './rig.ts';

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
    const retention = { olderThanMs: 3_600_000, keep: 0, dryRun, onUnderWay: (run: string) => void staying.push(run) };
    expect(await cleanRuns(state, retention, tomorrow)).toEqual([]);
    expect(staying).toEqual([runId]);
    expect(await runIds(state)).toEqual([runId]);

    await journal.close();
    expect(await cleanRuns(state, retention, tomorrow)).toEqual([runId]);
    expect(await runIds(state)).toEqual(dryRun ? [runId] : []);
  },
);
