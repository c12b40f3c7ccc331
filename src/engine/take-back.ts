import type { Scope } from '../expr/evaluate.ts';
import type { StepRollback } from '../model/runbook.ts';
import { fixKey } from './fix-key.ts';
import { becomeOf, type MadeChange } from './host-run.ts';
import { runRollbackCalls, undoChanges } from './roll-back.ts';
import { type StepPlace, stampOf } from './step-place.ts';

/** What taking back needs of a unit. */
export interface TakenBack {
  readonly rollback: StepRollback;
  readonly alternative: string | undefined;
}

/** Takes a unit's standing changes back; gives what is left behind, `undefined` when nothing is. */
export async function takeBack(
  place: StepPlace,
  unit: TakenBack,
  standing: readonly MadeChange[],
  scope: Scope,
): Promise<string | undefined> {
  if (standing.length === 0) return undefined;
  const { run } = place;
  await run.parts.emit({ type: 'rollback.intent', ...stampOf(place), changes: standing.map((made) => made.planned) });
  const left = await takeBackBy(place, unit, standing, scope);
  if (left === undefined) removeMade(run.made, standing);
  run.session.markChange(becomeOf(run, place.runbook, place.step.become));
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
  { rollback, alternative }: TakenBack,
  standing: readonly MadeChange[],
  scope: Scope,
): Promise<string | undefined> {
  // What can undo itself does so, whatever the author says about the rest.
  const own =
    rollback.kind === 'own' ? standing : standing.filter((made) => made.action.rollback.kind !== 'irreversible');
  const left: (string | undefined)[] = [];
  if (rollback.kind === 'calls') {
    const key = [...fixKey(place, alternative), 'rollback'];
    left.push(await runRollbackCalls(place, rollback.calls, scope, key));
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
