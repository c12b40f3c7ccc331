/** How a step ended on a host. */
export type StepOutcome =
  | 'ok'
  | 'changed'
  | 'skipped'
  | 'failed'
  | 'rolled_back'
  | 'unreachable'
  | 'unknown'
  /** Dry run only. */
  | 'would_change'
  /** Dry run only. */
  | 'undetermined';

export interface StepResult {
  readonly outcome: StepOutcome;
  /** For everything but `ok` and `changed`: why. */
  readonly reason?: string;
  /** `undetermined`: ids of the steps whose unmade changes it waits on. */
  readonly waitsOn?: readonly string[];
  /** A failed rollback: what is left on the host. */
  readonly rollbackFailed?: string;
}

/** What became of a host. */
export type Verdict =
  | 'healthy'
  | 'fixed'
  | 'not_fixed'
  | 'not_applicable'
  | 'rolled_back'
  | 'rollback_failed'
  | 'would_fix'
  | 'undetermined'
  | 'refused'
  | 'not_started'
  | 'unreachable'
  | 'unknown';
