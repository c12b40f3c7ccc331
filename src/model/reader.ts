import type { Answer, Command } from './command.ts';
import type { Become } from './runbook.ts';
import type { Label } from './transport.ts';

/** One reading of a host: what a probe tells, or what an action sees. */
export interface Question {
  readonly host: string;
  /** The host that is asked for it, where that is another. */
  readonly on?: string;
  readonly label: Label;
  readonly become: Become;
  /** Where it is asked, for probes: `symptom.requests`, `confirm.worker`, `start.again`; the last word is the runbook's name for it. */
  readonly site?: string;
}

/** Is told of each command of a reading, and of its answer. */
export type Heard = (command: Command, answer: Answer) => void;

/**
 * Stands between a walk and its host: hears every reading, or answers instead of the host. `ask` asks the host itself.
 * What it gives is the probe's result, the action's state, or an Unknown.
 */
export type Reader = (question: Question, ask: (heard?: Heard) => Promise<unknown>) => Promise<unknown>;
