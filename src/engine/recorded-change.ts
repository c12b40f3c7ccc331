import type { Registry } from '../model/pack.ts';
import type { PlannedChange } from '../model/plan.ts';
import type { Value } from '../model/value.ts';
import type { DueChange } from './inspect-calls.ts';

/** What the redactor writes for a secret. */
export const redacted = '***';

/** A change as a journal has it, ready to be asked for, looked at or undone again; or why that can't be. */
export function recordedChange(registry: Registry, planned: PlannedChange): DueChange | string {
  const action = registry.actions.get(planned.action);
  if (action === undefined) return `${planned.action}: no pack of this run has it`;
  const hidden = JSON.stringify([planned.change, planned.before]).includes(redacted);
  if (hidden)
    return `${planned.summary}: a secret is part of it, and journals hold none; it can only be undone by hand`;
  return {
    action,
    params: planned.params as Value,
    before: planned.before,
    change: planned.change,
    touches: planned.touches,
    become: planned.become,
    on: planned.on,
    timeoutMs: undefined,
    predicted: false,
  };
}
