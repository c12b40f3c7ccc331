/** What the operator says before a step: go on, go on without its fix, or go no further on this host. */
export type StepAnswer = 'go' | 'leave_out' | 'stop';

/** `--step`: is asked before each step of the walk that counts (a dry run's only one, a real run's second). */
export type AskStep = (step: {
  readonly host: string;
  readonly step: string;
  readonly title: string;
}) => Promise<StepAnswer>;
