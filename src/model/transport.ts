import type { Answer, Command } from './command.ts';
import type { HostFailure } from './host-failure.ts';
import type { Host } from './inventory.ts';
import type { JsonObject } from './json.ts';
import type { Become } from './runbook.ts';

/**
 * What a frame or a fix is for; never a secret. Simulated and recorded hosts answer by it, never by shell text: over SSH it goes to
 * them as a leading comment (`# mendgate {"kind":…}`).
 */
export interface Label {
  readonly kind: 'probe' | 'inspect' | 'apply' | 'undo' | 'busy' | 'clock' | 'boot_id' | 'lock' | 'dead_man';
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
  /**
   * What it does lasts only as long as the shell it runs in (a lock): this runs, first of all, in each shell that takes
   * its place on this connection. Absent: nothing does.
   */
  readonly again?: Again;
}

/** What does again in another shell what a request did, and who hears the answer. */
export interface Again {
  readonly command: Command;
  heard(answer: Answer): void;
}

/** All commands of one fix (or one rollback): one script, run at most once, in order, ended by the first that fails. */
export interface FixRequest {
  readonly parts: readonly FixPart[];
  readonly become: Become;
  /** For all of it together, as long as no command's own time is longer. The host itself ends it then. */
  readonly timeoutMs: number;
  /**
   * Names this one attempt among all of all runs: run, host, step, alternative, item, attempt. The host's marker goes by
   * it: a fix of that key begins there once, whoever asks, however often. Absent: a fresh one, which nobody can ask for.
   */
  readonly key?: string;
  /** Whose it is: as long as it runs, the host's lock of that run stays held. */
  readonly run?: string;
}

/** Asks a host what became of a fix. */
export interface AdoptRequest {
  readonly key: string;
  /** As whom it was asked for: its marker is that user's. */
  readonly become: Become;
  /** How long to wait for one that still runs. */
  readonly timeoutMs: number;
  /** The boot in which it was asked for. Where that is not known, a missing marker proves nothing. */
  readonly bootId: string | undefined;
}

/** The commands of one call of a fix. */
export interface FixPart {
  readonly label: Label;
  readonly commands: readonly Command[];
}

/** What became of a fix. */
export type FixOutcome =
  /** Every command that ran, in order over all parts; complete exactly when all have rc 0. */
  | {
      readonly kind: 'ended';
      readonly answers: readonly Answer[];
      /** Not from this wire: the host had it already, and gave what it had recorded. */
      readonly adopted?: true;
      /** What the host could not do for it, in words. */
      readonly lacks?: readonly string[];
    }
  /** Proved: nothing of it ran. */
  | {
      readonly kind: 'not_started';
      readonly failure: HostFailure;
      /** The wire broke before anything was sent, and there was no new one: not the fix failed, the host is lost. */
      readonly lost?: true;
    }
  /** It may have run. */
  | {
      readonly kind: 'unknown';
      readonly failure: HostFailure;
      readonly answers: readonly Answer[];
      /** The host itself knows no more: there is no point in asking it again. */
      readonly asked?: true;
      /** Heard of it: its host has begun it. */
      readonly begun?: true;
      /** With `asked`: it was not over then, and another question may tell more. */
      readonly runs?: true;
      /** Proved: whatever it did, nothing of it runs any more. What stands on the host may tell how far it came. */
      readonly over?: true;
      /** With `over`: the host has no marker of it. On the boot that it was asked for in, that would prove that it never began. */
      readonly absent?: true;
    };

/** What will probably be asked of a connection. */
export interface Foreseen {
  /** As whom it will be looked. */
  readonly lanes: readonly Become[];
  /** As whom a fix may be carried out. */
  readonly fix?: Become;
}

/** One live wire to one host. */
export interface Connection {
  /** `SHA256:…` of the host's key, where there is one. */
  readonly hostKey: string | undefined;
  /** Opens what will be needed, all at once, without waiting for it. What fails in it fails again when it is asked for. */
  foresee?(what: Foreseen): void;
  /** Rejects with a `HostFailure` when there is no answer. Calls not awaited in between are pipelined. */
  run(request: LaneRequest): Promise<Answer>;
  /** Never rejects. */
  fix(request: FixRequest): Promise<FixOutcome>;
  /**
   * What became of a fix that was asked for, over this connection or another. Never begins it: where it has not begun, it
   * never will. Never rejects.
   */
  adopt(request: AdoptRequest): Promise<FixOutcome>;
  /**
   * The result of the fix of this key is written down: nobody will ask the host for it, which may forget it. False: the host
   * could not be told over this connection. Absent: it can't be.
   */
  spent?(key: string): boolean;
  /** The id of the host's boot, once anything has run there and where the host has one. */
  bootId(): string | undefined;
  /** The id of the host's installation (machine-id(5)), once anything has run there and where the host has one. */
  machineId?(): string | undefined;
  /**
   * Waits until the host has told both, by opening what a question as this user will need and asking nothing. Rejects with a
   * `HostFailure`. Absent: only an answer tells.
   */
  greeted?(become: Become): Promise<void>;
  /** Frees everything at once; safe to call twice. */
  close(): Promise<void>;
}

/** How a connection is opened; aborted: it is given up. */
export interface OpenOptions {
  readonly signal: AbortSignal;
  /** Told once where the host lets us wait: as long as it does, others may take the turn. */
  readonly waits?: (() => void) | undefined;
}

/** How commands reach a host. */
export interface Transport {
  readonly name: string;
  /** Rejects with a `HostFailure` that names the phase. */
  open(host: Host, options: OpenOptions): Promise<Connection>;
  close(): Promise<void>;
}
