import type { Clock } from '../model/clock.ts';
import type { Event } from '../model/event.ts';

/** One of the process's two streams, as far as a reporter may know it. The caller decides about colour (NO_COLOR, …). */
export interface Output {
  readonly write: (text: string) => void;
  readonly isTty: boolean;
  /** Of the terminal now; a getter follows a resize. Ignored unless `isTty`. */
  readonly columns: number;
  /** Of the terminal; absent: 24. */
  readonly rows?: number;
  readonly colour: boolean;
}

/** Where a reporter writes. */
export interface Outputs {
  /** The result: plan, summary, JSON lines. */
  readonly stdout: Output;
  /** Progress and warnings. */
  readonly stderr: Output;
}

/** How much a reporter tells. */
export interface ReporterOptions {
  /** `-v`: reasons, `-vv`: commands and answers, `-vvv`: transport. */
  readonly verbosity: 0 | 1 | 2 | 3;
  /** `-D`: what changes inside files. */
  readonly diff: boolean;
  /** The `--state-dir` that the run is kept in, if one was given. */
  readonly stateDir?: string | undefined;
  /** The file that a plan goes into: how to carry that out is told when it is there. */
  readonly planFile?: string | undefined;
  /** For how long lines wait for others like them; absent: they don't. */
  readonly clock?: Clock;
}

/** Shows a run to somebody. It learns of the run by events only. */
export interface Reporter {
  emit(event: Event): void;
  /** Leaves the terminal alone while a question is asked. */
  pause(): void;
  resume(): void;
  /** Prints the plan or the summary and gives the terminal back, also after an interrupt. Safe to call twice. */
  close(): Promise<void>;
}

/** `live`: for a terminal; `lines`: for a log; `json`: events; `ansible`: lines as Ansible prints them. */
export type ReporterKind = 'live' | 'lines' | 'json' | 'ansible';
