import type { Registry } from '../model/pack.ts';
import type { PlannedChange } from '../model/plan.ts';
import type { Value } from '../model/value.ts';
import type { DueChange } from './inspect-calls.ts';

/** What the redactor writes for a secret. */
export const redacted = '***';

/** A change as a journal has it, ready to be asked for, looked at or undone again; or why that can't be. */
export function recordedChange(registry: Registry, planned: PlannedChange): DueChange | string {
  return holdsSecret(planned)
    ? `${planned.summary}: a secret is part of it, and journals hold none; it can only be undone by hand`
    : maskedChange(registry, planned);
}

/** Whether something of a change is not in the journal. */
export function holdsSecret({ change, before }: Pick<PlannedChange, 'change' | 'before'>): boolean {
  return JSON.stringify([change, before]).includes(redacted);
}

/** A change as a journal has it, with asterisks where a secret was: good for asking how it ended, and for nothing else. */
export function maskedChange(registry: Registry, planned: PlannedChange): DueChange | string {
  const action = registry.actions.get(planned.action);
  if (action === undefined) return `${planned.action}: no pack of this run has it`;
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

/** Those of changes whose actions are known: their step looks at them again with the secrets themselves. */
export function maskedChanges(
  registry: Registry,
  changes: readonly { readonly planned: PlannedChange }[],
): readonly DueChange[] {
  const masked = changes.map(({ planned }) => maskedChange(registry, planned));
  return masked.filter((due) => typeof due !== 'string');
}
