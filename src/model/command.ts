import type { Secret } from './secret.ts';

/**
 * One thing to run on a host. It becomes shell text only in `shell/`, where every datum is quoted; data never reaches a
 * script by pasting. Neither form gets a terminal, and both find /dev/null on stdin unless `stdin` is given.
 */
export type Command = ArgvCommand | ScriptCommand;

interface CommandBase {
  /** Exported to the command. */
  readonly env?: { readonly [name: string]: string | Secret };
  /** Written to the command's stdin; how files and secrets travel. No NUL. */
  readonly stdin?: string | Secret;
  /** Default: the engine's for probes, the step's for fixes. In a fix it bounds this command alone, on the host itself. */
  readonly timeoutMs?: number;
  /**
   * Ending it halfway would break the host (a policy store's commit): no deadline ends a fix before this command has
   * ended, and its own `timeoutMs` only makes the fix's deadline later.
   */
  readonly unkillable?: true;
}
/** A program and its arguments, each exactly as given. */
export interface ArgvCommand extends CommandBase {
  readonly argv: readonly [string, ...string[]];
}
/** POSIX sh text. Host or user data comes in through `variables`, which are assigned (not exported) in front of it. */
export interface ScriptCommand extends CommandBase {
  readonly script: string;
  readonly variables?: { readonly [name: string]: string };
}

/** How a command ended, whatever its exit code. */
export interface Answer {
  /** 0–255; 128+n when it died of signal n. */
  readonly rc: number;
  /** Decoded as UTF-8, invalid bytes as U+FFFD. Hostile until parsed. */
  readonly stdout: string;
  readonly stderr: string;
  /** Output beyond the cap was dropped. */
  readonly truncated: boolean;
  readonly ms: number;
}
