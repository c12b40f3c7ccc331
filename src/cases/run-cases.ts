import type { Branch } from '../model/branch.ts';
import type { CaseMode, Expectation, TestCase } from '../model/case-file.ts';
import type { HostOutcome } from '../model/plan.ts';
import { type Came, cameTo, compare, type Mismatch } from './compare.ts';
import type { Answered, FakeHost } from './fake-host.ts';

/** One run of a case on a host of its own; `problems`: why it could not be run. */
export type RunOnce = (
  testCase: TestCase,
  mode: CaseMode,
  how: { readonly alter?: (answered: Answered) => Answered['value']; readonly took?: (branch: Branch) => void },
) => Promise<{ readonly outcome: HostOutcome; readonly host: FakeHost } | { readonly problems: readonly string[] }>;

/** How one run of a case went. */
export interface CaseRun {
  readonly testCase: TestCase;
  readonly mode: CaseMode;
  readonly expected: Expectation;
  readonly mismatches: readonly Mismatch[];
  /** Questions without an answer, answers of another shape, params that do not fit. */
  readonly problems: readonly string[];
  readonly answered: readonly Answered[];
  /** Absent: it could not be run. */
  readonly came?: Came;
  readonly ms: number;
}

export function passed({ mismatches, problems }: CaseRun): boolean {
  return mismatches.length === 0 && problems.length === 0;
}

/** Runs a case in each mode for which it expects something. `now`: monotonic ms. */
export async function runCase(
  testCase: TestCase,
  runOnce: RunOnce,
  took: (branch: Branch) => void,
  now: () => number,
): Promise<readonly CaseRun[]> {
  const runs: CaseRun[] = [];
  for (const mode of modesOf(testCase)) {
    const begun = now();
    const ran = await judge(testCase, mode, runOnce, { took });
    runs.push({ ...ran, ms: now() - begun });
  }
  return runs;
}

/** One run of a case, against what it expects. */
export async function judge(
  testCase: TestCase,
  mode: CaseMode,
  runOnce: RunOnce,
  how: Parameters<RunOnce>[2],
): Promise<Omit<CaseRun, 'ms'>> {
  const expected = testCase[mode] ?? {};
  const common = { testCase, mode, expected };
  const ran = await runOnce(testCase, mode, how);
  if ('problems' in ran) return { ...common, mismatches: [], problems: ran.problems, answered: [] };
  const came = cameTo(ran.outcome);
  const { problems, answered } = ran.host;
  return { ...common, mismatches: compare(expected, came), problems, answered, came };
}

function modesOf({ dry, real }: TestCase): readonly CaseMode[] {
  return [...(dry === undefined ? [] : (['dry'] as const)), ...(real === undefined ? [] : (['real'] as const))];
}
