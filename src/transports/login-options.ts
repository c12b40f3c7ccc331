import type { Clock } from '../model/clock.ts';
import type { BecomeMethod } from '../model/runbook.ts';
import type { Secret } from '../model/secret.ts';
import type { LaneLimits } from './lane-limits.ts';
import type { BecomePasswords } from './password-tries.ts';

/** `strict`: a host whose key is not known is refused. */
export type HostKeyPolicy = 'strict' | 'accept-new';

/** Asks the operator; `undefined` when there is nobody or nothing was given. `signal` withdraws the question. */
export type Ask = (prompt: string, signal?: AbortSignal) => Promise<Secret | undefined>;

/** How to log in to hosts over SSH, whichever program does it. */
export interface LoginOptions {
  /** Default: ssh_config's, else OpenSSH's, of the user and of the system. New keys are written to the first. */
  readonly knownHostsFiles?: readonly string[];
  /** Default `strict`. */
  readonly hostKeyPolicy?: HostKeyPolicy;
  /** Where the inventory names none. Default: ssh_config's, else the operator's own name. */
  readonly user?: string;
  /**
   * ssh2 tries only these; the system's ssh tries them first, and of an agent's keys no others. Default: ssh_config's, else
   * OpenSSH's; of those ssh2 knows `~/.ssh/id_ed25519`, `id_ecdsa` and `id_rsa`.
   */
  readonly privateKeyFiles?: readonly string[];
  readonly password?: Secret;
  /** Where the inventory names none. Default sudo. */
  readonly becomeMethod?: BecomeMethod;
  readonly becomePassword?: Secret;
  /** What is known of become passwords by now. Default: of this transport alone, nothing yet. */
  readonly becomePasswords?: BecomePasswords;
  /** The agent's socket; `false`: none. Default: ssh_config's, else `SSH_AUTH_SOCK`. */
  readonly agent?: string | false;
  /** Asks the operator for passphrases, PINs and one-time codes; of several hosts at once. */
  readonly ask?: Ask;
  /** Things the operator should know that stop nothing: a host key that was accepted, a security key to touch. */
  readonly onWarning?: (message: string) => void;
  /**
   * For each part of connecting: name lookup, TCP, greeting with handshake, login; then, for each channel, until it is open,
   * and until its shell greets. Default 5, 10, 15, and 20 s for each of the others. The system's ssh has four times as long for all up to
   * the login together; default 50 s. ssh_config's ConnectTimeout counts, as with OpenSSH, up to the handshake.
   */
  readonly connectTimeoutMs?: number;
  readonly clock?: Clock;
  readonly limits?: LaneLimits;
}
