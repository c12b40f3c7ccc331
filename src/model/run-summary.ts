import type { Event } from './event.ts';
import type { HostOutcome, HostPlan, StepPlan } from './plan.ts';
import type { Verdict } from './result.ts';

type Of<T extends Event['type']> = Extract<Event, { type: T }>;

/** How one host ended, as far as the events tell. */
export interface HostEnd {
  readonly host: string;
  /** Absent: no result came (the run was interrupted, or is still going on). */
  readonly verdict?: Verdict;
  readonly reason?: string;
  /** What to do next, from where reaching it failed, or something on it. */
  readonly help?: string;
  readonly diagnosis: string;
  readonly steps: readonly StepPlan[];
  readonly notes: readonly string[];
  readonly see?: string;
  /** Changes of this run that stand on the host. */
  readonly standing: readonly string[];
  /** The step whose fix had begun and has no result. */
  readonly underWay?: string;
  /** Whether anything was ever heard of it. */
  readonly begun: boolean;
}

/** A whole run, folded from its events. */
export interface RunSummary {
  readonly run: string;
  readonly started?: Of<'run.started'>;
  readonly finished?: Of<'run.finished'>;
  /** In the order of `run.started`. */
  readonly hosts: readonly HostEnd[];
  /** What `diagnose` found, same order; hosts without a plan are left out. */
  readonly plans: readonly HostPlan[];
  readonly warnings: readonly Of<'warning'>[];
}

/** What a reporter keeps of the events; grows by hosts, not by probes. */
export interface Tally {
  take(event: Event): void;
  summary(): RunSummary;
}

/** Folds all events of one run. */
export function fold(events: Iterable<Event>): RunSummary {
  const tally = createTally();
  for (const event of events) tally.take(event);
  return tally.summary();
}

interface HostState {
  plan?: HostPlan;
  outcome?: HostOutcome;
  unreachable?: Of<'host.unreachable'>;
  readonly underWay: Set<string>;
}

/** {@link fold} for one event after the other. */
export function createTally(): Tally {
  const hosts = new Map<string, HostState>();
  const warnings: Of<'warning'>[] = [];
  let run = '';
  let started: Of<'run.started'> | undefined;
  let finished: Of<'run.finished'> | undefined;

  function take(event: Event): void {
    run = event.run;
    if (event.type === 'run.started') started = event;
    else if (event.type === 'run.finished') finished = event;
    else if (event.type === 'warning') warnings.push(event);
    else if ('host' in event) {
      const state = hosts.get(event.host) ?? { underWay: new Set() };
      hosts.set(event.host, state);
      takeOfHost(state, event);
    }
  }

  function summary(): RunSummary {
    const names = new Set([...(started?.hosts ?? []), ...hosts.keys()]);
    const states = [...names].map((name) => [name, hosts.get(name)] as const);
    return {
      run,
      ...(started === undefined ? {} : { started }),
      ...(finished === undefined ? {} : { finished }),
      hosts: states.map(([name, state]) => hostEnd(name, state, started?.dryRun ?? false)),
      plans: states.flatMap(([, state]) => state?.plan ?? []),
      warnings,
    };
  }

  return { take, summary };
}

function takeOfHost(state: HostState, event: Extract<Event, { host: string }>): void {
  if (event.type === 'host.planned') state.plan = event.plan;
  else if (event.type === 'host.finished') state.outcome = event.outcome;
  else if (event.type === 'host.unreachable') state.unreachable = event;
  else if (event.type === 'fix.intent') state.underWay.add(event.step);
  else if (event.type === 'step.finished') state.underWay.delete(event.step);
}

function hostEnd(host: string, state: HostState | undefined, dryRun: boolean): HostEnd {
  const end = state?.outcome ?? (dryRun ? state?.plan : undefined);
  const failure = state?.unreachable;
  const reason = end?.reason ?? (failure === undefined ? undefined : `${failure.phase}: ${failure.reason}`);
  const verdict = end?.verdict ?? (failure === undefined ? undefined : 'unreachable');
  const see = end?.see;
  const help = verdict === 'unreachable' ? (failure?.help ?? end?.help) : end?.help;
  const underWay = [...(state?.underWay ?? [])].at(-1);
  return {
    host,
    diagnosis: end?.diagnosis ?? state?.plan?.diagnosis ?? '',
    steps: end?.steps ?? state?.plan?.steps ?? [],
    notes: end?.notes ?? [],
    standing: state?.outcome?.standing ?? [],
    begun: state !== undefined,
    ...(verdict === undefined ? {} : { verdict }),
    ...(reason === undefined || (end !== undefined && end.verdict !== 'unreachable' && end.reason === undefined)
      ? {}
      : { reason }),
    ...(help === undefined ? {} : { help }),
    ...(see === undefined ? {} : { see }),
    ...(underWay === undefined ? {} : { underWay }),
  };
}
