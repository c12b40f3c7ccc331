import type { TransportName } from './inventory.ts';
import type { Json } from './json.ts';
import type { HostOutcome, HostPlan, PlannedChange } from './plan.ts';
import type { StepResult } from './result.ts';
import type { Rollout } from './rollout.ts';
import type { BecomeMethod } from './runbook.ts';

/** What names a unit's fix among all fixes of all runs: run, host, step with the items around it, alternative, item. */
export type UnitKey = readonly Json[];

/** What was asked for when a run began: enough to go on with it in another process. JSON; holds no secret. */
export interface RunRequest {
  readonly kind: 'run' | 'apply' | 'undo';
  /** `undo`: the run that is undone. `apply`: the plan's id. */
  readonly of?: string;
  /** Of the program that wrote it. */
  readonly mendgate: string;
  /** Absolute path. */
  readonly runbook: string;
  /** Hex SHA-256 over the runbook and all runbooks it uses. */
  readonly runbookSha256: string;
  /** The author's own packs that it named. */
  readonly packs?: readonly {
    /** As the runbook names it. */
    readonly name: string;
    /** Absolute path. */
    readonly file: string;
    readonly sha256: string;
  }[];
  /** Absolute paths; `h1,h2,` as given. */
  readonly inventory: readonly string[];
  /** Hex SHA-256 over what the inventory gave for the chosen hosts: names, addresses, how to reach them, variables. */
  readonly inventorySha256: string;
  readonly limit?: string;
  /** Params as given, a secret's value as `***`. */
  readonly extra: readonly {
    readonly name: string;
    readonly text: string;
    /** Of a secret where it was read, as far as that is known: `env:NAME`, `file:/PATH`. */
    readonly from?: string;
  }[];
  /** How hosts were reached, where the command line said so. */
  readonly reach: {
    readonly connection?: TransportName;
    readonly user?: string;
    /** Absolute paths. */
    readonly privateKeyFiles?: readonly string[];
    readonly knownHostsFiles?: readonly string[];
    readonly becomeMethod?: BecomeMethod;
  };
  readonly becomeByDefault: string | false;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly startAt?: string;
  readonly until?: string;
  readonly allowIrreversible: boolean;
  /** What the command line said of it. */
  readonly rollout?: Rollout;
  /** `--max-changed`. */
  readonly maxChanged?: number;
  /** Whoever ran it: user@machine. */
  readonly operator: string;
}

/** A call of a step's own `rollback:`, with its values as they were before the fix began. */
export interface RecordedCall {
  readonly action: string;
  /** A secret's value is `***`. */
  readonly params: Json;
  readonly become: string | false;
  readonly touches?: readonly string[];
  readonly timeoutMs?: number;
  /** The host on which it is made, where that is another. */
  readonly on?: string;
}

/** How a step says that its fix is taken back, where it leaves that not to the actions. */
export type OwnRollback =
  | { readonly kind: 'calls'; readonly calls: readonly RecordedCall[] }
  /** Its calls had no values: a name of theirs was unknown. */
  | { readonly kind: 'undecided'; readonly reason: string }
  | { readonly kind: 'irreversible'; readonly why: string };

/** What earlier undos of a run did about one of its units. */
export interface EarlierUndo {
  /** All of it that can be taken back was: what looks the same since is somebody else's. */
  readonly takenBack: boolean;
  /** How often its step's own rollback failed: nothing of those runs any more, and another may be begun. */
  readonly failed: number;
  /** How that own rollback ended. `unknown`: it may have run, or runs still. */
  readonly last: 'done' | 'failed' | 'unknown';
  /** With `unknown`: its host has said all that it knows of it. */
  readonly final?: true;
  /** When the last one was begun. ISO 8601, UTC. */
  readonly at: string;
}

/** Another host on which something of a host's fix was made: which machine, and which boot of it. */
export interface DelegateIds {
  readonly host: string;
  /** `SHA256:…`, where the transport has one. */
  readonly hostKey?: string;
  readonly machineId?: string;
  readonly bootId?: string;
}

/** One attempt of a unit's fix. */
export interface AttemptRecord {
  readonly attempt: number;
  /** The first attempt of the same try: one that failed for good may be tried anew (`resume --failed`). Absent: 1. */
  readonly since?: number;
  /** When it was about to be sent. ISO 8601, UTC. */
  readonly at: string;
  /** The host's boot when it was about to be sent; absent: not known then. */
  readonly bootId?: string;
  /** The other hosts on which some of `changes` were to be made, as they were then. Absent: none. */
  readonly delegates?: readonly DelegateIds[];
  readonly changes: readonly PlannedChange[];
  /** Absent: nobody wrote down how it ended. */
  readonly result?: {
    readonly outcome: 'done' | 'failed' | 'not_started' | 'unknown';
    readonly reason?: string;
    /** How many of `changes`, in order, were begun (`failed`) or are known to be done (`unknown`). Absent: `failed`: all may have been; `unknown`: none. */
    readonly begun?: number;
    /** `unknown`: a resume has asked the host, and the step itself; there is nothing more to ask. */
    readonly final?: true;
  };
}

/** What a run did with one unit: a step's fix, one alternative's, one item's. */
export interface UnitRecord {
  readonly key: UnitKey;
  /** `ID`, or `ID/STEP` inside `use`. */
  readonly step: string;
  readonly item?: Json;
  readonly alternative?: string;
  /** In order, those since its run took it back, if it was tried again; only the last can lack a result. */
  readonly attempts: readonly AttemptRecord[];
  /** Absent: the actions' own undos. */
  readonly ownRollback?: OwnRollback;
  /** Present once it was taken back, or was about to be: `begun` when nobody wrote down how that ended. */
  readonly rollback?: 'begun' | 'done' | 'failed';
  /** How its step, or its item, ended; absent when the run broke off before. */
  readonly finished?: StepResult;
}

/** What is known of one host of a run. */
export interface HostHistory {
  readonly host: string;
  /** Of the machine that the run itself was at: `SHA256:…`, where the transport has one. */
  readonly hostKey?: string;
  readonly machineId?: string;
  /** In which the last fix was begun there; before one, that which was seen. */
  readonly bootId?: string;
  /** What was diagnosed; later ones replace earlier ones. */
  readonly plan?: HostPlan;
  /** In the order in which they were begun. */
  readonly units: readonly UnitRecord[];
  /** Absent: it had not ended when the run broke off. */
  readonly outcome?: HostOutcome;
}

/** A run as its journal tells it. */
export interface RunHistory {
  readonly run: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly dryRun: boolean;
  /** Absent: nobody can go on with this run (a demo, a replay). */
  readonly request?: RunRequest;
  readonly runbook: { readonly id: string; readonly title: string };
  readonly hosts: readonly HostHistory[];
  /** Of the last event. */
  readonly lastSeq: number;
  /** Absent: the run broke off, or is still under way. */
  readonly exitCode?: number;
}
