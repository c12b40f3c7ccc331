import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { findLastChange } from '../../src/journal/kept-runs.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import { runDirectory } from '../../src/journal/places.ts';
import type { Event } from '../../src/model/event.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { clearStates, newState, numbered, pathIn, runId, started, write } from './rig.ts';

afterEach(clearStates);

const newer = '2026-11-22T064512-abc123';

/** A state directory with a run that changed something, and a newer one. */
async function twoRuns(event: Event | undefined = numbered([started])[0]): Promise<string> {
  const state = newState();
  await write(state, numbered([started]));
  const journal = await openJournal({ state, run: newer, clock: systemClock });
  if (event !== undefined) await journal.sink({ ...event, run: newer });
  await journal.close();
  return state;
}

const lastOf = async (state: string): Promise<string> => {
  const found = await findLastChange(state);
  return found.kind === 'run' ? found.kept.run : `${found.kind}: ${found.problem}`;
};

describe('the last run that may have changed hosts', () => {
  it('is the newest one', async () => {
    expect(await lastOf(await twoRuns())).toBe(newer);
  });

  it.each<readonly [string, (path: string) => void]>([
    ['is damaged from its first line on', (path) => writeFileSync(path, '{"seq":1}\n')],
    ['others may write to', (path) => chmodSync(path, 0o666)],
    [
      'is no file',
      (path) => {
        rmSync(path);
        mkdirSync(path);
      },
    ],
  ])('is no older one where the newest one’s journal %s: it is named', async (_, spoil) => {
    const state = await twoRuns();
    spoil(pathIn(state, newer));
    expect(await lastOf(state)).toMatch(new RegExp(`^unreadable: .*${newer}.*name the run`));
  });

  it('is an older one where a newer one looked only, or broke off before its first event', async () => {
    expect(await lastOf(await twoRuns({ ...numbered([started])[0], dryRun: true } as Event))).toBe(runId);
    const state = newState();
    await write(state, numbered([started]));
    mkdirSync(runDirectory(state, newer), { mode: 0o700 });
    expect(await lastOf(state)).toBe(runId);
    writeFileSync(pathIn(state, newer), '{"se', { mode: 0o600 });
    expect(await lastOf(state)).toBe(runId);
  });
});
