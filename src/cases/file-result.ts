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

/** Why a test fails though each of its cases passes. */
export interface Shortfall {
  /** The case file, or the runbook's id. */
  readonly of: string;
  readonly what: 'unnoticed answers' | 'coverage';
  /** In a few words. */
  readonly message: string;
}

/** Answers that no case notices, without a reason, and runbooks of which less than `least` percent is covered. */
export function shortfallsOf(
  results: readonly FileResult[],
  coverage: readonly BookCoverage[],
  least: number,
): readonly Shortfall[] {
  const unnoticed = results.flatMap(({ file, mutation }): readonly Shortfall[] => {
    const answers = mutation?.survivors.filter(({ because }) => because === undefined).length ?? 0;
    const message = `${answers} ${answers === 1 ? 'answer' : 'answers'} unnoticed`;
    return answers === 0 ? [] : [{ of: file, what: 'unnoticed answers', message }];
  });
  const tooLittle = coverage
    .filter((book) => percentOf(book) < least)
    .map((book): Shortfall => {
      const message = `${percentOf(book)} % of ${book.runbook} covered, not ${least} %`;
      return { of: book.runbook, what: 'coverage', message };
    });
  return [...unnoticed, ...tooLittle];
}

/** Whole percent, rounded down: 100 is everything. */
export function percentOf({ branches, missed }: BookCoverage): number {
  return branches === 0 ? 100 : Math.floor(((branches - missed.length) / branches) * 100);
}
