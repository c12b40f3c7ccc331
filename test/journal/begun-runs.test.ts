import { appendFileSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findLastChange, runIds } from '../../src/journal/kept-runs.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import { JournalFailure } from '../../src/model/journal-failure.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { clearStates, newState, numbered, runId, started, write } from './rig.ts';

afterEach(clearStates);

/** Two days before `runId`, by the clock of its control node. */
const earlier = '2026-11-19T064512-0a1b2c';
const sameSecond = `${runId.slice(0, -6)}000000`;

async function begin(state: string, run: string): Promise<void> {
  const journal = await openJournal({ state, run, clock: systemClock });
  for (const event of numbered([started])) await journal.sink({ ...event, run });
  await journal.close();
}

describe('the order of runs', () => {
  it.each([
    ['the clock was set back between them', earlier],
    ['they began in the same second', sameSecond],
  ])('is that in which they began, where %s', async (_, second) => {
    const state = newState();
    await write(state, numbered([started]));
    await begin(state, second);
    expect(await runIds(state)).toEqual([second, runId]);
    expect(await findLastChange(state)).toMatchObject({ kind: 'run', kept: { run: second } });
  });

  it('is not lost with a line that was never finished', async () => {
    const state = newState();
    await write(state, numbered([started]));
    appendFileSync(join(state, 'begun'), '2026-11-');
    await begin(state, earlier);
    expect(await runIds(state)).toEqual([earlier, runId]);
  });

  it('has runs of which nobody noted when they began first, by their names', async () => {
    const state = newState();
    await write(state, numbered([started]));
    await begin(state, earlier);
    rmSync(join(state, 'begun'));
    expect(await runIds(state)).toEqual([runId, earlier]);
    await begin(state, '2026-11-18T064512-0a1b2c');
    expect(await runIds(state)).toEqual(['2026-11-18T064512-0a1b2c', runId, earlier]);
  });

  it('is noted where only its owner reads it; without it no run begins', async () => {
    const state = newState();
    await write(state, numbered([started]));
    expect(readFileSync(join(state, 'begun'), 'utf8')).toBe(`${runId}\n`);
    writeFileSync(join(state, 'elsewhere'), '');
    rmSync(join(state, 'begun'));
    symlinkSync(join(state, 'elsewhere'), join(state, 'begun'));
    await expect(begin(state, earlier)).rejects.toThrow(JournalFailure);
    expect(await runIds(state)).toEqual([runId]);
  });
});
