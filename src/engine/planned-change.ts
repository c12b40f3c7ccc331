import type { PlannedChange } from '../model/plan.ts';
import type { StepRollback } from '../model/runbook.ts';
import { displayCommand } from '../shell/render.ts';
import type { DueChange } from './inspect-calls.ts';
import { plainJson } from './plain-json.ts';
import { plainParams } from './read-probes.ts';

/** A line of a change, with the host on which it is made where that is another: `port 80: open → shut (on lb1)`. */
function onHost(line: string, on: string | undefined): string {
  return on === undefined ? line : `${line} (on ${on})`;
}

/** A due change as plan, events and journal show it. */
export function plannedChange(due: DueChange, rollback: StepRollback): PlannedChange {
  const { action } = due;
  const irreversible =
    rollback.kind === 'own' && action.rollback.kind === 'irreversible' ? action.rollback.why : undefined;
  return {
    action: action.name,
    params: plainParams(due.params),
    ...(due.on === undefined ? {} : { on: due.on }),
    before: plainJson(due.before),
    change: plainJson(due.change),
    summary: onHost(action.describe(due.change), due.on),
    become: due.become,
    commands: action.apply(due.change).map(displayCommand),
    contents: action.contents(due.change),
    touches: due.touches,
    ...(irreversible === undefined ? {} : { irreversible }),
    ...(due.predicted ? { predicted: true as const } : {}),
  };
}
