import type { Scope } from '../expr/evaluate.ts';
import { clipped } from '../model/clipped.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Json } from '../model/json.ts';
import type { ActionCall } from '../model/runbook.ts';
import type { FixPart } from '../model/transport.ts';
import { Unknown } from '../model/unknown.ts';
import type { Reverted } from '../shell/dead-man-reply.ts';
import { attemptFix } from './attempt-fix.ts';
import { backFrom } from './back-from.ts';
import { fixOn, sessionOn } from './delegate.ts';
import { type FixKey, keyText } from './fix-key.ts';
import { reasonFor } from './helps.ts';
import type { HostRun, MadeChange } from './host-run.ts';
import { evaluateCalls, inspectReady, type ReadyCall, whyUndecided } from './inspect-calls.ts';
import { plainJson } from './plain-json.ts';
import { plainParams } from './read-probes.ts';
import { lookOf, type StepPlace } from './step-place.ts';
import { type Turn, takeTurns } from './turn.ts';

/** `undefined`: everything is as it was. Otherwise what is left, in words. */
export type LeftBehind = string | undefined;

/** A rollback waits at least so long for its turn, and then may run as long, however short its step's `timeout` is. */
const leastTimeMs = 300_000;

/** `rollback.intent` and `rollback.result` stand around all of it. */
const untold = { before: async (): Promise<undefined> => undefined, after: async (): Promise<void> => undefined };

/** Takes changes back, the last first, each by its action's own undo, and looks that the state is the one before. */
export async function undoChanges(place: StepPlace, changes: readonly MadeChange[]): Promise<LeftBehind> {
  const reversed = [...changes].reverse();
  const left: string[] = [];
  const undos: MadeChange[] = [];
  const agains: MadeChange[] = [];
  for (const made of reversed) {
    const { rollback } = made.action;
    const undoes = rollback.kind === 'undo' || rollback.kind === 'again';
    if (made.lost !== undefined && undoes) {
      left.push(made.lost);
      continue;
    }
    switch (rollback.kind) {
      case 'undo':
        undos.push(made);
        break;
      case 'again':
        agains.push(made);
        break;
      case 'nothing':
        break;
      case 'irreversible':
        left.push(`${made.planned.summary} cannot be undone (${rollback.why})`);
        break;
    }
  }
  for (const made of [...undos, ...agains]) {
    const problem = await takeBackOne(place, made);
    if (problem !== undefined) left.push(problem);
  }
  const wrong = await Promise.all(undos.map((made) => differsFromBefore(place.run, made)));
  left.push(...wrong.flatMap((text) => (text === undefined ? [] : [text])));
  return left.length === 0 ? undefined : left.join('; ');
}

/** Runs a step's own `rollback:` calls. */
export async function runRollbackCalls(
  place: StepPlace,
  calls: readonly ActionCall[],
  scope: Scope,
  key: FixKey,
): Promise<LeftBehind> {
  const evaluated = evaluateCalls(place.run, lookOf(place, 'rollback'), calls, scope);
  if (evaluated.kind !== 'ready') return whyUndecided(evaluated);
  const made = await makeRollbackCalls(place, evaluated.calls, key);
  return made.kind === 'done' ? undefined : made.reason;
}

/** How a step's own calls ended. `failed`: known how far they came; nothing of them runs any more. */
export type RolledBack =
  | { readonly kind: 'done' }
  /** `final`: its host has said all that it knows. */
  | { readonly kind: 'failed' | 'unknown'; readonly reason: string; readonly final?: true };

/** Makes calls that take a fix back, at most once for their key, and looks that nothing differs from what they want. */
export async function makeRollbackCalls(
  place: StepPlace,
  calls: readonly ReadyCall[],
  key: FixKey,
): Promise<RolledBack> {
  const { run } = place;
  const decided = await inspectReady(run, calls);
  if (decided.kind !== 'decided') return { kind: 'failed', reason: whyUndecided(decided) };
  if (decided.changes.length === 0) return { kind: 'done' };
  const applied = await attemptFix(run, decided.changes, rollbackTurn(place), key, untold);
  if (applied.kind !== 'done') {
    const { reason } = applied;
    if (applied.kind !== 'unknown') return { kind: 'failed', reason };
    return { kind: 'unknown', reason, ...(applied.over === true ? { final: true } : {}) };
  }
  // Commands leave nothing to look at.
  const still = await inspectReady(
    run,
    calls.filter(({ action }) => action.converges),
  );
  if (still.kind !== 'decided') return { kind: 'failed', reason: `after the rollback: ${whyUndecided(still)}` };
  if (still.changes.length === 0) return { kind: 'done' };
  const what = still.changes.map(({ action, change }) => action.describe(change)).join('; ');
  return { kind: 'failed', reason: `rolled back, and it still differs: ${what}` };
}

/** After the host has taken changes back by itself: looks that it did, and does what it could not. */
export async function finishReverted(
  place: StepPlace,
  changes: readonly MadeChange[],
  { failed, said }: Pick<Reverted, 'failed' | 'said'>,
): Promise<LeftBehind> {
  const undos = changes.filter(({ action }) => action.rollback.kind === 'undo');
  const lost = undos.flatMap((made) => made.lost ?? []);
  const undone = undos.filter((made) => made.lost === undefined);
  const wrong = await Promise.all(undone.map((made) => differsFromBefore(place.run, made)));
  const left = await undoChanges(
    place,
    undone.filter((_, index) => wrong[index] !== undefined),
  );
  const call = failed.find(({ kind }) => kind === 'call');
  const complaint = said === '' ? '' : `: ${clipped(said.split('\n').at(-1) ?? '')}`;
  const texts = [
    left,
    ...lost,
    call === undefined ? undefined : `its rollback on the host: exit ${call.rc}${complaint}`,
  ];
  const all = texts.filter((text) => text !== undefined);
  return all.length === 0 ? undefined : all.join('; ');
}

function rollbackTurn(place: StepPlace): Turn {
  const timeoutMs = Math.max(place.step.timeoutMs, leastTimeMs);
  return takeTurns(place, { timeoutMs, signal: place.run.parts.aborting, rollback: true });
}

/** What takes one change back from what stands now; or why that can't be told. */
async function undoPart(run: HostRun, recorded: MadeChange): Promise<FixPart | Unknown> {
  const { action } = recorded;
  const { rollback } = action;
  if (rollback.kind === 'again') return partOf(recorded, action.apply(recorded.change));
  if (rollback.kind !== 'undo') return partOf(recorded, []);
  if (action.rebase === undefined) return partOf(recorded, rollback.undo(recorded.change, recorded.before));
  const now = await lookBeforeUndo(run, recorded);
  if (now instanceof Unknown) return now;
  const made = backFrom(recorded, now);
  if (made === undefined) return new Unknown('what it had made was changed since');
  return partOf(made, rollback.undo(made.change, made.before));
}

function partOf(made: MadeChange, commands: FixPart['commands']): FixPart {
  const params = { change: plainJson(made.change), before: plainJson(made.before) };
  return { label: { kind: 'undo', name: made.action.name, params }, commands };
}

/**
 * Undoes one change as a script of its own: one that fails must not keep the others from being undone. Waits for its
 * turn, and tries again when nothing was done (a busy policy store, a wire that broke too early), longer than a fix would: a
 * rollback that gives up is worse than one that waits.
 */
async function takeBackOne(place: StepPlace, made: MadeChange): Promise<LeftBehind> {
  const { run } = place;
  const left = (why: string): string => `undo of ${made.planned.summary}: ${why}`;
  const turn = rollbackTurn(place);
  const { runMs: timeoutMs } = turn;
  let cannot = await turn.free([made]);
  for (let count = 1; cannot === undefined; count += 1) {
    const part = await undoPart(run, made);
    if (part instanceof Unknown) return left(part.reason);
    if (part.commands.length === 0) return undefined;
    const key = keyText([...made.undoKey, count]);
    const request = { parts: [part], become: made.become, timeoutMs, key };
    const outcome = await fixOn(run, made.on, request, turn.tell(count));
    if (outcome.kind === 'ended') {
      const bad = outcome.answers.find((answer) => answer.rc !== 0);
      if (bad === undefined) {
        return outcome.answers.length < part.commands.length ? left('its script ended early') : undefined;
      }
      const busy = outcome.answers.length === 1 ? made.action.nothingDone(bad) : undefined;
      if (busy === undefined) return left(`exit ${bad.rc}: ${clipped(bad.stderr.trim())}`);
      cannot = await turn.again([made], count + 1, { reason: busy, by: 'program', advanced: false });
    } else {
      const { phase, message } = outcome.failure;
      if (outcome.kind === 'unknown' || phase !== 'lost') return left(message);
      cannot = await turn.again([made], count + 1, { reason: message, by: 'wire', advanced: false });
    }
  }
  return left(cannot.reason);
}

async function differsFromBefore(run: HostRun, recorded: MadeChange): Promise<LeftBehind> {
  const { action } = recorded;
  const now = await stateOf(run, recorded).catch((error: unknown) => whyLost(run, error));
  if (now instanceof Unknown) return `${action.name} after the rollback: ${now.reason}`;
  const made = backFrom(recorded, now);
  return made !== undefined && action.same(plainJson(made.before), now)
    ? undefined
    : `after the rollback ${action.name} is not as it was before`;
}

/** The look before an undo: over a new wire, where the old one broke meanwhile. */
async function lookBeforeUndo(run: HostRun, made: MadeChange): Promise<Json | Unknown> {
  try {
    return await stateOf(run, made);
  } catch (error) {
    if (!(error instanceof HostFailure) || error.phase !== 'lost') return whyLost(run, error);
  }
  const again = sessionOn(run, made.on).then((session) => session.reopen());
  return again.then(() => stateOf(run, made)).catch((error: unknown) => whyLost(run, error));
}

/** What stands now where a change was made, as its action sees it. Rejects with a HostFailure. */
async function stateOf(run: HostRun, { action, params, become, on }: MadeChange): Promise<Json | Unknown> {
  const label = { kind: 'inspect', name: action.name, params: plainParams(params) } as const;
  const session = await sessionOn(run, on);
  // A state is JSON, or an Unknown: defineAction's types hold every action to it.
  const state = (await session.read(label, become, 60_000, (host) => action.inspect(host, params as never))) as
    | Json
    | Unknown;
  return state instanceof Unknown ? state : plainJson(state);
}

function whyLost(run: HostRun, error: unknown): Unknown {
  if (error instanceof HostFailure) return new Unknown(reasonFor(run, error));
  throw error;
}
