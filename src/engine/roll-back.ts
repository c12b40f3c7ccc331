import type { Scope } from '../expr/evaluate.ts';
import { clipped } from '../model/clipped.ts';
import { HostFailure } from '../model/host-failure.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import type { ActionCall } from '../model/runbook.ts';
import type { FixPart } from '../model/transport.ts';
import { Unknown } from '../model/unknown.ts';
import { applyFix } from './apply-fix.ts';
import { type FixKey, keyText } from './fix-key.ts';
import type { HostRun, MadeChange } from './host-run.ts';
import { inspectCalls } from './inspect-calls.ts';
import { plainJson } from './plain-json.ts';
import { type Look, plainParams } from './read-probes.ts';

/** `undefined`: everything is as it was. Otherwise what is left, in words. */
export type LeftBehind = string | undefined;

/** Takes changes back, the last first, each by its action's own undo, and looks that the state is the one before. */
export async function undoChanges(
  run: HostRun,
  changes: readonly MadeChange[],
  timeoutMs: number,
): Promise<LeftBehind> {
  const reversed = [...changes].reverse();
  const left: string[] = [];
  const undos: { made: MadeChange; part: FixPart }[] = [];
  const agains: { made: MadeChange; part: FixPart }[] = [];
  for (const made of reversed) {
    const { rollback } = made.action;
    switch (rollback.kind) {
      case 'undo':
        undos.push({ made, part: undoPart(made, rollback.undo(made.change, made.before)) });
        break;
      case 'again':
        agains.push({ made, part: undoPart(made, made.action.apply(made.change)) });
        break;
      case 'nothing':
        break;
      case 'irreversible':
        left.push(`${made.planned.summary} cannot be undone (${rollback.why})`);
        break;
    }
  }
  for (const entry of [...undos, ...agains]) {
    const problem = await takeBackOne(run, entry.made, entry.part, timeoutMs);
    if (problem !== undefined) left.push(problem);
  }
  const wrong = await Promise.all(undos.map(({ made }) => differsFromBefore(run, made)));
  left.push(...wrong.flatMap((text) => (text === undefined ? [] : [text])));
  return left.length === 0 ? undefined : left.join('; ');
}

/** Runs a step's own `rollback:` calls. */
export async function runRollbackCalls(
  run: HostRun,
  look: Look,
  calls: readonly ActionCall[],
  scope: Scope,
  { timeoutMs, key }: { readonly timeoutMs: number; readonly key: FixKey },
): Promise<LeftBehind> {
  const decided = await inspectCalls(run, look, calls, scope);
  if (decided.kind === 'failed') return decided.reason;
  if (decided.kind === 'unknown') return decided.unknowns.map((unknown) => unknown.reason).join('; ');
  const applied = await applyFix(run, decided.changes, timeoutMs, key);
  return applied.kind === 'done' ? undefined : applied.reason;
}

function undoPart(made: MadeChange, commands: FixPart['commands']): FixPart {
  const params = { change: plainJson(made.change), before: plainJson(made.before) };
  return { label: { kind: 'undo', name: made.action.name, params }, commands };
}

/**
 * Undoes one change as a script of its own: one that fails must not keep the others from being undone. Again only when
 * nothing was done (a busy policy store, a wire that broke too early).
 */
async function takeBackOne(run: HostRun, made: MadeChange, part: FixPart, timeoutMs: number): Promise<LeftBehind> {
  if (part.commands.length === 0) return undefined;
  const { clock } = run.parts;
  const deadline = clock.monotonic() + timeoutMs;
  for (let count = 1; ; count += 1) {
    const key = keyText([...made.undoKey, count]);
    const outcome = await run.session.fix({ parts: [part], become: made.become, timeoutMs, key });
    const pause = Math.min(1000 * 2 ** count, 15_000);
    const more = clock.monotonic() + pause <= deadline && !run.parts.aborting.aborted;
    if (outcome.kind === 'ended') {
      const bad = outcome.answers.find((answer) => answer.rc !== 0);
      if (bad === undefined) return undefined;
      const busy = outcome.answers.length === 1 && made.action.nothingDone(bad) !== undefined;
      if (!busy || !more) return `undo of ${made.planned.summary}: exit ${bad.rc}: ${clipped(bad.stderr.trim())}`;
    } else if (outcome.kind === 'unknown' || outcome.failure.phase !== 'lost' || !more) {
      return `undo of ${made.planned.summary}: ${outcome.failure.message}`;
    }
    await clock.sleep(pause, run.parts.aborting);
  }
}

async function differsFromBefore(run: HostRun, made: MadeChange): Promise<LeftBehind> {
  const label = { kind: 'inspect', name: made.action.name, params: plainParams(made.params) } as const;
  try {
    const now = await made.action.inspect(run.session.inspector(label, made.become, 60_000), made.params as never);
    if (now instanceof Unknown) return `${made.action.name} after the rollback: ${now.reason}`;
    const same = canonicalJson(plainJson(now)) === canonicalJson(plainJson(made.before as Json));
    return same ? undefined : `after the rollback ${made.action.name} is not as it was before`;
  } catch (error) {
    if (error instanceof HostFailure) return `${made.action.name} after the rollback: ${error.message}`;
    throw error;
  }
}
