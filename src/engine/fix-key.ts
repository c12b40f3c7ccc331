import type { UnitKey } from '../model/history.ts';
import { canonicalJson } from '../model/json.ts';
import type { StepPlace } from './step-place.ts';

/** What names a fix, or a script of it: the unit's key, from the widest to the narrowest, and what is added to it. */
export type FixKey = UnitKey;

/** The key of a unit's fix: run, host, step, alternative, item. Its attempts and scripts add their own. */
export function fixKey({ run, within, id, item }: StepPlace, alternative: string | undefined): FixKey {
  return [
    run.parts.runId,
    run.planned.host.name,
    `${within}${id}`,
    alternative ?? null,
    item === undefined ? [] : [item],
  ];
}

/**
 * The key of what takes a unit's fix back within its run: the author's `rollback:` calls, or one change's own undo. A later try of
 * the unit, whose first attempt is `since`, has markers of its own; those of the first are older than that.
 */
export function backKey(
  place: StepPlace,
  alternative: string | undefined,
  since: number,
  what: 'rollback' | { readonly undo: number },
): FixKey {
  const key = [...fixKey(place, alternative), what === 'rollback' ? what : 'undo', ...(since === 1 ? [] : [since])];
  return what === 'rollback' ? key : [...key, what.undo];
}

/** A key as the host's marker goes by it. */
export function keyText(key: FixKey): string {
  return canonicalJson(key);
}
