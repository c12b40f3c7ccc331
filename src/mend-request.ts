// What the main line is asked for, and how it ends. The line itself is mend.ts.

import type { ExecuteOptions, RunResult } from './engine/execute-plan.ts';
import type { Approval } from './engine/host-run.ts';
import type { AskStep } from './engine/step-answer.ts';
import type { Clock } from './model/clock.ts';
import type { Diagnostic } from './model/diagnostic.ts';
import type { EventSink } from './model/event.ts';
import type { Host, TransportName } from './model/inventory.ts';
import type { JournalFailure } from './model/journal-failure.ts';
import type { Plan } from './model/plan.ts';
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
  readonly hostKeyPolicy: 'strict' | 'accept-new';
  readonly connectTimeoutMs?: number;
  /** Opens what ansible-vault encrypted in the inventory; absent: no password of a vault was given. */
  readonly vault?: Vault;
  /** For passphrases of keys and questions of hosts, several at once; `signal` withdraws one. Absent: no terminal. */
  readonly ask?: (prompt: string, signal?: AbortSignal) => Promise<Secret | undefined>;
  readonly onWarning: (message: string) => void;
}

export interface MendRequest {
  readonly runbook: string;
  /** `--pack`: packs that the runbook may name though they lie outside of its folder. */
  readonly packs?: readonly string[];
  readonly inventory: readonly string[];
  readonly limit: string | undefined;
  readonly extra: ReadonlyMap<string, string>;
  /** Params of type secret, by name; they win over all other ways to give them. */
  readonly secrets?: ReadonlyMap<string, Secret>;
  readonly mode: ExecuteOptions['mode'];
  readonly forks: number;
  readonly reach: ReachOptions;
  readonly becomeByDefault: Become;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly startAt: string | undefined;
  /** The last step whose fix is chosen. */
  readonly until?: string;
  /** Every expression is told with what its parts were. */
  readonly trace?: boolean;
  /** `--step`. */
  readonly askStep?: AskStep;
  readonly expectHosts: number | undefined;
  /** `--batches`, `--pause`, `--max-fail`. */
  readonly rollout?: Rollout;
  /** `--max-changed`. */
  readonly maxChanged?: number;
  /** `--retry-unreachable`. */
  readonly retryUnreachableMs?: number;
  readonly detailedExitCode: boolean;
  readonly sinks: readonly EventSink[];
  readonly onPlan: (plan: Plan, warnings: readonly string[]) => void;
  readonly approvePlan: ExecuteOptions['approvePlan'];
  readonly approve: (approval: Approval) => Promise<boolean>;
  readonly stopping: AbortSignal;
  readonly aborting: AbortSignal;
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
  /** Where the run is kept (`stateDirectory`); absent: nowhere, as in the demo. */
  readonly stateDirectory?: string;
}

/** The part of a request that looks at everything and asks nobody. */
export const lookingOnly = {
  mode: 'dry_run',
  tags: [],
  skipTags: [],
  startAt: undefined,
  expectHosts: undefined,
  detailedExitCode: false,
  approvePlan: async () => false,
  approve: async () => false,
} as const satisfies Partial<MendRequest>;

/** How a request ended. `problems` were found before anything was connected. */
export type MendEnd =
  | { readonly kind: 'ran'; readonly result: RunResult; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'invalid'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'refused'; readonly exitCode: 5 | 64 | 65 | 66 | 74; readonly problems: readonly string[] };

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
