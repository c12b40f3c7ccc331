import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { Branch } from '../model/branch.ts';
import type { Clock } from '../model/clock.ts';
import { type Event, type EventSink, eventVersion } from '../model/event.ts';
import type { DelegateIds, HostHistory, RunRequest } from '../model/history.ts';
import type { Host } from '../model/inventory.ts';
import type { JournalFailure } from '../model/journal-failure.ts';
import type { Registry } from '../model/pack.ts';
import { alsoReached, type HostOutcome, type HostPlan, type Plan } from '../model/plan.ts';
import type { Reader } from '../model/reader.ts';
import type { Become } from '../model/runbook.ts';
import { type Secret, secretsIn } from '../model/secret.ts';
import type { Transport } from '../model/transport.ts';
import { changing } from './change-hosts.ts';
import { countVerdicts } from './count-verdicts.ts';
import { Delegates, knownDelegates } from './delegates.ts';
import { createEmitter, type Emit } from './emitter.ts';
import { exitCode } from './exit-code.ts';
import { type Holding, holding, type LockWords } from './host-lock.ts';
import type { Approve, ConvertParams, EngineParts, ValidateParams } from './host-run.ts';
import { HostWay } from './host-way.ts';
import { createLimit } from './limit.ts';
import { onceBefore } from './once-before.ts';
import { OnceDesk } from './once-desk.ts';
import { isDue } from './outcome-of-plan.ts';
import { createRedactor } from './redact.ts';
import { redactQuestions, redactResult } from './redact-questions.ts';
import { mayComeBack, retryUnreachable } from './retry-unreachable.ts';
import type { AskStep } from './step-answer.ts';
import { stopReason } from './stop-reason.ts';
import type { Walker } from './walk.ts';

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
  readonly approve: Approve;
  readonly becomeByDefault: Become;
  readonly chooses: (step: string, tags: readonly string[]) => boolean;
  /** Ctrl-C once: finish the running step, begin no other. */
  readonly stopping: AbortSignal;
  /** Ctrl-C twice: close everything now. */
  readonly aborting: AbortSignal;
  readonly detailedExitCode: boolean;
  /** Names the run in its journal and markers; absent: a new one. */
  readonly runId?: string;
  /** What was asked for, for `run.started`. */
  readonly request?: RunRequest;
  /** Goes on with a run that broke off. Hosts that are not among `hosts` keep the outcome they have. */
  readonly resume?: Resume;
  /** Words for those whom a host's lock keeps away; absent: no host is locked (a demo, a test). */
  readonly lock?: LockWords;
  /** Absent: the runbook's own steps. */
  readonly walker?: Walker;
  /** Default: run. */
  readonly kind?: RunRequest['kind'];
  /** Hears every reading, or answers instead of the hosts. */
  readonly reader?: Reader;
  /** Is told which ways of the runbook are taken. */
  readonly took?: (branch: Branch) => void;
  /** Every expression is told with what its parts were. */
  readonly trace?: boolean;
  /** `--step`. */
  readonly askStep?: AskStep;
  /** What is known already of the machines that something is carried out on for others, by name. */
  readonly knownDelegates?: ReadonlyMap<string, DelegateIds>;
  /** `--max-changed`: with more hosts to change, none is. */
  readonly maxChanged?: number;
  /** `--retry-unreachable`: for so long hosts that did not answer are tried again, before batches begin, else at the end. */
  readonly retryUnreachableMs?: number;
}

export interface Resume {
  /** The run's id: its markers on the hosts go by it. */
  readonly run: string;
  /** Epoch ms. */
  readonly startedAt: number;
  /** Of the last event in its journal. */
  readonly lastSeq: number;
  readonly operator: string;
  /** By name: every host of the run of which anything is known. */
  readonly histories: ReadonlyMap<string, HostHistory>;
  readonly hosts: ReadonlySet<string>;
  /** Hosts on which an undo of the run began, and that undo: what was done there is not gone on with. */
  readonly undone?: ReadonlyMap<string, string>;
}

/** How a run ended: its id, what it exits with, and what was found and done on each host. */
export interface RunResult {
  readonly run: string;
  readonly exitCode: number;
  readonly plans: readonly HostPlan[];
  readonly outcomes: readonly HostOutcome[];
  /** The journal could not be written: why, and the events that are not in it. */
  readonly journal?: { readonly reason: string; readonly unrecorded: readonly Event[] };
}

/** Diagnoses and, unless it is a dry run, mends every host of a plan; hosts run freely, at most `forks` at a time. */
export async function executePlan(plan: Plan, given: ExecuteOptions): Promise<RunResult> {
  const { clock, resume } = given;
  const begun = clock.monotonic();
  const journal = new JournalWatch();
  const redactor = createRedactor([...given.secrets, ...plan.hosts.flatMap((host) => secretsIn(host.params))]);
  const options = {
    ...redactQuestions(given, redactor),
    stopping: AbortSignal.any([given.stopping, given.aborting, journal.failed]),
  };
  // Every host listens to both.
  setMaxListeners(0, options.stopping, options.aborting);
  const runId = resume?.run ?? options.runId ?? newRunId(clock.now());
  const emit = createEmitter(runId, options.sinks, clock, redactor, journal.take, resume?.lastSeq);
  const startedAt = resume?.startedAt ?? clock.now();
  const limit = createLimit(options.forks);
  const before = resume === undefined ? () => undefined : onceBefore(resume.histories, resume.hosts);
  const once = new OnceDesk({ limit, stopping: options.stopping, before });
  const ways: HostWay[] = [];
  const { afterLook, desk, change, retriesFirst, mayBegin } = changing(plan, options, {
    ways: () => ways.filter((way) => way.chosen),
    once,
    emit,
  });
  const delegates = delegatesOf(plan, options, { runId, emit });
  const parts: EngineParts = {
    ...options,
    delegates,
    approve: desk.approve,
    emit,
    journalFailed: journal.failed,
    runId,
    startedAt,
    throttles: new WeakMap(),
    once,
    asked: options.mode === 'ask',
    mayFix: afterLook === 'mend',
    ...(given.askStep === undefined ? {} : { stepping: { ask: given.askStep, dryRun: options.mode === 'dry_run' } }),
  };
  if (resume === undefined) await emitStarted(emit, plan, options);
  else await emit({ type: 'run.resumed', hosts: [...resume.hosts], operator: resume.operator });

  ways.push(...plan.hosts.map((planned) => new HostWay(parts, options, plan, planned)));
  const look = (at: readonly HostWay[]): Promise<void> => once.together(at, (way) => way.look(afterLook));
  const lookAndChange = async (at: readonly HostWay[]): Promise<void> => {
    await look(at);
    await change(at);
  };
  const { retryUnreachableMs: forMs = 0, stopping } = options;
  const retrying = { forMs, clock, emit, stopping, mayBegin };
  try {
    await look(ways);
    if (retriesFirst) await retryUnreachable(ways, { ...retrying, again: look });
    const givenUp = retriesFirst ? new Set(ways.filter(mayComeBack)) : new Set<HostWay>();
    await change(ways);
    const lostSince = ways.filter((way) => !givenUp.has(way));
    await retryUnreachable(lostSince, { ...retrying, again: lookAndChange });
  } finally {
    // Where the journal lacks an end, a host's markers are all that knows it.
    await delegates.close(!journal.failed.aborted);
  }
  const facts = { runId, interrupted: given.stopping.aborted, journal, ms: clock.monotonic() - begun };
  return redactResult(await finish(emit, ways, options, facts), redactor);
}

function delegatesOf(
  { delegates: hosts = [], runbook }: Plan,
  { mode, lock, clock, transportFor, aborting, becomeByDefault, resume, knownDelegates: known }: ExecuteOptions,
  { runId, emit }: { readonly runId: string; readonly emit: Emit },
): Delegates {
  const holdingOf = ({ name, connect }: Host): Holding | undefined => {
    if (lock === undefined || mode === 'dry_run') return undefined;
    return holding(runId, name, lock, runbook.become ?? connect.become ?? becomeByDefault, clock.now());
  };
  const earlier = knownDelegates(resume?.histories.values() ?? []);
  const parts = { hosts, transportFor, clock, emit, aborting, holding: holdingOf };
  return new Delegates({ ...parts, known: new Map([...(known ?? []), ...earlier]) });
}

/** What of a run could not be written down. */
class JournalWatch {
  readonly unrecorded: Event[] = [];
  readonly #failed = new AbortController();

  /** Aborted, with the failure, once the journal cannot be written. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  readonly take = (failure: JournalFailure, event: Event): void => {
    this.unrecorded.push(event);
    this.#failed.abort(failure);
  };
}

/** A name for a run: sortable, and readable to a person. */
export function newRunId(now: number): string {
  const time = new Date(now).toISOString().slice(0, 19).replaceAll(':', '');
  return `${time}-${randomBytes(3).toString('hex')}`;
}

async function emitStarted(emit: Emit, plan: Plan, options: ExecuteOptions): Promise<void> {
  const { id, title, file, sha256, steps } = plan.runbook;
  const alsoReaches = alsoReached(plan);
  await emit({
    type: 'run.started',
    version: eventVersion,
    runbook: { id, title, file, sha256 },
    hosts: plan.hosts.map((planned) => planned.host.name),
    inventoryHosts: plan.inventoryHosts,
    ...(alsoReaches.length === 0 ? {} : { alsoReaches }),
    dryRun: options.mode === 'dry_run',
    forks: options.forks,
    steps: steps.map((step) => ({ id: step.id, title: step.title })),
    ...(plan.rollout === undefined ? {} : { rollout: plan.rollout }),
    ...(options.request === undefined ? {} : { request: options.request }),
  });
}

interface RunFacts {
  readonly runId: string;
  /** By Ctrl-C. */
  readonly interrupted: boolean;
  readonly journal: JournalWatch;
  readonly ms: number;
}

async function finish(
  emit: Emit,
  ways: readonly HostWay[],
  options: ExecuteOptions,
  { runId, interrupted, journal, ms }: RunFacts,
): Promise<RunResult> {
  const outcomes = ways.flatMap((way) => (way.outcome === undefined ? [] : [way.outcome]));
  const verdicts = outcomes.map((outcome) => outcome.verdict);
  const facts = {
    verdicts,
    undo: options.kind === 'undo',
    symptomLeft: outcomes.filter((outcome) => outcome.verdict === 'not_applicable' && outcome.symptom === 'present')
      .length,
    interrupted,
    pending: options.mode === 'dry_run' && ways.some((way) => way.plan !== undefined && isDue(way.plan)),
    detailed: options.detailedExitCode,
  };
  await emit({
    type: 'run.finished',
    exitCode: exitCode({ ...facts, journalFailed: journal.failed.aborted }),
    verdicts: countVerdicts(verdicts),
    changes: outcomes.reduce((sum, outcome) => sum + (outcome.standing?.length ?? 0), 0),
    interrupted,
    ms,
  });
  // It may have failed only now.
  const code = exitCode({ ...facts, journalFailed: journal.failed.aborted });
  const plans = ways.flatMap((way) => (way.plan === undefined ? [] : [way.plan]));
  const result = { run: runId, exitCode: code, plans, outcomes };
  if (!journal.failed.aborted) return result;
  const lost = { reason: stopReason(journal.failed), unrecorded: journal.unrecorded };
  return { ...result, journal: lost };
}
