import type { Label } from './transport.ts';

/**
 * A host made of a small state instead of a machine: for the demo, and for tests of runbooks and packs. It answers by
 * what a request is for and changes its state when a fix says so.
 */
export interface SimulatedHost {
  /** One command of the probe lane. */
  answer(label: Label, become: boolean): SimulatedAnswer;
  /** One part of a fix, in order; the first rc other than 0 ends the fix. */
  apply(label: Label, become: boolean): SimulatedAnswer;
}

/** What a command says on a simulated host; silent where it says nothing. */
export interface SimulatedAnswer {
  readonly rc: number;
  readonly stdout?: string;
  readonly stderr?: string;
}
