import { evaluate, type Scope } from '../expr/evaluate.ts';
import { interpolate } from '../expr/interpolate.ts';
import { canonicalJson } from '../model/json.ts';
import type { Cel, Tree } from '../model/runbook.ts';
import type { Unknown } from '../model/unknown.ts';
import type { Value } from '../model/value.ts';

/** More items than this are an author's mistake, or a hostile host. */
export const mostItems = 100;

export type Items =
  | { readonly kind: 'items'; readonly items: readonly Value[] }
  | { readonly kind: 'unknown'; readonly unknowns: readonly Unknown[] }
  | { readonly kind: 'failed'; readonly reason: string };

/** Evaluates a `for_each`: a list of at most {@link mostItems} different items. */
export function evaluateItems(forEach: Cel | readonly Tree[], scope: Scope): Items {
  const result = typeof forEach === 'string' ? evaluate(forEach, scope) : interpolate([...forEach], scope);
  if (result.kind === 'unknown') return result;
  if (result.kind === 'error') return { kind: 'failed', reason: `for_each: ${result.message}` };
  const { value } = result;
  if (!Array.isArray(value)) return { kind: 'failed', reason: 'for_each did not give a list' };
  const items: readonly Value[] = value;
  if (items.length > mostItems)
    return { kind: 'failed', reason: `for_each gave ${items.length} items; at most ${mostItems} are allowed` };
  const seen = new Set<string>();
  for (const item of items) {
    const identity = canonicalJson(item);
    if (seen.has(identity))
      return { kind: 'failed', reason: `for_each gave the same item twice: ${identity.slice(0, 200)}` };
    seen.add(identity);
  }
  return { kind: 'items', items };
}
