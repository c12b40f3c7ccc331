import type { Action } from '../model/action.ts';
import type { Json } from '../model/json.ts';
import type { Value } from '../model/value.ts';

/** A change with what its undo needs. */
interface Undoable {
  readonly action: Action;
  readonly params: Value;
  readonly before: Json;
  readonly change: Json;
}

/**
 * A change as it is to be taken back from what stands now: what others changed beside it since stays. `undefined`: what it had made
 * was changed itself.
 */
export function backFrom<T extends Undoable>(made: T, now: Json): T | undefined {
  const { action, params } = made;
  if (action.rebase === undefined) return made;
  // Its own action has made this change of these params.
  const before = action.rebase(made.before, now, params as never);
  if (before === undefined) return undefined;
  return { ...made, before, change: action.diff(before, params as never) ?? made.change };
}
