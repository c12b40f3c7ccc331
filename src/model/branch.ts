import type { ActionCall, Alternative, Conclusion, Step, Symptom } from './runbook.ts';

/** A way that a walk may take at one place of a runbook. */
export type Branch =
  | { readonly at: 'symptom'; readonly of: Symptom; readonly way: 'present' | 'absent' }
  | { readonly at: 'when'; readonly of: Step | ActionCall; readonly way: 'true' | 'false' }
  | { readonly at: 'for_each'; readonly of: Step | ActionCall; readonly way: 'items' | 'no items' }
  | { readonly at: 'gate'; readonly of: Step; readonly way: 'open' | 'closed' }
  /** It held. */
  | { readonly at: 'conclude'; readonly of: Conclusion; readonly way: 'true' }
  /** Its gate was open and its turn came. */
  | { readonly at: 'alternative'; readonly of: Alternative; readonly way: 'tried' };
