import type { OwnRollback } from '../model/history.ts';
import type { PlannedChange } from '../model/plan.ts';
import { type Attempted, type Attempts, attemptFix } from './attempt-fix.ts';
import type { DeadManSwitch } from './dead-man.ts';
import { idsIn, markChanges, markRecorded, placesIn, touchAll } from './delegate.ts';
import { fixKey } from './fix-key.ts';
import type { DueChange } from './inspect-calls.ts';
import type { Unit } from './make-unit.ts';
import { type StepPlace, stampOf } from './step-place.ts';
import { takeTurns } from './turn.ts';

/** Attempts a fix, waiting for its turn where another program holds what it needs; each attempt is told. */
export function attemptUnit(
  place: StepPlace,
  unit: Unit & { readonly own: OwnRollback | undefined },
  due: readonly DueChange[],
  changes: readonly PlannedChange[],
  first: number,
  deadMan: DeadManSwitch | undefined,
): Promise<Attempted> {
  const { run, step } = place;
  const { emit, stopping } = run.parts;
  const { fixBegun } = run;
  const tried = first === 1 ? {} : { since: first };
  const alternative = unit.alternative === undefined ? {} : { alternative: unit.alternative };
  const turn = takeTurns(place, { timeoutMs: step.timeoutMs, signal: stopping });
  const key = fixKey(place, unit.alternative);
  const told: Attempts = {
    async before(count, left) {
      const planned = changes.filter((_, index) => left.some((entry) => entry === due[index]));
      const bootId = run.session.bootId();
      const boot = bootId === undefined ? {} : { bootId };
      const own = unit.own === undefined ? {} : { rollback: unit.own };
      const places = placesIn(left);
      const others = places.length === 0 ? {} : { delegates: await idsIn(run, places) };
      touchAll(run, left);
      const about = { ...alternative, ...boot, ...others, changes: planned, ...own, ...unit.risky };
      await emit({ type: 'fix.intent', ...stampOf(place), key, attempt: count, ...tried, ...about });
      const unarmed = await deadMan?.arm(count, left);
      if (unarmed === undefined) run.fixBegun = true;
      return unarmed;
    },
    async after(count, left, applied, ms) {
      const nothing = applied.kind === 'not_started' || (applied.kind === 'busy' && applied.done.length === 0);
      if (nothing && left.length === due.length) {
        run.fixBegun = fixBegun;
        await deadMan?.idle();
      }
      if (!nothing) markChanges(run, placesIn(left));
      const outcome = applied.kind === 'busy' ? (nothing ? 'not_started' : 'failed') : applied.kind;
      const reason = applied.kind === 'done' ? {} : { reason: applied.reason };
      const done = 'begun' in applied ? applied.begun : applied.kind === 'busy' ? applied.done : undefined;
      const begun = nothing || done === undefined ? {} : { begun: done.length };
      await emit({ type: 'fix.result', ...stampOf(place), key, attempt: count, outcome, ...reason, ...begun, ms });
      // A switch looks at its fix's markers until it is settled itself.
      const known = outcome === 'done' || outcome === 'failed';
      if (known && deadMan === undefined) await markRecorded(run, [...key, count]);
    },
  };
  return attemptFix(run, due, turn, key, told, first);
}
