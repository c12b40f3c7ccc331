/** How a step can end on a host; the last two in a dry run only. */
export const stepOutcomes = [
  'ok',
  'changed',
  'skipped',
  'failed',
  'rolled_back',
  'unreachable',
  'unknown',
  'would_change',
  'undetermined',
] as const;

/** How a step ended on a host, in one word. */
export type StepOutcome = (typeof stepOutcomes)[number];

/** How a step ended on a host, and why. */
export interface StepResult {
  readonly outcome: StepOutcome;
  /** For everything but `ok` and `changed`: why. */
  readonly reason?: string;
  /** `run_once`: the host that ran the step, where it is another one. */
  readonly on?: string;
  /** `undetermined`: ids of the steps whose unmade changes it waits on. */
  readonly waitsOn?: readonly string[];
  /** A failed rollback: what is left on the host. */
  readonly rollbackFailed?: string;
}

/** What can become of a host. */
export const verdicts = [
  'healthy',
  'fixed',
  'not_fixed',
  'not_applicable',
  'rolled_back',
  'rollback_failed',
  'would_fix',
  'undetermined',
  'refused',
  'not_started',
  'unreachable',
  'unknown',
] as const;

/** What became of a host, in one word. */
export type Verdict = (typeof verdicts)[number];

const troubles: ReadonlySet<Verdict | undefined> = new Set<Verdict | undefined>([
  undefined,
  'not_fixed',
  'rolled_back',
  'rollback_failed',
  'undetermined',
  'refused',
  'unreachable',
  'unknown',
]);

/** Whether an operator has to do something about a host; `undefined` = no result came. `undo`: of an undo. */
export function needsLook(verdict: Verdict | undefined, undo: boolean): boolean {
  return troubles.has(verdict) && !(undo && verdict === 'rolled_back');
}

/** Why a step ended as it did, and what it waits on, in one text that is not yet safe; `''` where there is nothing to say. */
export function whyOf({ reason, waitsOn = [] }: StepResult): string {
  const waits = waitsOn.length > 0 ? `waits on ${waitsOn.join(', ')}` : undefined;
  return [reason, waits].filter((part) => part !== undefined).join('; ');
}
