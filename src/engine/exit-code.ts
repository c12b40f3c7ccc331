import type { Verdict } from '../model/result.ts';

/** What the exit code depends on. */
export interface RunFacts {
  readonly verdicts: readonly Verdict[];
  /** An undo: to be rolled back is what was wanted. */
  readonly undo: boolean;
  /** Hosts whose `not_applicable` came with the symptom present. */
  readonly symptomLeft: number;
  readonly journalFailed: boolean;
  readonly interrupted: boolean;
  /** A dry run with changes pending on some host. */
  readonly pending: boolean;
  /** `--detailed-exitcode`. */
  readonly detailed: boolean;
}

const bad: ReadonlySet<Verdict> = new Set<Verdict>(['not_fixed', 'rolled_back', 'not_started', 'undetermined']);

/** The run's exit code; the first row of DESIGN §4's table that applies. 64–66 and 70 are decided elsewhere. */
export function exitCode(facts: RunFacts): number {
  const { verdicts } = facts;
  if (verdicts.some((verdict) => verdict === 'unknown' || verdict === 'rollback_failed')) return 7;
  if (facts.journalFailed) return 74;
  if (facts.interrupted) return 130;
  if (verdicts.includes('refused')) return 5;
  const isBad = (verdict: Verdict): boolean => bad.has(verdict) && !(facts.undo && verdict === 'rolled_back');
  const failed = facts.symptomLeft > 0 || verdicts.some(isBad);
  const unreachable = verdicts.includes('unreachable');
  if (failed && unreachable) return 6;
  if (failed) return 2;
  if (unreachable) return 4;
  if (facts.pending && facts.detailed) return 3;
  return 0;
}
