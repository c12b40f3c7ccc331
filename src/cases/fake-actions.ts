import type { Action } from '../model/action.ts';
import type { Json } from '../model/json.ts';
import type { Registry } from '../model/pack.ts';

/** A state in which nothing is left to do: what an action sees once its change was made, or where a case says so. */
export const asWanted = 'as_wanted';

/** Actions that understand {@link asWanted}, and that never wait for another program. */
export function withFakeStates(registry: Registry): Registry {
  const actions = [...registry.actions].map(([name, action]) => [name, withFakeState(action)] as const);
  return { probes: registry.probes, actions: new Map(actions) };
}

function withFakeState(action: Action): Action {
  const { diffAfter, rebase } = action;
  return {
    ...action,
    diff: (state: Json, params: never) => (state === asWanted ? undefined : action.diff(state, params)),
    diffAfter:
      diffAfter === undefined
        ? undefined
        : (state: Json, params: never, touched) =>
            state === asWanted ? undefined : diffAfter.call(action, state, params, touched),
    // What is as wanted has nothing of anybody else's in it.
    rebase:
      rebase === undefined
        ? undefined
        : (before: Json, now: Json, params: never) =>
            now === asWanted ? before : rebase.call(action, before, now, params),
    busy: undefined,
  };
}
