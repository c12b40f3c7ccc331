import type { Scope } from '../expr/evaluate.ts';
import type { StepRollback } from '../model/runbook.ts';
import type { Reverted } from '../shell/dead-man-reply.ts';
import { notBegun } from './attempt-fix.ts';
import type { DeadManSwitch } from './dead-man.ts';
import { markChanges, markRecorded, placesIn } from './delegate.ts';
import { backKey, fixKey } from './fix-key.ts';
import type { MadeChange } from './host-run.ts';
import { howReverted } from './how-reverted.ts';
import { finishReverted, runRollbackCalls, undoChanges } from './roll-back.ts';
import { type StepPlace, stampOf } from './step-place.ts';

/** What taking back needs of a unit. */
export interface TakenBack {
  readonly rollback: StepRollback;
  readonly alternative: string | undefined;
  /** The first attempt of the try that is taken back. */
  readonly since: number;
  /** Of a risky fix. */
  readonly deadMan?: DeadManSwitch | undefined;
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
  const key = fixKey(place, unit.alternative);
  const changes = standing.map((made) => made.planned);
  const refused = await notBegun(() => run.parts.emit({ type: 'rollback.intent', ...stampOf(place), key, changes }));
  if (refused !== undefined) return `not taken back: ${refused.message}`;
  const host = await takeBackByHost(place, unit, standing);
  const left = host === undefined ? await takeBackBy(place, unit, standing, scope) : host.left;
  if (left === undefined) removeMade(run.made, standing);
  markChanges(run, placesIn(standing));
  await run.parts.emit({
    type: 'rollback.result',
    ...stampOf(place),
    key,
    done: left === undefined,
    ...reasonOf(left, unit),
  });
  if (left === undefined) await markRecorded(run, key);
  return left;
}

function reasonOf(left: string | undefined, { deadMan }: TakenBack): { readonly reason?: string } {
  if (left !== undefined) return { reason: left };
  const how = deadMan?.howReverted;
  return how === undefined ? {} : { reason: how };
}

/** Where the host has all it needs for it, it does it by itself, whatever becomes of the wire. `undefined`: it has not. */
async function takeBackByHost(
  place: StepPlace,
  { deadMan }: TakenBack,
  standing: readonly MadeChange[],
): Promise<{ readonly left: string | undefined } | undefined> {
  const settled = await deadMan?.revert();
  switch (settled?.kind) {
    case 'reverted':
      return { left: withOverwritten(await finishReverted(place, standing, settled), settled) };
    case 'unreached':
      return { left: `the host takes it back by itself, and could not be asked whether it did: ${settled.reason}` };
    default:
      return undefined;
  }
}

function withOverwritten(left: string | undefined, settled: Reverted): string | undefined {
  return left === undefined || settled.overwritten.length === 0 ? left : `${left}; ${howReverted(settled)}`;
}

async function takeBackBy(
  place: StepPlace,
  { rollback, alternative, since }: TakenBack,
  standing: readonly MadeChange[],
  scope: Scope,
): Promise<string | undefined> {
  // What can undo itself does so, whatever the author says about the rest.
  const own =
    rollback.kind === 'own' ? standing : standing.filter((made) => made.action.rollback.kind !== 'irreversible');
  const left: (string | undefined)[] = [];
  if (rollback.kind === 'calls') {
    const key = backKey(place, alternative, since, 'rollback');
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
