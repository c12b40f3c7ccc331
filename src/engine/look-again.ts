import { HostFailure } from '../model/host-failure.ts';
import type { Json } from '../model/json.ts';
import { Unknown } from '../model/unknown.ts';
import { backFrom } from './back-from.ts';
import { sessionOn } from './delegate.ts';
import { reasonFor } from './helps.ts';
import type { HostRun } from './host-run.ts';
import type { DueChange } from './inspect-calls.ts';
import { plainJson } from './plain-json.ts';
import { plainParams } from './read-probes.ts';

/** Whether a change stands on the host, or its before-state does; why that can't be told. */
export async function standsAs(run: HostRun, due: DueChange): Promise<'before' | 'after' | Unknown> {
  const found = await lookAgain(run, due);
  return found instanceof Unknown ? found : found.stands;
}

/** How a change stands on the host, and as what it would be taken back from there. */
export async function lookAgain(
  run: HostRun,
  due: DueChange,
): Promise<{ readonly stands: 'before' | 'after'; readonly back: DueChange } | Unknown> {
  const { action } = due;
  if (!action.converges) return new Unknown(`${action.name} leaves nothing to look at`);
  const label = { kind: 'inspect', name: action.name, params: plainParams(due.params) } as const;
  try {
    const session = await sessionOn(run, due.on);
    const now = await action.inspect(session.inspector(label, due.become, 60_000), due.params as never);
    if (now instanceof Unknown) return new Unknown(`${action.name}: ${now.reason}`);
    // A state is JSON, or an Unknown: defineAction's types hold every action to it.
    const state = now as Json;
    const back = backFrom(due, plainJson(state));
    if (back === undefined) return new Unknown(`${action.name}: what it had made there was changed`);
    if (action.diff(state, due.params as never) === undefined) return { stands: 'after', back };
    return action.same(back.before, plainJson(state))
      ? { stands: 'before', back }
      : new Unknown(`${action.name}: neither as before nor as wanted`);
  } catch (error) {
    if (!(error instanceof HostFailure) || error.phase === 'lost' || error.phase === 'cancelled') throw error;
    return new Unknown(`${action.name}: ${reasonFor(run, error)}`);
  }
}
