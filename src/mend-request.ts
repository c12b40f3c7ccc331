// What the main line is asked for, and how it ends. The line itself is mend.ts.

import type { RunResult } from './engine/execute-plan.ts';
import type { Approve } from './engine/host-run.ts';
import type { AskStep } from './engine/step-answer.ts';
import type { Clock } from './model/clock.ts';
import type { Diagnostic } from './model/diagnostic.ts';
import type { EventSink } from './model/event.ts';
import type { Host, TransportName } from './model/inventory.ts';
import type { JournalFailure } from './model/journal-failure.ts';
import type { HostPlan, Plan } from './model/plan.ts';
import type { Reader } from './model/reader.ts';
import type { Rollout } from './model/rollout.ts';
import type { Become, BecomeMethod } from './model/runbook.ts';
import type { Secret } from './model/secret.ts';
import type { Transport } from './model/transport.ts';
import type { Vault } from './model/vault.ts';

/** How hosts are reached, as given on the command line; what is absent follows from the inventory. */
export interface ReachOptions {
  readonly connection?: TransportName;
  readonly user?: string;
  readonly privateKeyFiles?: readonly string[];
  readonly password?: Secret;
  readonly becomeMethod?: BecomeMethod;
  readonly becomePassword?: Secret;
  readonly knownHostsFiles?: readonly string[];
  /** Default: strict. */
  readonly hostKeyPolicy?: 'strict' | 'accept-new';
  readonly connectTimeoutMs?: number;
  /** Opens what ansible-vault encrypted in the inventory; absent: no password of a vault was given. */
  readonly vault?: Vault;
  /** For passphrases of keys and questions of hosts, several at once; `signal` withdraws one. Absent: no terminal. */
  readonly ask?: (prompt: string, signal?: AbortSignal) => Promise<Secret | undefined>;
  /** Hears what is odd about a way to a host, and stops nothing. */
  readonly onWarning?: (message: string) => void;
}

/** What is asked of the main line. What may be left out says what then holds; nobody is asked anything by default. */
export interface MendRequest {
  /** A file. */
  readonly runbook: string;
  /** `--pack`: packs that the runbook may name though they lie outside of its folder. */
  readonly packs?: readonly string[];
  /** Files, folders, programs, or lists: `web01,web02,`. */
  readonly inventory: readonly string[];
  /** `dry_run`: look only. `apply`: each host is mended at once. `ask`: all are looked at, then `approvePlan` decides. */
  readonly mode: 'dry_run' | 'apply' | 'ask';
  /** `-l`. Default: all hosts that the runbook is for. */
  readonly limit?: string | undefined;
  /** `-e`: params as text. */
  readonly extra?: ReadonlyMap<string, string>;
  /** Params of type secret, by name; they win over all other ways to give them. */
  readonly secrets?: ReadonlyMap<string, Secret>;
  /** Hosts at a time. Default: 20. */
  readonly forks?: number;
  readonly reach?: ReachOptions;
  /** `-b`, for hosts where runbook and inventory are silent. Default: false. */
  readonly becomeByDefault?: Become;
  /** Fixes of steps with any of these tags are chosen. Default: all. */
  readonly tags?: readonly string[];
  readonly skipTags?: readonly string[];
  /** The first step whose fix is chosen. */
  readonly startAt?: string | undefined;
  /** The last step whose fix is chosen. */
  readonly until?: string;
  /** Every expression is told with what its parts were. */
  readonly trace?: boolean;
  /** `--step`. */
  readonly askStep?: AskStep;
  /** With another number of hosts nothing is begun. */
  readonly expectHosts?: number | undefined;
  /** `--batches`, `--pause`, `--max-fail`. */
  readonly rollout?: Rollout;
  /** `--max-changed`. */
  readonly maxChanged?: number;
  /** `--retry-unreachable`. */
  readonly retryUnreachableMs?: number;
  /** A dry run with changes pending ends with 3. Default: false. */
  readonly detailedExitCode?: boolean;
  /** Hear every event, in order. Their promises are waited for; one that throws ends the run as a bug would. */
  readonly sinks?: readonly EventSink[];
  /** Hears whom it will be about, before anything is connected. */
  readonly onPlan?: (plan: Plan, warnings: readonly string[]) => void;
  /** Mode `ask`: whether this is carried out; `due`: the hosts that a yes changes. Default: no. */
  readonly approvePlan?: (plans: readonly HostPlan[], due: readonly string[]) => Promise<boolean>;
  /** Asked for what a plan's yes does not answer: `confirm:`, and what cannot be undone. Default: no. */
  readonly approve?: Approve;
  /** Aborted: the running steps are finished, and none is begun. */
  readonly stopping?: AbortSignal;
  /** Aborted: all connections are closed now. What can't be known then is `unknown`. */
  readonly aborting?: AbortSignal;
  /** Replaces the transports; for the demo and for tests. */
  readonly transportFor?: (host: Host) => Transport;
  /** Replaces the machine's time; a replay brings its own. */
  readonly clock?: Clock;
  /** For the journal: `approve` says yes to what cannot be undone. */
  readonly allowIrreversible?: boolean;
  /** `--lock-comment`: for those whom the hosts' locks keep away meanwhile. */
  readonly lockComment?: string;
  /** Hears every reading of every host. */
  readonly reader?: Reader;
  /** Where the run is kept (`stateDirectory`); absent: nowhere. It can be neither resumed nor undone then, and locks no host. */
  readonly stateDirectory?: string;
}

type Usual = Required<
  Pick<
    MendRequest,
    | 'limit'
    | 'extra'
    | 'forks'
    | 'reach'
    | 'becomeByDefault'
    | 'tags'
    | 'skipTags'
    | 'startAt'
    | 'expectHosts'
    | 'detailedExitCode'
    | 'sinks'
    | 'onPlan'
    | 'approvePlan'
    | 'approve'
    | 'stopping'
    | 'aborting'
  >
>;

/** A request that leaves nothing open that has a default. */
export type WholeRequest = MendRequest & Usual;

/** A request with the defaults of all that it leaves out. */
export function wholeRequest(request: MendRequest): WholeRequest {
  const never = new AbortController().signal;
  const usual: Usual = {
    limit: undefined,
    extra: new Map(),
    forks: 20,
    reach: {},
    becomeByDefault: false,
    tags: [],
    skipTags: [],
    startAt: undefined,
    expectHosts: undefined,
    detailedExitCode: false,
    sinks: [],
    onPlan: () => {},
    approvePlan: async () => false,
    approve: async () => false,
    stopping: never,
    aborting: never,
  };
  return { ...usual, ...withoutUndefined(request) };
}

/** Programs in JavaScript, and in TypeScript that is less strict, say `undefined` for what they leave out. */
function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}

/** How a request ended. `problems` were found before anything was connected. */
export type MendEnd =
  | { readonly kind: 'ran'; readonly result: RunResult; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'invalid'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'refused'; readonly exitCode: 5 | 64 | 65 | 66 | 74; readonly problems: readonly string[] };

/** What `mendgate` would exit with, by the README's table. */
export function exitCodeOf(end: MendEnd): number {
  switch (end.kind) {
    case 'ran':
      return end.result.exitCode;
    case 'refused':
      return end.exitCode;
    case 'invalid':
      return 65;
  }
}

/** Refused before any host was touched; see DESIGN's table of exit codes. */
export function refused(
  exitCode: (MendEnd & { readonly kind: 'refused' })['exitCode'],
  ...problems: readonly string[]
): MendEnd & { readonly kind: 'refused' } {
  return { kind: 'refused', exitCode, problems };
}

/** Its journal, or the lock beside it, could not be had: nothing was begun. */
export function notBegun({ locked, message }: JournalFailure): MendEnd & { readonly kind: 'refused' } {
  return refused(locked ? 5 : 74, message);
}
