import type { Json } from '../model/json.ts';
import type { HostPlan, Reason } from '../model/plan.ts';
import type { StepResult, Verdict } from '../model/result.ts';

/** Grows when a reader of reports would have to change. */
export const reportVersion = 1;

/** What became of a host, or that nothing came of it: the run broke off, or is under way. */
export type End = Verdict | 'no_result';

/**
 * All that a report tells of a run: built once from its events, shown by each renderer. JSON (schemas/report.schema.json), with
 * secrets redacted as the events are; its texts are hosts' texts, not yet safe to show.
 */
export interface Report {
  readonly schema: 'urn:mendgate:schema:report:1';
  readonly version: typeof reportVersion;
  readonly run: string;
  readonly kind: 'dry_run' | 'run' | 'apply' | 'undo';
  /** `undo`: the run that was undone; `apply`: the plan's id. */
  readonly of?: string;
  readonly runbook: { readonly id: string; readonly title: string; readonly file: string; readonly sha256: string };
  /** Whoever ran it: user@machine; then whoever went on with it. */
  readonly operators: readonly string[];
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** Of its last event. */
  readonly lastAt: string;
  /** Absent: the run broke off, or is under way. */
  readonly ended?: { readonly exitCode: number; readonly interrupted: boolean; readonly ms: number };
  /** Changes that were made. */
  readonly changes: number;
  readonly inventoryHosts: number;
  readonly forks: number;
  /** Why the report is not whole, if it is not. */
  readonly damage?: string;
  /** The most urgent first. */
  readonly verdicts: readonly { readonly verdict: End; readonly hosts: number }[];
  /** The most urgent first, then the largest. */
  readonly diagnoses: readonly DiagnosisGroup[];
  /** In the run's order. */
  readonly hosts: readonly HostReport[];
  readonly warnings: readonly { readonly at: string; readonly message: string; readonly host?: string }[];
  /** What to type next, and what for. */
  readonly commands: readonly NextCommand[];
}

/** Hosts that have the same wrong with them, or the same end where nobody found out. */
export interface DiagnosisGroup {
  readonly diagnosis: string;
  readonly hosts: readonly string[];
  readonly verdicts: readonly { readonly verdict: End; readonly hosts: number }[];
}

export interface NextCommand {
  readonly command: string;
  readonly what: string;
}

export interface HostReport {
  readonly host: string;
  readonly verdict: End;
  readonly needsLook: boolean;
  /** One of the report's diagnoses. */
  readonly diagnosis: string;
  readonly reason?: string;
  /** What to do next, where reaching it failed. */
  readonly help?: string;
  readonly see?: string;
  readonly symptom: HostPlan['symptom'];
  readonly hostKey?: string;
  readonly machineId?: string;
  readonly bootId?: string;
  /** From its first event to its last. */
  readonly ms: number;
  readonly notes: readonly string[];
  /** Changes of this run that stand on the host. */
  readonly standing: readonly string[];
  /** The step whose fix had begun and has no result. */
  readonly underWay?: string;
  readonly looks: readonly SymptomLook[];
  readonly steps: readonly StepReport[];
  readonly readings: readonly Reading[];
  readonly timeLine: readonly Moment[];
  readonly outputs: { readonly [name: string]: Json };
  readonly commands: readonly NextCommand[];
}

export interface SymptomLook {
  readonly at: string;
  readonly when: 'first' | 'after_fix' | 'last';
  readonly present: boolean | 'unknown';
  readonly reasons: readonly Reason[];
}

export interface StepReport {
  readonly id: string;
  readonly title: string;
  readonly result: StepResult;
  readonly notes: readonly string[];
  readonly items: readonly ItemReport[];
}

/** One item of a step; a step without `for_each` has one. */
export interface ItemReport {
  /** What it calls itself; absent: the step has no items. */
  readonly name?: string;
  readonly title: string;
  readonly result: StepResult;
  /** Why its gate opened or stayed shut. */
  readonly gate: readonly Reason[];
  /** Why its fix was held for right before it was made, as the item itself tells (`proof_text`, or `proof`). */
  readonly proofs: readonly string[];
  /** The alternative that was taken, and those that were not. */
  readonly alternative?: { readonly title: string; readonly others: readonly string[] };
  readonly changes: readonly ChangeReport[];
  /** The fix's own claim, at each look. */
  readonly verify: readonly { readonly at: string; readonly held: boolean; readonly reasons: readonly Reason[] }[];
}

export interface ChangeReport {
  readonly action: string;
  /** One line, before → after. */
  readonly summary: string;
  /** The host on which it is made, where that is another. */
  readonly on?: string;
  readonly become: string | false;
  readonly commands: readonly string[];
  readonly before: Json;
  readonly change: Json;
  readonly diffs: readonly Diff[];
  /** Set when it cannot be taken back. */
  readonly irreversible?: string;
  /** The decision rests on an earlier, unmade change. */
  readonly predicted?: true;
}

/** Before and after of a text. */
export interface Diff {
  readonly label: string;
  readonly hunks: readonly { readonly head: string; readonly lines: readonly string[] }[];
  /** Instead of hunks: why there are none, or not all. */
  readonly note?: string;
}

/** What a probe answered. */
export interface Reading {
  readonly at: string;
  /** Absent: a probe of the symptom. */
  readonly step?: string;
  readonly name: string;
  readonly probe: string;
  readonly params: Json;
  /** The host that was looked at, where that is another. */
  readonly on?: string;
  readonly ms: number;
  /** Absent when unknown. */
  readonly value?: Json;
  readonly unknown?: string;
  readonly predicted?: true;
}

/** One thing that happened on a host, worth a line. */
export interface Moment {
  readonly at: string;
  /** Since the run began. */
  readonly ms: number;
  readonly tone: 'plain' | 'good' | 'change' | 'bad' | 'open';
  readonly what: string;
  readonly text: string;
}
