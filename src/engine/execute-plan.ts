import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Clock } from '../model/clock.ts';
import { type EventSink, eventVersion } from '../model/event.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Host } from '../model/inventory.ts';
import type { Registry } from '../model/pack.ts';
import type { HostOutcome, HostPlan, Plan, PlannedHost, StepPlan } from '../model/plan.ts';
import type { StepResult, Verdict } from '../model/result.ts';
import type { Become } from '../model/runbook.ts';
import type { Secret } from '../model/secret.ts';
import type { Transport } from '../model/transport.ts';
import { createEmitter, type Emit } from './emitter.ts';
import { exitCode } from './exit-code.ts';
import type { Approval, ConvertParams, EngineParts, ValidateParams } from './host-run.ts';
import { createLimit } from './limit.ts';
import { createRedactor, secretsIn } from './redact.ts';
import { openSession, type Session } from './session.ts';
import { carryOut, diagnose } from './walk.ts';

/** How a plan is to be executed. */
export interface ExecuteOptions {
  /** `dry_run`: diagnose only. `apply`: each host at once. `ask`: all are diagnosed, then `approvePlan` decides. */
  readonly mode: 'dry_run' | 'apply' | 'ask';
  readonly forks: number;
  readonly registry: Registry;
  readonly validate: ValidateParams;
  readonly transportFor: (host: Host) => Transport;
  readonly sinks: readonly EventSink[];
  readonly clock: Clock;
  /** Besides those found in params: connection and become passwords. */
  readonly secrets: readonly Secret[];
  readonly convertParams: ConvertParams;
  /** `due`: the hosts that a yes changes, or may change. */
  readonly approvePlan: (plans: readonly HostPlan[], due: readonly string[]) => Promise<boolean>;
  readonly approve: (approval: Approval) => Promise<boolean>;
  readonly becomeByDefault: Become;
  readonly chooses: (step: string, tags: readonly string[]) => boolean;
  /** Ctrl-C once: finish the running step, begin no other. */
  readonly stopping: AbortSignal;
  /** Ctrl-C twice: close everything now. */
  readonly aborting: AbortSignal;
  readonly detailedExitCode: boolean;
}

export interface RunResult {
  readonly exitCode: number;
  readonly plans: readonly HostPlan[];
  readonly outcomes: readonly HostOutcome[];
}

/** After so long between look and change the host is looked at again first. */
const staleAfterMs = 60_000;

/** Diagnoses and, unless it is a dry run, mends every host of a plan; hosts run freely, at most `forks` at a time. */
export async function executePlan(plan: Plan, options: ExecuteOptions): Promise<RunResult> {
  const { clock } = options;
  const begun = clock.monotonic();
  // Every host listens to both.
  setMaxListeners(0, options.stopping, options.aborting);
  const runId = `${new Date(clock.now()).toISOString().slice(0, 19).replaceAll(':', '')}-${randomBytes(3).toString('hex')}`;
  const redactor = createRedactor([...options.secrets, ...plan.hosts.flatMap((host) => secretsIn(host.params))]);
  const emit = createEmitter(runId, options.sinks, clock, redactor);
  const parts: EngineParts = { ...options, emit, runId, startedAt: clock.now(), mayFix: options.mode === 'apply' };
  await emitStarted(emit, plan, options);

  const ways = plan.hosts.map((planned) => new HostWay(parts, options, plan, planned));
  const limit = createLimit(options.forks);
  await Promise.all(ways.map((way) => limit(() => way.look(options.mode === 'apply'))));
  if (options.mode === 'ask') {
    const plans = ways.flatMap((way) => (way.plan === undefined ? [] : [way.plan]));
    const due = plans.filter(isDue).map((plan) => plan.host);
    const go = due.length > 0 && !options.stopping.aborted && (await options.approvePlan(plans, due));
    await Promise.all(ways.map((way) => limit(() => (go ? way.mend() : way.leave()))));
  }
  return finish(emit, ways, options, clock.monotonic() - begun);
}

async function emitStarted(emit: Emit, plan: Plan, options: ExecuteOptions): Promise<void> {
  const { id, title, file, sha256, steps } = plan.runbook;
  await emit({
    type: 'run.started',
    version: eventVersion,
    runbook: { id, title, file, sha256 },
    hosts: plan.hosts.map((planned) => planned.host.name),
    inventoryHosts: plan.inventoryHosts,
    dryRun: options.mode === 'dry_run',
    forks: options.forks,
    steps: steps.map((step) => ({ id: step.id, title: step.title })),
  });
}

async function finish(emit: Emit, ways: readonly HostWay[], options: ExecuteOptions, ms: number): Promise<RunResult> {
  const outcomes = ways.flatMap((way) => (way.outcome === undefined ? [] : [way.outcome]));
  const verdicts = outcomes.map((outcome) => outcome.verdict);
  const code = exitCode({
    verdicts,
    symptomLeft: outcomes.filter((outcome) => outcome.verdict === 'not_applicable' && outcome.symptom === 'present')
      .length,
    interrupted: options.stopping.aborted,
    pending: options.mode === 'dry_run' && ways.some((way) => way.plan !== undefined && isDue(way.plan)),
    detailed: options.detailedExitCode,
  });
  await emit({
    type: 'run.finished',
    exitCode: code,
    verdicts: countVerdicts(verdicts),
    changes: outcomes.reduce((sum, outcome) => sum + (outcome.standing?.length ?? 0), 0),
    interrupted: options.stopping.aborted,
    ms,
  });
  return { exitCode: code, plans: ways.flatMap((way) => (way.plan === undefined ? [] : [way.plan])), outcomes };
}

function countVerdicts(verdicts: readonly Verdict[]): { readonly [V in Verdict]?: number } {
  const counts: { [V in Verdict]?: number } = {};
  for (const verdict of verdicts) counts[verdict] = (counts[verdict] ?? 0) + 1;
  return counts;
}

/** Whether a real run has something to do: a change, or a wait that may lead to one. */
function isDue(plan: HostPlan): boolean {
  const would = (result: StepResult): boolean => result.outcome === 'would_change';
  return (
    plan.waits === true ||
    plan.steps.some((step) => would(step.result) || step.items.some((item) => would(item.result)))
  );
}

/** One host's way through the run: look, then mend or leave. Its failures are values; it rejects only for bugs. */
class HostWay {
  plan: HostPlan | undefined;
  outcome: HostOutcome | undefined;
  #session: Session | undefined;
  #forget = (): void => undefined;
  #lookedAt = 0;
  #begun = 0;
  readonly #parts: EngineParts;
  readonly #options: ExecuteOptions;
  readonly #run: Plan;
  readonly #planned: PlannedHost;

  constructor(parts: EngineParts, options: ExecuteOptions, run: Plan, planned: PlannedHost) {
    this.#parts = parts;
    this.#options = options;
    this.#run = run;
    this.#planned = planned;
  }

  /** Connects and diagnoses; with `thenMend` carries out at once. Ends here when nothing is due. */
  async look(thenMend: boolean): Promise<void> {
    this.#begun = this.#options.clock.monotonic();
    if (this.#options.stopping.aborted) return this.#end(this.#blank('not_started', 'interrupted before it began'));
    await this.#guard(async () => {
      this.#session = await this.#connect();
      this.plan = await diagnose(this.#walk(this.#session));
      this.#lookedAt = this.#options.clock.monotonic();
      if (this.#options.mode === 'dry_run' || !isDue(this.plan)) await this.leave();
      else if (thenMend) await this.mend();
    });
  }

  async mend(): Promise<void> {
    const { plan } = this;
    if (plan === undefined || this.outcome !== undefined) return;
    await this.#guard(async () => {
      const stale = this.#options.clock.monotonic() - this.#lookedAt > staleAfterMs;
      try {
        await this.#carryOut(stale ? { ...plan, snapshots: [] } : plan);
      } catch (error) {
        // The wire did not survive the question; nothing was begun, so a new one may look again.
        const lost = error instanceof HostFailure && error.phase === 'lost' && this.#options.mode === 'ask';
        if (!lost || this.#options.aborting.aborted) throw error;
        await this.#close();
        await this.#carryOut({ ...plan, snapshots: [] });
      }
    });
  }

  async #carryOut(plan: HostPlan): Promise<void> {
    const session = this.#session ?? (await this.#connect());
    this.#session = session;
    await this.#end(await carryOut(this.#walk(session), plan));
  }

  /** Nothing (more) is to be done: the plan is the outcome. */
  async leave(): Promise<void> {
    if (this.outcome !== undefined) return;
    if (this.plan !== undefined) await this.#end(outcomeOfPlan(this.plan, this.#options.mode));
  }

  async #connect(): Promise<Session> {
    const { host } = this.#planned;
    await this.#parts.emit({ type: 'host.connecting', host: host.name });
    const begun = this.#options.clock.monotonic();
    const transport = this.#options.transportFor(host);
    const { clock, aborting } = this.#options;
    const session = await openSession(host, transport, this.#parts.startedAt, clock, aborting);
    // What is under way then ends as lost, and a fix as unknown.
    const abort = (): void => void session.close();
    aborting.addEventListener('abort', abort, { once: true });
    // Else a run keeps the memory of every connection that it ever had.
    this.#forget = () => aborting.removeEventListener('abort', abort);
    await this.#parts.emit({
      type: 'host.connected',
      host: host.name,
      ms: this.#options.clock.monotonic() - begun,
      ...(session.hostKey === undefined ? {} : { hostKey: session.hostKey }),
    });
    return session;
  }

  async #close(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
    this.#forget();
  }

  #walk(session: Session) {
    return { parts: this.#parts, session, planned: this.#planned, runbook: this.#run.runbook };
  }

  /** The edge where one host's failure becomes a value. */
  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof HostFailure)) throw error;
      const help = error.help === undefined ? {} : { help: error.help };
      const reason = error.message;
      await this.#parts.emit({
        type: 'host.unreachable',
        host: this.#planned.host.name,
        phase: error.phase,
        reason,
        ...help,
      });
      await this.#end(this.#blank(error.phase === 'cancelled' ? 'not_started' : 'unreachable', reason));
    }
  }

  #blank(verdict: Verdict, reason: string): HostOutcome {
    const host = this.#planned.host.name;
    return { host, verdict, reason, diagnosis: reason, symptom: 'unknown', steps: [], notes: [], outputs: {} };
  }

  async #end(outcome: HostOutcome): Promise<void> {
    this.outcome = outcome;
    await this.#close();
    const ms = this.#options.clock.monotonic() - this.#begun;
    await this.#parts.emit({ type: 'host.finished', host: outcome.host, outcome, ms });
  }
}

/** What a diagnosis comes to when nothing is carried out after it. A real run that cannot decide has failed to. */
function outcomeOfPlan(plan: HostPlan, mode: ExecuteOptions['mode']): HostOutcome {
  const { verdict, reason } = verdictOfPlan(plan, mode);
  return {
    host: plan.host,
    verdict,
    ...(reason === undefined ? {} : { reason }),
    diagnosis: plan.diagnosis,
    symptom: plan.symptom,
    steps: mode === 'dry_run' ? plan.steps : plan.steps.map(cannotDecide),
    notes: plan.notes,
    ...(plan.see === undefined ? {} : { see: plan.see }),
    outputs: plan.outputs,
  };
}

function verdictOfPlan(plan: HostPlan, mode: ExecuteOptions['mode']): Pick<HostPlan, 'verdict' | 'reason'> {
  if (mode === 'dry_run') return plan;
  if (mode === 'ask' && isDue(plan)) return { verdict: 'refused', reason: 'the plan was not approved' };
  if (plan.verdict === 'undetermined')
    return { verdict: 'not_fixed', reason: `cannot decide: ${plan.reason ?? 'unknown'}` };
  return plan;
}

function cannotDecide(step: StepPlan): StepPlan {
  const settle = (result: StepResult): StepResult =>
    result.outcome === 'undetermined'
      ? { outcome: 'failed', reason: `cannot decide: ${result.reason ?? 'unknown'}` }
      : result;
  return {
    ...step,
    result: settle(step.result),
    items: step.items.map((item) => ({ ...item, result: settle(item.result) })),
  };
}
