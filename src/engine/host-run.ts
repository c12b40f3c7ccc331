import type { Action } from '../model/action.ts';
import type { Branch } from '../model/branch.ts';
import type { Clock } from '../model/clock.ts';
import type { EventBody } from '../model/event.ts';
import type { Json } from '../model/json.ts';
import type { Registry } from '../model/pack.ts';
import type { HostPlan, PlannedChange, PlannedHost, Snapshot, StepPlan } from '../model/plan.ts';
import type { Reader } from '../model/reader.ts';
import { type Resource, sameDomain } from '../model/resource.ts';
import type { Become, ParamDeclaration, Runbook } from '../model/runbook.ts';
import type { Value } from '../model/value.ts';
import { unmadeOn } from './delegate.ts';
import type { Delegates } from './delegates.ts';
import type { FixKey } from './fix-key.ts';
import type { Limit } from './limit.ts';
import type { OnceDesk } from './once-desk.ts';
import type { Past } from './past.ts';
import type { Session } from './session.ts';
import type { AskStep } from './step-answer.ts';
import type { Throttles } from './throttle.ts';

/** Checks params against their schema; empty when they fit. */
export type ValidateParams = (
  kind: 'probe' | 'action',
  name: string,
  params: unknown,
) => readonly { readonly path: readonly (string | number)[]; readonly message: string }[];

/** Asks for what `--yes` does not answer. */
export interface Approval {
  readonly kind: 'confirm' | 'irreversible';
  readonly text: string;
  readonly host: string;
  /** `confirm`: all hosts of the batch to whom the answer applies. Absent: just the one. */
  readonly hosts?: readonly string[];
  /** Other hosts on which it would be done for them. Absent: none. */
  readonly on?: readonly string[];
}

/** Whether it may be done. `false`: nobody is there to say; `declined`: somebody was asked, and said no. */
export type Approve = (approval: Approval) => Promise<boolean | 'declined'>;

/** Gives a used runbook's params their declared types and defaults. */
export type ConvertParams = (
  declarations: readonly ParamDeclaration[],
  given: { readonly [name: string]: Value },
) => { readonly params: { readonly [name: string]: Value }; readonly problems: readonly string[] };

/** What the engine is given once for a run. */
export interface EngineParts {
  readonly registry: Registry;
  readonly validate: ValidateParams;
  readonly convertParams: ConvertParams;
  readonly clock: Clock;
  readonly emit: (body: EventBody) => Promise<void>;
  /** The journal could not be written: what it was told may not be on the disk. Absent: there is none. */
  readonly journalFailed?: AbortSignal;
  readonly approve: Approve;
  /** `-b`: for hosts where call, step, runbook and inventory are silent. */
  readonly becomeByDefault: Become;
  /** Each host's fix follows its diagnosis without a question: what it needs may be opened early. */
  readonly mayFix?: boolean;
  readonly runId: string;
  readonly startedAt: number;
  /** `-t`, `--start-at`: whether this step's fix was chosen. Its probes and conclusions run anyway. */
  readonly chooses: (step: string, tags: readonly string[]) => boolean;
  /** Is told which ways of the runbook are taken. */
  readonly took?: (branch: Branch) => void;
  /** Every expression is told with what its parts were. */
  readonly trace?: boolean;
  /** `--step`, and whether it is a dry run that is stepped through. */
  readonly stepping?: { readonly ask: AskStep; readonly dryRun: boolean };
  /** The other hosts on which something is carried out; absent: there are none. */
  readonly delegates?: Delegates;
  /** Hears, or answers, each reading. */
  readonly reader?: Reader;
  /** Absent: no step is throttled, as where there is one host. */
  readonly throttles?: Throttles;
  /** Absent: every host runs what runs once, as where there is one host. */
  readonly once?: OnceDesk;
  /** Somebody reads the plans and says yes to them. */
  readonly asked?: boolean;
  /** Ctrl-C once: no new steps. */
  readonly stopping: AbortSignal;
  /** Ctrl-C twice: all connections are closed. */
  readonly aborting: AbortSignal;
}

/** What a change alters; `on`: of which host, where that is another. */
export interface Touch {
  readonly on: string | undefined;
  readonly touches: readonly Resource[];
}

/** A change that a dry run did not make: what is read afterwards is predicted by its action, or unknown. */
export interface PendingChange {
  readonly step: string;
  /** Absent: a step that is undetermined; it may change anything. */
  readonly foreseen?: { readonly action: Action; readonly change: Json };
  readonly touches: readonly Resource[];
  /** On which host, where that is another. */
  readonly on: string | undefined;
}

/** A change that was made, with all that undo needs. */
export interface MadeChange {
  readonly step: string;
  readonly action: Action;
  /** Params as evaluated; secrets still inside. */
  readonly params: Value;
  readonly before: Json;
  readonly change: Json;
  readonly touches: readonly Resource[];
  readonly become: Become;
  /** On which host, where that is another. */
  readonly on: string | undefined;
  readonly planned: PlannedChange;
  /** Names its undo, as a fix's key names the fix. */
  readonly undoKey: FixKey;
  /** Why its action cannot take it back: a journal has it, and not all of it. What its step takes back by itself needs nothing of it. */
  readonly lost?: string;
}

/** A fix that was made and stands, and how to take it back; gives what is left behind, `undefined` when nothing is. */
export interface StandingUnit {
  readonly step: string;
  readonly takeBack: () => Promise<string | undefined>;
}

/** One host's way through one runbook: what is known so far. Mutable, and seen by this host's own walk only. */
export interface HostRun {
  readonly parts: EngineParts;
  readonly session: Session;
  /** What it does on other hosts, by their names, once it does. */
  readonly delegated: Map<string, Promise<Session>>;
  readonly planned: PlannedHost;
  readonly runbook: Runbook;
  readonly dryRun: boolean;
  /** Snapshots of an earlier diagnosis of this run that may stand in for a new look, by id. */
  readonly earlier: ReadonlyMap<string, Snapshot>;
  /** What an earlier process of this run did on this host; absent: this one is the first. */
  readonly past: Past | undefined;
  /** See Walk. */
  readonly reviewed?: true;
  /** Planned changes as they were shown, by `approvalKey`; absent: nothing was shown for it. */
  readonly approved: ReadonlyMap<string, readonly PlannedChange[]>;
  /** Steps that the plan showed as decided, by id: a change that is due there and was not shown is drift. */
  readonly decided: ReadonlySet<string>;
  /** By its key: the host to which the plan leaves a step that runs once. */
  readonly leftTo: ReadonlyMap<string, string>;
  /** See Walk. */
  readonly shown?: HostPlan;
  /** Places of throttled steps that it has, the widest first. */
  readonly held: Limit[];
  readonly pending: PendingChange[];
  readonly made: MadeChange[];
  /** What steps that run once have changed on another host: it may be the same thing. */
  readonly touchedElsewhere: Touch[];
  /** Units whose changes stand, in the order they were made. */
  readonly standing: StandingUnit[];
  readonly snapshots: Snapshot[];
  readonly traces: Set<string>;
  readonly notes: string[];
  /** See helps.ts. */
  readonly helps: Set<string>;
  /** Notes that the diagnosis of this run has told already. */
  readonly told: ReadonlySet<string>;
  readonly steps: StepPlan[];
  /** Steps whose fix the operator left out by hand. */
  readonly leftOut: Set<string>;
  /** Steps whose fix was left out, though their gate was open, and why. */
  readonly openLeft: Map<string, string>;
  declaredProbes: number;
  /** A step waits for something; see HostPlan. */
  waits: boolean;
  /** A fix's script may have reached the host. */
  fixBegun: boolean;
  /** What an undo of this run left behind. */
  failedUndo: string | undefined;
}

/**
 * Whether a snapshot of these resources of the host itself may be out of date. A real run looks again when anything of the same
 * domain was changed, by this walk or for others, since one file may go by two names; a dry run's unmade changes change nothing.
 */
export function mayBeTouched(run: HostRun, reads: readonly Resource[]): boolean {
  const changes = [...run.made, ...run.touchedElsewhere];
  const own = changes.flatMap(({ on, touches }) => (on === undefined ? touches : []));
  const host = run.planned.host.name;
  const forOthers = run.parts.delegates?.touchedOn(host, host) ?? [];
  if ([...own, ...forOthers].some((touched) => reads.some((read) => sameDomain(read, touched)))) return true;
  return unmadeOn(run, undefined, reads).length > 0;
}
