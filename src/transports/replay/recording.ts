import type { FailurePhase } from '../../model/host-failure.ts';
import type { JsonObject } from '../../model/json.ts';
import type { Become } from '../../model/runbook.ts';
import type { Label } from '../../model/transport.ts';

/** Grows when a reader of recordings would have to change. */
export const recordingVersion = 1;

/** What hosts answered in one or more runs of a runbook: enough to go through the same runs without them. */
export interface Recording {
  /** Who recorded what and when; the format reads nothing in it. */
  readonly about: JsonObject;
  readonly runs: readonly RecordedRun[];
}

/** One run on one host, in the order in which it was asked. */
export interface RecordedRun {
  /** `dry_run`, `apply`, or what its maker calls it. */
  readonly name: string;
  readonly host: string;
  /** Epoch ms when recording began: a replay's clock begins there too. */
  readonly startedAt: number;
  readonly entries: readonly RecordedEntry[];
  /** The recorder's limit was reached: what came later is missing. */
  readonly cut?: true;
}

/** One thing that was asked of a host, and what came of it. */
export type RecordedEntry =
  | RecordedAsk
  | RecordedFix
  /** A connection was opened, or was not. */
  | { readonly type: 'open'; readonly failed?: RecordedFailure };

/** One command of the probe lane, by what it was for; its shell text is not kept. */
export interface RecordedAsk {
  readonly type: 'ask';
  readonly label: Label;
  readonly become: Become;
  /** A reading may take several commands: 0 for the first of them since the last fix, 1 for the next other one, … */
  readonly command: number;
  readonly outcome: RecordedAnswer | RecordedFailure;
}

/** One fix or rollback: the answers of each part's commands, as far as they ran. */
export interface RecordedFix {
  readonly type: 'fix';
  readonly become: Become;
  readonly kind: 'ended' | 'not_started' | 'unknown';
  readonly parts: readonly { readonly label: Label; readonly answers: readonly RecordedAnswer[] }[];
  /** For every kind but `ended`. */
  readonly failed?: RecordedFailure;
}

/** An `Answer` without the time it took. */
export interface RecordedAnswer {
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly truncated: boolean;
}

/** A `HostFailure` as plain JSON. */
export interface RecordedFailure {
  readonly phase: FailurePhase;
  readonly message: string;
  readonly help?: string;
}

/** Tells the two outcomes of an ask apart. */
export function isFailure(outcome: RecordedAnswer | RecordedFailure): outcome is RecordedFailure {
  return 'phase' in outcome;
}
