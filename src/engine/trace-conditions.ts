import { type Decision, decide } from '../expr/cond.ts';
import type { Scope } from '../expr/evaluate.ts';
import { traceExpression } from '../expr/trace.ts';
import type { Json } from '../model/json.ts';
import type { Cel, Cond, Tree } from '../model/runbook.ts';
import type { HostRun } from './host-run.ts';
import type { StepPlace } from './step-place.ts';

/** The step and the item whose expressions these are; nothing: the symptom's. */
export interface TracedPlace {
  readonly step?: string | undefined;
  readonly item?: Json | undefined;
  readonly within?: string | undefined;
}

/** A step's place, as its expressions are told. */
export function tracedAt({ id, item, within }: StepPlace): TracedPlace {
  return { step: id, item, within };
}

/** `decide`, told part by part where a trace was asked for. `where`: see the event. */
export function decideTraced(run: HostRun, of: TracedPlace, where: string, cond: Cond, scope: Scope): Decision {
  if (run.parts.trace === true) for (const { check } of cond) tell(run, of, where, check, scope);
  return decide(cond, scope);
}

/** Tells the list that a `for_each` goes over, where a trace was asked for. */
export function traceList(
  run: HostRun,
  of: TracedPlace,
  where: string,
  forEach: Cel | readonly Tree[] | undefined,
  scope: Scope,
): void {
  if (run.parts.trace === true && typeof forEach === 'string') tell(run, of, where, forEach, scope);
}

function tell(run: HostRun, { step, item, within }: TracedPlace, place: string, check: Cel, scope: Scope): void {
  const { expression, value, parts } = traceExpression(check, scope);
  // Nobody waits for it: it begins nothing, and events keep the order in which they are emitted.
  void run.parts.emit({
    type: 'expression.traced',
    host: run.planned.host.name,
    ...(step === undefined ? {} : { step }),
    ...(item === undefined ? {} : { item }),
    ...(within === undefined || within === '' ? {} : { within }),
    place,
    expression,
    value,
    parts,
  });
}
