import type { Diagnostic } from '../model/diagnostic.ts';
import type { NamedBranch } from './branches.ts';
import type { Mutation } from './mutate.ts';
import { type CaseRun, passed } from './run-cases.ts';

/** How a case file went. */
export interface FileResult {
  readonly file: string;
  /** Id of the runbook. */
  readonly runbook: string;
  readonly runs: readonly CaseRun[];
  readonly mutation?: Mutation;
  /** Those whose expectations were written anew. */
  readonly updated: readonly CaseRun[];
}

/** A case file of which no case was run: it, its runbook or its recordings are broken. */
export interface BrokenFile {
  readonly file: string;
  /** At least one. */
  readonly errors: readonly Diagnostic[];
}

/** How much of a runbook all its case files together go through. */
export interface BookCoverage {
  readonly runbook: string;
  readonly branches: number;
  readonly missed: readonly NamedBranch['name'][];
}

export function allPassed(results: readonly FileResult[]): boolean {
  return results.every(({ runs }) => runs.every(passed));
}

/** Survivors without a reason. */
export function unexplained(results: readonly FileResult[]): number {
  return results.flatMap(({ mutation }) => mutation?.survivors ?? []).filter(({ because }) => because === undefined)
    .length;
}

/** Whole percent, rounded down: 100 is everything. */
export function percentOf({ branches, missed }: BookCoverage): number {
  return branches === 0 ? 100 : Math.floor(((branches - missed.length) / branches) * 100);
}
