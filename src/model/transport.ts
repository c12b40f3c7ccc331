import type { Answer, Command } from './command.ts';
import type { HostFailure } from './host-failure.ts';
import type { Host } from './inventory.ts';
import type { JsonObject } from './json.ts';
import type { Become } from './runbook.ts';

/**
 * What a frame or a fix is for, as its leading comment tells (`# mendgate {"kind":…}`); never a secret. Simulated and
 * recorded hosts answer by it, never by shell text.
 */
export interface Label {
  readonly kind: 'probe' | 'inspect' | 'apply' | 'undo' | 'busy' | 'clock' | 'boot_id';
  /** The probe's or action's name. */
  readonly name: string;
  /** Its params; for `apply` and `undo`: `{ change, before }`. */
  readonly params: JsonObject;
}

/** One read-only command for the probe lane. */
export interface LaneRequest {
  readonly label: Label;
  readonly command: Command;
  readonly become: Become;
  readonly timeoutMs: number;
  /** Kept per stream; the rest is dropped and `truncated` set. Default 1 MiB. */
  readonly maxBytes?: number;
}

/** All commands of one fix (or one rollback): one script, run at most once, in order, ended by the first that fails. */
export interface FixRequest {
  readonly parts: readonly FixPart[];
  readonly become: Become;
  readonly timeoutMs: number;
}
export interface FixPart {
  readonly label: Label;
  readonly commands: readonly Command[];
}

export type FixOutcome =
  /** Every command that ran, in order over all parts; complete exactly when all have rc 0. */
  | { readonly kind: 'ended'; readonly answers: readonly Answer[] }
  /** Proved: nothing of it ran. */
  | { readonly kind: 'not_started'; readonly failure: HostFailure }
  /** It may have run. */
  | { readonly kind: 'unknown'; readonly failure: HostFailure; readonly answers: readonly Answer[] };

/** One live wire to one host. */
export interface Connection {
  /** `SHA256:…` of the host's key, where there is one. */
  readonly hostKey: string | undefined;
  /** Rejects with a `HostFailure` when there is no answer. Calls not awaited in between are pipelined. */
  run(request: LaneRequest): Promise<Answer>;
  /** Never rejects. */
  fix(request: FixRequest): Promise<FixOutcome>;
  /** Frees everything at once; safe to call twice. */
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly signal: AbortSignal;
}

/** How commands reach a host. */
export interface Transport {
  readonly name: string;
  /** Rejects with a `HostFailure` that names the phase. */
  open(host: Host, options: OpenOptions): Promise<Connection>;
  close(): Promise<void>;
}
