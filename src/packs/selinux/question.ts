import type { Preference } from './choose.ts';
import type { Denial } from './denials.ts';
import type { Upstream } from './upstreams.ts';

/** What is asked: for whom, from what evidence, and what the operator prefers. */
export interface Question {
  /** Context (or type) of nginx's worker. */
  readonly worker: string;
  readonly denials: readonly Denial[];
  readonly upstreams: readonly Upstream[];
  /** These are all; see `isComplete`. */
  readonly complete: boolean;
  readonly prefer: Preference;
  /** Only about what is open now, and that the next reboot closes. */
  readonly after_reboot?: boolean;
}
