import type { Scope } from '../expr/evaluate.ts';
import type { StepRollback } from '../model/runbook.ts';
import type { MadeChange } from './host-run.ts';
import { runRollbackCalls, undoChanges } from './roll-back.ts';
import { type StepPlace, stampOf } from './step-place.ts';

/** Takes a unit's standing changes back; gives what is left behind, `undefined` when nothing is. */
export async function takeBack(
  place: StepPlace,
  rollback: StepRollback,
  standing: readonly MadeChange[],
  scope: Scope,
): Promise<string | undefined> {
  if (standing.length === 0) return undefined;
  const { run } = place;
  await run.parts.emit({ type: 'rollback.intent', ...stampOf(place), changes: standing.map((made) => made.planned) });
  const left = await takeBackBy(place, rollback, standing, scope);
  if (left === undefined) removeMade(run.made, standing);
  await run.session.markChange(standing[0]?.become ?? false);
  await run.parts.emit({
    type: 'rollback.result',
    ...stampOf(place),
    done: left === undefined,
    ...(left === undefined ? {} : { reason: left }),
  });
  return left;
}

async function takeBackBy(
  place: StepPlace,
  rollback: StepRollback,
  standing: readonly MadeChange[],
  scope: Scope,
): Promise<string | undefined> {
  // What can undo itself does so, whatever the author says about the rest.
  const own =
    rollback.kind === 'own' ? standing : standing.filter((made) => made.action.rollback.kind !== 'irreversible');
  const left: (string | undefined)[] = [];
  if (rollback.kind === 'calls') {
    left.push(await runRollbackCalls(place, rollback.calls, scope));
  }
  left.push(await undoChanges(place, own));
  if (rollback.kind === 'irreversible') left.push(`irreversible: ${rollback.why}`);
  const texts = left.filter((text) => text !== undefined);
  return texts.length === 0 ? undefined : texts.join('; ');
}

function removeMade(made: MadeChange[], undone: readonly MadeChange[]): void {
  const kept = made.filter((change) => !undone.includes(change));
  made.splice(0, made.length, ...kept);
}
