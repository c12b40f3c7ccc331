import { canonicalJson, type Json } from '../model/json.ts';
import type { PlannedChange } from '../model/plan.ts';
import { placesIn, touchedByOthers } from './delegate.ts';
import type { StepPlace } from './step-place.ts';

/** What of a unit needs somebody's word. */
export interface Shown {
  readonly confirm?: string;
  readonly irreversible?: string;
  readonly changes: readonly PlannedChange[];
}

/** Why a unit may not be made: the host is not what was shown, or nobody said yes. `undefined`: it may. */
export async function approvalMissing(
  place: StepPlace,
  alternative: string | undefined,
  shown: Shown,
): Promise<string | undefined> {
  const { run } = place;
  const host = run.planned.host.name;
  const planned = run.approved.get(approvalKey(place, alternative));
  const approved = planned ?? unshown(place, alternative);
  if (approved !== undefined && !asShown(place, approved, shown.changes)) {
    return 'the host is not what it was when the plan was made; look again';
  }
  // Whoever approved the saved plan read there what this asks, and what cannot be taken back.
  if (run.reviewed === true && planned !== undefined) return undefined;
  const places = placesIn(shown.changes);
  const about = { host, ...(places.length === 0 ? {} : { on: places }) };
  if (shown.irreversible !== undefined) {
    const text = shown.irreversible;
    if (!(await run.parts.approve({ kind: 'irreversible', text, ...about }))) {
      return 'irreversible, and not approved (add --allow-irreversible)';
    }
  }
  if (shown.confirm !== undefined && !(await run.parts.approve({ kind: 'confirm', text: shown.confirm, ...about }))) {
    return 'not confirmed (confirm: is asked on a terminal, without --yes)';
  }
  return undefined;
}

/** A step that the plan showed as decided may change only what it showed. Other alternatives were announced by name. */
function unshown(place: StepPlace, alternative: string | undefined): readonly PlannedChange[] | undefined {
  return alternative === undefined && place.run.decided.has(place.id) ? [] : undefined;
}

/** Under which the changes shown for a step, item and alternative are kept. */
export function approvalKey(
  place: { readonly id: string; readonly within: string; readonly item: Json | undefined },
  alternative: string | undefined,
): string {
  return canonicalJson([place.id, place.within, place.item ?? null, alternative ?? null]);
}

/**
 * Whether what is due is what was shown. What the walks of other hosts changed since is no drift: there the same is asked for, from
 * another state, or is done already.
 */
function asShown({ run }: StepPlace, shown: readonly PlannedChange[], due: readonly PlannedChange[]): boolean {
  const left = [...due];
  for (const was of shown) {
    const [is] = left;
    const ours = touchedByOthers(run.parts, run.planned.host.name, was.on, was.touches);
    const same = is !== undefined && (sameText(was, is, decision) || (ours && sameText(was, is, asked)));
    if (same) left.shift();
    else if (!ours) return false;
  }
  return left.length === 0;
}

function sameText(one: PlannedChange, other: PlannedChange, of: (change: PlannedChange) => Json): boolean {
  return canonicalJson(of(one)) === canonicalJson(of(other));
}

function decision({ action, become, on, change }: PlannedChange): Json {
  return { action, change, become, on: on ?? null };
}

function asked({ action, become, on, params, touches }: PlannedChange): Json {
  return { action, params, become, on: on ?? null, touches };
}
