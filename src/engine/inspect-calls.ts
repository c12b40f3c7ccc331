import type { Scope } from '../expr/evaluate.ts';
import { interpolate } from '../expr/interpolate.ts';
import type { Action } from '../model/action.ts';
import { fillDefaults } from '../model/fill-defaults.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Json } from '../model/json.ts';
import { anyOverlap, type Resource } from '../model/resource.ts';
import type { ActionCall, Become } from '../model/runbook.ts';
import { Unknown } from '../model/unknown.ts';
import type { Value } from '../model/value.ts';
import { becomeOf, placeOfCall, sessionOn, unmadeOn } from './delegate.ts';
import { evaluateItems } from './for-each.ts';
import { reasonFor } from './helps.ts';
import type { HostRun } from './host-run.ts';
import { type Look, plainParams } from './read-probes.ts';
import { extend } from './scope.ts';
import { decideTraced, traceList } from './trace-conditions.ts';

const inspectTimeoutMs = 60_000;

/** A change that is due: inspected and decided, not made. */
export interface DueChange {
  readonly action: Action;
  readonly params: Value;
  readonly before: Json;
  readonly change: Json;
  readonly touches: readonly Resource[];
  readonly become: Become;
  /** On which host, where that is another. */
  readonly on: string | undefined;
  /** The call's own `timeout`, for each of its commands. */
  readonly timeoutMs: number | undefined;
  /** It rests on an earlier, unmade change. */
  readonly predicted: boolean;
}

/** What the calls of one fix would change. */
export type Decided =
  | { readonly kind: 'decided'; readonly changes: readonly DueChange[] }
  | { readonly kind: 'unknown'; readonly unknowns: readonly Unknown[] }
  | { readonly kind: 'failed'; readonly reason: string };

/** A call with its values: nothing of the runbook's names is needed for it any more. */
export interface ReadyCall {
  readonly action: Action;
  readonly params: Value;
  readonly become: Become;
  /** On which host, where that is another. */
  readonly on: string | undefined;
  readonly reads: readonly Resource[];
  /** The author's word, where he gave one. */
  readonly touches: readonly Resource[] | undefined;
  readonly timeoutMs: number | undefined;
}
interface Inspected extends ReadyCall {
  readonly state: Json | Unknown;
}
type Undecided = Exclude<Decided, { kind: 'decided' }>;

/** Why calls could not be decided, in words. */
export function whyUndecided(undecided: Undecided): string {
  return undecided.kind === 'failed' ? undecided.reason : undecided.unknowns.map(({ reason }) => reason).join('; ');
}

/** Inspects all calls of a fix together, then decides each in order. Changes nothing. */
export async function inspectCalls(
  run: HostRun,
  look: Look,
  calls: readonly ActionCall[],
  scope: Scope,
): Promise<Decided> {
  const evaluated = evaluateCalls(run, look, calls, scope);
  return evaluated.kind === 'ready' ? inspectReady(run, evaluated.calls) : evaluated;
}

/** The calls that are to be made, each with its values. Asks the host nothing. */
export function evaluateCalls(
  run: HostRun,
  look: Look,
  calls: readonly ActionCall[],
  scope: Scope,
): { readonly kind: 'ready'; readonly calls: readonly ReadyCall[] } | Undecided {
  const expanded = expandCalls(run, look, calls, scope);
  if (expanded.kind !== 'calls') return expanded;
  const ready: ReadyCall[] = [];
  for (const { call, scope: own } of expanded.calls) {
    const evaluated = evaluateCall(run, look, call, own);
    if (evaluated.kind !== 'ready') return evaluated;
    ready.push(evaluated.call);
  }
  return { kind: 'ready', calls: ready };
}

/** Inspects calls that have their values, then decides each in order. */
export async function inspectReady(run: HostRun, calls: readonly ReadyCall[]): Promise<Decided> {
  return decideInOrder(run, await Promise.all(calls.map((call) => inspectOne(run, call))));
}

type Expanded = {
  readonly kind: 'calls';
  readonly calls: readonly { readonly call: ActionCall; readonly scope: Scope }[];
};

function expandCalls(run: HostRun, look: Look, calls: readonly ActionCall[], scope: Scope): Expanded | Undecided {
  const { took } = run.parts;
  const result: { call: ActionCall; scope: Scope }[] = [];
  for (const call of calls) {
    traceList(run, look, `${call.call} for_each`, call.forEach, scope);
    const items = call.forEach === undefined ? undefined : evaluateItems(call.forEach, scope);
    if (items !== undefined && items.kind !== 'items') return items;
    if (items !== undefined) took?.({ at: 'for_each', of: call, way: items.items.length === 0 ? 'no items' : 'items' });
    const scopes = items === undefined ? [scope] : items.items.map((item) => extend(scope, [[call.as, item]]));
    for (const own of scopes) {
      const when = decideTraced(run, look, `${call.call} when`, call.when ?? [], own);
      if (when.error !== undefined) return { kind: 'failed', reason: `when: ${when.error}` };
      if (when.held === 'unknown') return { kind: 'unknown', unknowns: when.unknowns };
      if (call.when !== undefined) took?.({ at: 'when', of: call, way: when.held ? 'true' : 'false' });
      if (when.held) result.push({ call, scope: own });
    }
  }
  return { kind: 'calls', calls: result };
}

type Evaluated = { readonly kind: 'ready'; readonly call: ReadyCall } | Undecided;

function evaluateCall(run: HostRun, look: Look, call: ActionCall, scope: Scope): Evaluated {
  const action = run.parts.registry.actions.get(call.call);
  if (action === undefined) throw new Error(`action ${call.call} is not registered`);
  const evaluated = interpolate(call.params, scope);
  if (evaluated.kind === 'unknown') return evaluated;
  if (evaluated.kind === 'error') return { kind: 'failed', reason: `${call.call}: ${evaluated.message}` };
  const params = fillDefaults(action.params, evaluated.value) as Value;
  const place = placeOfCall(run, call.delegateTo ?? look.delegateTo, scope);
  if ('problem' in place) return { kind: 'failed', reason: `${call.call}: ${place.problem}` };
  const { on } = place;
  const become = becomeOf(run, look.runbook, look.become, call.become, on);
  const { touches, timeoutMs } = call;
  return readyCall(run, { action, params, become, on, touches, timeoutMs });
}

/** Whether an action takes these params, which may come from a host or a journal. */
export function readyCall(run: HostRun, call: Omit<ReadyCall, 'reads'>): Evaluated {
  const { action, params } = call;
  const problems = run.parts.validate('action', action.name, params);
  if (problems.length > 0) {
    return {
      kind: 'failed',
      reason: `${action.name}: ${problems.map((p) => `${p.path.join('.')} ${p.message}`.trim()).join('; ')}`,
    };
  }
  // The action's own schema has just accepted these params.
  return { kind: 'ready', call: { ...call, reads: action.reads(params as never) } };
}

async function inspectOne(run: HostRun, ready: ReadyCall): Promise<Inspected> {
  const label = { kind: 'inspect', name: ready.action.name, params: plainParams(ready.params) } as const;
  try {
    const session = ready.on === undefined ? run.session : await sessionOn(run, ready.on);
    // A state is JSON, or an Unknown: defineAction's types hold every action to it.
    const state = (await session.read(label, ready.become, ready.timeoutMs ?? inspectTimeoutMs, (host) =>
      ready.action.inspect(host, ready.params as never),
    )) as Json | Unknown;
    return { ...ready, state };
  } catch (error) {
    if (!(error instanceof HostFailure) || error.phase === 'lost' || error.phase === 'cancelled') throw error;
    return { ...ready, state: new Unknown(reasonFor(run, error)) };
  }
}

function decideInOrder(run: HostRun, calls: readonly Inspected[]): Decided {
  const changes: DueChange[] = [];
  for (const call of calls) {
    const { state } = call;
    const inFix = changes.flatMap((due) => (due.on === call.on ? due.touches : []));
    const unmade = unmadeOn(run, call.on, call.reads);
    if (state instanceof Unknown && anyOverlap(call.reads, inFix)) return ownStep(call);
    if (state instanceof Unknown) {
      const reason = `${call.action.name}: ${state.reason}`;
      // What cannot be seen yet may be what an unmade change brings: a unit whose package is not installed.
      return { kind: 'unknown', unknowns: [new Unknown(reason, unmade[0]?.step)] };
    }
    const touched = [...unmade.flatMap((pending) => pending.touches), ...inFix];
    const afterOthers = unmade.length > 0 || anyOverlap(call.reads, inFix);
    if (afterOthers && call.action.diffAfter === undefined && call.action.converges) {
      const [first] = unmade;
      if (first !== undefined) {
        return {
          kind: 'unknown',
          unknowns: [new Unknown(`${call.action.name} looks at what step ${first.step} would change`, first.step)],
        };
      }
      return ownStep(call);
    }
    const change =
      afterOthers && call.action.diffAfter !== undefined
        ? call.action.diffAfter(state, call.params as never, touched)
        : call.action.diff(state, call.params as never);
    if (change === undefined) continue;
    if (change instanceof Unknown) return { kind: 'unknown', unknowns: [change] };
    const touches = call.touches ?? call.action.touches(change);
    changes.push({
      action: call.action,
      params: call.params,
      before: state,
      change,
      touches,
      become: call.become,
      on: call.on,
      timeoutMs: call.timeoutMs,
      predicted: afterOthers,
    });
  }
  return { kind: 'decided', changes };
}

function ownStep(call: ReadyCall): Undecided {
  const reason = `${call.action.name} looks at what an earlier call of the same fix changes; give it a step of its own`;
  return { kind: 'failed', reason };
}
