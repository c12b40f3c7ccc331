/** So many hosts, or so many of each hundred. */
export type Count = { readonly hosts: number } | { readonly percent: number };

/** In which portions hosts are changed, and when to stop. Without `batches` all hosts are one; without `maxFail` too, there is no rollout. */
export interface Rollout {
  /** At least one; the last repeats. */
  readonly batches?: readonly [Count, ...Count[]];
  /** Between two batches. Default 0. */
  readonly pauseMs?: number;
  /** More bad hosts than this: nobody else begins. Absent: see `engine/max-fail.ts`. */
  readonly maxFail?: Count;
}

/** `3`, `"3"`, `"20%"`; `undefined` for anything else. */
export function parseCount(raw: unknown): Count | undefined {
  const [, digits, percent] = /^(\d{1,6})(%?)$/.exec(String(raw)) ?? [];
  if (digits === undefined) return undefined;
  if (percent === '') return { hosts: Number(digits) };
  return Number(digits) <= 100 ? { percent: Number(digits) } : undefined;
}

/** As it was written. */
export function formatCount(count: Count): string {
  return 'hosts' in count ? String(count.hosts) : `${count.percent}%`;
}

/** How many hosts that is of so many; a part of a host counts as one. */
export function countOf(count: Count, hosts: number): number {
  return 'hosts' in count ? count.hosts : Math.ceil((hosts * count.percent) / 100);
}

/** What the command line says wins, key by key. `undefined`: nothing bounds the run. */
export function rolloutOf(runbook: Rollout | undefined, given: Rollout | undefined): Rollout | undefined {
  const rollout = { ...runbook, ...given };
  return rollout.batches === undefined && rollout.maxFail === undefined ? undefined : rollout;
}
