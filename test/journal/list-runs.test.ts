import { mkdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { listRuns } from '../../src/journal/list-runs.ts';
import { runDirectory } from '../../src/journal/places.ts';
import { systemClock } from '../../src/transports/clock.ts';
import {
  clearStates,
  finished,
  intent,
  newState,
  note,
  numbered,
  pathIn,
  result,
  runId,
  started,
  write,
} from './rig.ts';

afterEach(clearStates);

const bodies = [started, intent('one'), result('one'), finished];
/** More than is read whole. */
const long = [started, ...Array.from({ length: 2000 }, () => note('looked at it')), finished];

async function stateWith(events: typeof bodies): Promise<string> {
  const state = newState();
  const at = new Date(systemClock.now()).toISOString();
  await write(
    state,
    numbered(events).map((event) => ({ ...event, at })),
  );
  return state;
}

const entry = async (state: string) => (await listRuns(state))[0];

/** Changes a journal's text; `quietly`: its time says nothing of it. */
function edit(state: string, change: (text: string) => string, quietly = false): void {
  const path = pathIn(state);
  const { atime, mtime } = statSync(path);
  const then = new Date(mtime.getTime() + 60_000);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  utimesSync(path, atime, quietly ? mtime : then);
}

describe('a journal in the list of runs', () => {
  it.each([
    ['short', bodies],
    ['long', long],
  ])('that is as it was written is one of a run that ended (%s)', async (_, events) => {
    expect(await entry(await stateWith(events))).toMatchObject({ run: runId, state: 'ended', exitCode: 0, changes: 2 });
  });

  it.each<readonly [string, typeof bodies, (text: string) => string, boolean, number]>([
    ['between', bodies, (text) => text.replace('"done"', '"dune"'), true, 3],
    ['between, though it is long', long, (text) => text.replace('looked at it', 'looked at me'), false, 2],
    ['in its last line', bodies, (text) => text.replace('"exitCode":0', '"exitCode":7'), true, 4],
    ['in its last line, though it is long', long, (text) => text.replace('"exitCode":0', '"exitCode":7'), true, 2002],
  ])('that was changed %s is marked as damaged, with the line', async (_, events, change, quietly, line) => {
    const state = await stateWith(events);
    edit(state, change, quietly);
    expect(await entry(state)).toMatchObject({
      state: 'damaged',
      runbook: 'test',
      why: `damaged in line ${line}: its text is not what its checksum says`,
    });
  });

  it('that breaks off, even within a line, is one of a run without an end', async () => {
    for (const events of [bodies, long]) {
      const state = await stateWith(events);
      edit(state, (text) => text.slice(0, -5));
      expect(await entry(state)).toMatchObject({ state: 'open', runbook: 'test' });
    }
  });

  it('that was never begun is told from one that tells nothing', async () => {
    const state = await stateWith(bodies);
    edit(state, (text) => text.slice(0, 20));
    expect(await entry(state)).toEqual({ run: runId, state: 'empty' });
    rmSync(pathIn(state));
    expect(await entry(state)).toEqual({ run: runId, state: 'empty' });
    writeFileSync(pathIn(state), '{"seq":1}\n', { mode: 0o600 });
    const why = 'damaged in line 1: it does not end as a record does';
    expect(await entry(state)).toEqual({ run: runId, state: 'unreadable', why });
    rmSync(runDirectory(state, runId), { recursive: true });
    mkdirSync(runDirectory(state, runId));
    mkdirSync(pathIn(state));
    expect(await entry(state)).toMatchObject({ state: 'unreadable', why: expect.stringContaining('not a plain file') });
  });
});
