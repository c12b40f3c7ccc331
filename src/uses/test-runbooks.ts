// The door to `mendgate test`. What it needs is imported when it is needed: try-cases.ts.

import type { BookCoverage, BrokenFile, FileResult, Shortfall } from '../cases/file-result.ts';
import type { Diagnostic } from '../model/diagnostic.ts';

/** What is tested, and how strictly. */
export interface TestRequest {
  /** Case files, and folders of them. */
  readonly paths: readonly string[];
  /** Packs that runbooks may name though they lie outside of their folders. */
  readonly packs?: readonly string[];
  /** Write expectations anew where they differ. */
  readonly update: boolean;
  /** Turn one answer at a time into another, and see whether a case notices. */
  readonly mutate: boolean;
  /** Percent of each runbook's branches that its cases must take. */
  readonly leastCoverage: number;
}

/** How a test of runbooks ended. */
export interface TestEnd {
  /** No file is broken, every case passes, enough is covered, and every answer is noticed or waived. */
  readonly ok: boolean;
  readonly results: readonly FileResult[];
  readonly broken: readonly BrokenFile[];
  readonly coverage: readonly BookCoverage[];
  /** Why it is not ok though no case fails. */
  readonly shortfalls: readonly Shortfall[];
  /** Of case files, recordings and runbooks; a file with an error among them was not run. */
  readonly diagnostics: readonly Diagnostic[];
  /** Paths that are neither files nor folders. */
  readonly missing: readonly string[];
  readonly ms: number;
}

/** Runs all cases of all these files. Reaches no host. */
export async function testRunbooks(request: TestRequest): Promise<TestEnd> {
  const { tryCases } = await import('./try-cases.ts');
  return tryCases(request);
}

/** What came of it, as a person reads it. */
export async function printTestResults(
  { results, ...more }: Pick<TestEnd, 'results' | 'broken' | 'coverage' | 'shortfalls' | 'ms'>,
  options: { readonly colour: boolean },
): Promise<string> {
  const { printResults } = await import('../cases/print-results.ts');
  return printResults(results, { ...options, ...more });
}

/** What came of it, as JUnit XML. */
export async function printJunit({
  results,
  broken,
  shortfalls,
}: Pick<TestEnd, 'results' | 'broken' | 'shortfalls'>): Promise<string> {
  const { printJunit: print } = await import('../cases/print-junit.ts');
  return print(results, broken, shortfalls);
}

/** The schema of case files for editors, as JSON. */
export async function printTestSchema(): Promise<string> {
  const [{ buildTestSchema }, { loadRegistry }] = await Promise.all([
    import('../load/cases/build-test-schema.ts'),
    import('../registry.ts'),
  ]);
  return `${JSON.stringify(buildTestSchema(await loadRegistry()), undefined, 2)}\n`;
}
