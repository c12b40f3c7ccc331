import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { earlierUndos, sinceUndos } from '../../src/journal/earlier-undos.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import { runDirectory } from '../../src/journal/places.ts';
import type { EventBody } from '../../src/model/event.ts';
import type { HostOutcome, StepPlan } from '../../src/model/plan.ts';
import type { Verdict } from '../../src/model/result.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { clearStates, finished, newState, numbered, pathIn, runId, started, write } from './rig.ts';

afterEach(clearStates);

const undoId = '2026-11-22T064512-abc123';
const laterId = '2026-11-23T064512-abc123';

async function begin(state: string, run: string, first: EventBody): Promise<void> {
  const journal = await openJournal({ state, run, clock: systemClock });
  for (const event of numbered([first, finished])) await journal.sink({ ...event, run });
  await journal.close();
}

const undo = { ...started, request: { kind: 'undo', of: runId } } as EventBody;

/** A run, an undo of it, and a later one. */
async function threeRuns(): Promise<string> {
  const state = newState();
  await write(state, numbered([started, finished]));
  await begin(state, undoId, undo);
  await begin(state, laterId, started);
  return state;
}

describe('the earlier undos of a run', () => {
  it('are those that name it', async () => {
    expect(await earlierUndos(await threeRuns(), runId)).toMatchObject([{ run: undoId }]);
  });

  it.each<readonly [string, (path: string) => void]>([
    ['is damaged in its first line', (path) => writeFileSync(path, '{"seq":1}\n')],
    ['others may write to', (path) => chmodSync(path, 0o666)],
  ])('cannot be told where a later journal %s: it is named, and what to do', async (_, spoil) => {
    const state = await threeRuns();
    spoil(pathIn(state, undoId));
    expect(await earlierUndos(state, runId)).toMatch(
      new RegExp(`^nobody can tell whether ${undoId} was an undo of ${runId}: .*remove .*${undoId} if it was none$`),
    );
  });

  it('do not depend on journals from before it, nor on runs that broke off before their first event', async () => {
    const state = await threeRuns();
    writeFileSync(pathIn(state, runId), '{"seq":1}\n');
    mkdirSync(runDirectory(state, '2026-11-24T064512-abc123'), { mode: 0o700 });
    expect(await earlierUndos(state, laterId)).toEqual([]);
    expect(await earlierUndos(state, undoId)).toEqual([]);
  });
});

describe('the end of a host, as undos left it since', () => {
  const outcome = (verdict: Verdict, standing: readonly string[], steps: readonly StepPlan[] = []): HostOutcome => ({
    host: 'one',
    verdict,
    diagnosis: '',
    symptom: 'none',
    steps,
    notes: [],
    outputs: {},
    standing,
  });
  const ended = (of: HostOutcome): EventBody => ({ type: 'host.finished', host: 'one', outcome: of, ms: 1 });
  const cut: StepPlan = { id: 's', title: 'S', result: { outcome: 'failed' }, items: [], notes: [] };
  const run = numbered([started, ended(outcome('fixed', ['a', 'b']))]);
  const told = (undo: HostOutcome, from: number) =>
    sinceUndos(run, [
      { run: undoId, events: numbered([started, ended(undo)], 1).map((event) => ({ ...event, at: atOf(from) })) },
    ])
      .flatMap((event) => (event.type === 'host.finished' ? [event.outcome] : []))
      .at(-1);
  const atOf = (ms: number): string => new Date(1_795_000_000_000 + ms).toISOString();

  it.each([
    ['nothing, where all was taken back', outcome('rolled_back', []), 9, []],
    ['what nobody can take back', outcome('not_fixed', ['b']), 9, ['b']],
    ['all of it, where the undo was cut off', outcome('not_fixed', [], [cut]), 9, ['a', 'b']],
    ['all of it, where the undo was refused', outcome('refused', []), 9, ['a', 'b']],
    ['all of it, where it was made again after the undo', outcome('rolled_back', []), -9, ['a', 'b']],
  ] as const)('stands: %s', (_, undo, from, standing) => {
    expect(told(undo, from)).toMatchObject({ verdict: 'fixed', standing });
  });
});
