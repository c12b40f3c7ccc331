/** Time, injected so that tests need not wait. */
export interface Clock {
  /** Epoch ms; may jump. For time stamps only. */
  now(): number;
  /** Monotonic ms. For durations and deadlines. */
  monotonic(): number;
  /** Resolves after `ms`, at once when aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
