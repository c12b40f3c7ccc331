import type { AlgorithmLists } from './algorithm-lists.ts';

/** A machine on the way to a host, as `ProxyJump` names it. */
export interface Hop {
  /** As `ssh NAME` would be typed; has an ssh_config of its own. */
  readonly name: string;
  readonly user?: string;
  readonly port?: number;
}

/**
 * What ssh_config says for one host, as far as it says something: what is absent is as OpenSSH would have it without any
 * file. Names are those of ssh_config(5).
 */
export interface SshConfig {
  readonly hostName?: string;
  readonly port?: number;
  readonly user?: string;
  readonly addressFamily?: 4 | 6;
  readonly bindAddress?: string;
  /** `ProxyJump`, the first hop first. */
  readonly jump: readonly Hop[];
  /** `IdentityFile`, tokens and `~` expanded. Empty: `none`. */
  readonly identityFiles?: readonly string[];
  readonly identitiesOnly: boolean;
  /** A socket; `false`: none. */
  readonly identityAgent?: string | false;
  /** `undefined`: all that the host takes; else only these, in this order. */
  readonly preferredAuthentications?: readonly string[];
  /** `BatchMode`: nobody is to be asked. */
  readonly batchMode: boolean;
  readonly connectTimeoutMs?: number;
  readonly serverAliveIntervalMs?: number;
  readonly serverAliveCountMax?: number;
  /** The name under which the host's key is known. */
  readonly hostKeyAlias?: string;
  /** `UserKnownHostsFile`; empty: `none`. */
  readonly userKnownHostsFiles?: readonly string[];
  readonly globalKnownHostsFiles?: readonly string[];
  readonly algorithms: AlgorithmLists;
  /**
   * Every option as `ssh -G` prints it, also those at their defaults: lower-case name → values, one for each line.
   * Empty where no file says anything that counts, since then `ssh -G` is not asked.
   */
  readonly options: ReadonlyMap<string, readonly string[]>;
  /** Lower-case names that the operator's own file (not the system's) says for this host, or may say. */
  readonly saidByUser: ReadonlySet<string>;
  /** Some `Match exec` stands where this host could meet it. */
  readonly hasMatchExec: boolean;
}

/** The configuration of a host that no file says anything about. */
export const noSshConfig: SshConfig = {
  jump: [],
  identitiesOnly: false,
  batchMode: false,
  algorithms: {},
  options: new Map(),
  saidByUser: new Set(),
  hasMatchExec: false,
};

/** Whom to ask for: what would be typed as `ssh -l USER -p PORT ADDRESS`. */
export interface SshTarget {
  readonly address: string;
  /** Absent: nobody has named one but ssh_config. */
  readonly user?: string;
  readonly port?: number;
}

/** Reads ssh_config once for a run; answers for each host. */
export interface SshConfigs {
  /** Rejects with a `HostFailure` of phase `config` when the files cannot be understood. */
  of(target: SshTarget): Promise<SshConfig>;
}
