import type { SourceRange } from './diagnostic.ts';
import type { Json, JsonObject } from './json.ts';
import type { StepOutcome, Verdict } from './result.ts';
import type { Become } from './runbook.ts';

/** What a case's host answers to one kind of question. */
export interface CaseAnswer {
  readonly kind: 'probe' | 'inspect';
  /** The probe's or action's name, or the name that the runbook gives a reading. */
  readonly of: string;
  /** The question must have these params at least; compared as far as they are given. */
  readonly params: JsonObject;
  readonly become?: Become;
  /** The host that was asked, where that is another. Absent in what somebody wrote: whichever is. */
  readonly on?: string;
  /** Absent: the host cannot tell, and `unknown` says why. */
  readonly value?: Json;
  readonly unknown?: string;
  /** From a recording: its params hold other probes' results, so that it is also found by its name alone. */
  readonly recorded?: true;
}

/** A host made of answers: typed results of probes, states that actions see. No shell text anywhere. */
export interface CaseHost {
  /** Those of the first layer go before those of the next. Objects are laid over each other. */
  readonly layers: readonly (readonly CaseAnswer[])[];
  /** What it answers once the fix of this step (`ID`, or `ID.ALTERNATIVE`) stands. Goes before all layers. */
  readonly after: readonly { readonly step: string; readonly answers: readonly CaseAnswer[] }[];
  /** Actions whose commands fail here. */
  readonly failing: { readonly [action: string]: { readonly rc: number; readonly stderr: string } };
}

/** `/regex/`, or the text itself. */
export type Expected = string;

/** What one step of a case must come to. */
export interface ExpectedStep {
  readonly result?: StepOutcome;
  readonly reason?: Expected;
}

/** What a run must come to; what is absent is not looked at. */
export interface Expectation {
  readonly verdict?: Verdict;
  readonly reason?: Expected;
  readonly symptom?: 'present' | 'absent' | 'unknown' | 'none';
  readonly see?: string;
  /** The conclusion, or the titles of the steps that are due with the kinds of their changes. */
  readonly diagnosis?: Expected;
  readonly steps?: { readonly [step: string]: ExpectedStep };
  /** One line for each change, in order. */
  readonly changes?: readonly Expected[];
  /** The shell text of each command of these changes, in order. */
  readonly commands?: readonly Expected[];
  readonly notes?: readonly Expected[];
  /** What somebody is asked (`confirm`) before a change is made, in order. */
  readonly asks?: readonly Expected[];
  readonly outputs?: JsonObject;
}

/** A value of an expectation that becomes another one; absent: it goes. */
export interface ExpectationEdit {
  /** Names from the expectation down; empty: the expectation itself. */
  readonly path: readonly string[];
  readonly value?: Json;
}

/** Whether a case is a dry run or a real one. */
export type CaseMode = 'dry' | 'real';

/** One case of a runbook's test. */
export interface TestCase {
  readonly name: string;
  readonly params: JsonObject;
  /** What the case's host is called, and its groups: expressions may look at them. */
  readonly hostName: string;
  readonly groups: readonly string[];
  readonly host: CaseHost;
  /** What `confirm` is answered, and what cannot be undone. */
  readonly approve: boolean;
  readonly dry?: Expectation;
  readonly real?: Expectation;
  readonly at: SourceRange;
}

/** An answer that no case notices, and why that is right. */
export interface Waiver {
  /** As `mendgate test --mutate` names it; a trailing `*` stands for any rest. */
  readonly answer: string;
  readonly because: string;
}

/** A runbook's test: `NAME.test.yaml`. */
export interface CaseFile {
  readonly file: string;
  /** Path of the runbook, as it can be opened. */
  readonly runbook: string;
  readonly cases: readonly TestCase[];
  readonly waivers: readonly Waiver[];
}
