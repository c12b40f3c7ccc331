import { HostFailure } from '../model/host-failure.ts';
import type { Host } from '../model/inventory.ts';
import { readSwept, type Sweep, type Swept, sweepMarkers } from '../shell/sweep-markers.ts';
import { type AskHostsOptions, askHosts } from './ask-hosts.ts';

/** What was swept from one host, or why it could not be. */
export type SweptHost =
  | {
      readonly host: string;
      readonly kind: 'swept';
      /** How many markers of which run; `undefined`: of unknown runs. */
      readonly markers: ReadonlyMap<string | undefined, number>;
    }
  | { readonly host: string; readonly kind: 'failed'; readonly reason: string };

/** A host may have tens of thousands of markers, and tells a line of each that goes. */
const most = { bytes: 1 << 24, ms: 120_000 } as const;

/** Removes markers from hosts, of all users who are asked; `dryRun`: only looks which. */
export async function sweepHosts(
  hosts: readonly Host[],
  sweep: Sweep,
  options: AskHostsOptions,
): Promise<readonly SweptHost[]> {
  const command = sweepMarkers(sweep);
  const label = { kind: 'lock', name: 'sweep', params: {} } as const;
  const asked = await askHosts(hosts, options, async (connection, become) => {
    const { stdout } = await connection.run({
      label,
      command,
      become,
      timeoutMs: most.ms,
      maxBytes: most.bytes,
    });
    const swept = readSwept(stdout, sweep);
    if (typeof swept === 'string') throw new HostFailure('host_storage', swept);
    return swept;
  });
  return asked.map((found) =>
    found.kind === 'failed' ? found : { host: found.host, kind: 'swept', markers: together(found.answers) },
  );
}

/** Whoever logs in as root is root twice. */
function together(answers: readonly Swept[]): ReadonlyMap<string | undefined, number> {
  const users = new Map(answers.toReversed().map((swept) => [swept.uid, swept]));
  const markers = new Map<string | undefined, number>();
  for (const swept of users.values()) {
    for (const [run, count] of swept.markers) markers.set(run, (markers.get(run) ?? 0) + count);
  }
  return markers;
}
