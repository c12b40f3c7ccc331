// Removes from hosts what runs left there that nobody will ask for again. The line itself is ../mend.ts.

import type { SweptHost } from '../engine/sweep-hosts.ts';
import type { NeededRun } from '../journal/settled-runs.ts';
import { chooseHosts, readInventory } from '../mend.ts';
import type { ReachOptions } from '../mend-request.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { RunHistory } from '../model/history.ts';
import type { Host } from '../model/inventory.ts';
import type { Become } from '../model/runbook.ts';

export type { SweptHost } from '../engine/sweep-hosts.ts';

/** Whose leavings go, and how those hosts are reached. */
export interface SweepRequest {
  readonly stateDirectory: string;
  /** Empty: the inventories of the kept runs, and those of their hosts on which they fixed something. */
  readonly inventory: readonly string[];
  readonly limit: string | undefined;
  readonly reach: ReachOptions;
  /** Where inventory and run say nothing. */
  readonly becomeByDefault: Become;
  readonly forks: number;
  readonly signal: AbortSignal;
  /** Markers of runs that are not kept here go when they are so many days old; `undefined`: they stay. */
  readonly unknownDays: number | undefined;
  /** Only looks. */
  readonly dryRun: boolean;
}

/** What came of a sweep. */
export type SweepEnd =
  | { readonly kind: 'invalid'; readonly diagnostics: readonly Diagnostic[] }
  /** No host is chosen: why. */
  | { readonly kind: 'none'; readonly problem: string }
  | {
      readonly kind: 'swept';
      readonly hosts: readonly SweptHost[];
      /** Runs of whose markers none goes. */
      readonly needed: readonly NeededRun[];
      readonly warnings: readonly string[];
      readonly diagnostics: readonly Diagnostic[];
    };

/** Hosts that are reached alike. */
interface Group {
  readonly hosts: readonly Host[];
  readonly reach: ReachOptions;
  readonly becomeByDefault: Become;
}

interface Groups {
  readonly groups: readonly Group[];
  readonly warnings: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Asks hosts for the markers of runs that are kept here and settled, and removes them. Those of a run that goes on, or of
 * which something is unknown, stay.
 */
export async function sweepHosts(request: SweepRequest): Promise<SweepEnd> {
  const [{ keptMarkers }, { systemClock }] = await Promise.all([
    import('../journal/settled-runs.ts'),
    import('../transports/clock.ts'),
  ]);
  const kept = await keptMarkers(request.stateDirectory, systemClock);
  try {
    const { settled } = kept;
    const found = request.inventory.length > 0 ? await namedHosts(request) : await hostsOfRuns(request, settled);
    if ('kind' in found) return found;
    if (request.limit !== undefined && found.groups.every((group) => group.hosts.length === 0)) {
      return { kind: 'none', problem: `no host matches -l ${request.limit}; nothing was touched` };
    }
    const hosts = await sweepGroups(request, found.groups, settled, kept.needed);
    return { kind: 'swept', hosts, needed: kept.needed, warnings: found.warnings, diagnostics: found.diagnostics };
  } finally {
    await kept.release();
  }
}

/** Names of the hosts on which a run began something. An undo's journal has no units of its own. */
function mended({ request, hosts }: RunHistory): readonly string[] {
  return hosts.flatMap(({ host, units }) => (units.length > 0 || request?.kind === 'undo' ? [host] : []));
}

type NoHosts = Extract<SweepEnd, { kind: 'invalid' | 'none' }>;

async function namedHosts(request: SweepRequest): Promise<Groups | NoHosts> {
  const { inventory: sources, limit, reach, becomeByDefault } = request;
  const { value: inventory, diagnostics } = await readInventory(sources, reach);
  if (inventory === undefined) return { kind: 'invalid', diagnostics };
  const chosen = await chooseHosts(inventory, 'all', limit);
  if (chosen.kind !== 'hosts') return { kind: 'none', problem: chosen.message };
  return { groups: [{ hosts: chosen.hosts, reach, becomeByDefault }], warnings: [], diagnostics };
}

/** Each host as the newest run that was at it reached it. */
async function hostsOfRuns(request: SweepRequest, runs: readonly RunHistory[]): Promise<Groups | NoHosts> {
  const groups: Group[] = [];
  const warnings: string[] = [];
  const seen = new Set<string>();
  for (const alike of reachedAlike(runs)) {
    const [{ run, request: asked } = {}] = alike;
    if (run === undefined || asked === undefined) continue;
    const reach = { ...asked.reach, ...request.reach };
    const { value: inventory } = await readInventory(asked.inventory, reach);
    if (inventory === undefined) {
      warnings.push(
        `the inventory of run ${run} cannot be read any more: name one with -i (${asked.inventory.join(' ')})`,
      );
      continue;
    }
    const chosen = await chooseHosts(inventory, 'all', request.limit);
    if (chosen.kind !== 'hosts') return { kind: 'none', problem: chosen.message };
    const wanted = new Set(alike.flatMap(mended));
    const hosts = chosen.hosts.filter((host) => wanted.has(host.name) && !seen.has(placeOf(host)));
    for (const host of hosts) seen.add(placeOf(host));
    groups.push({ hosts, reach, becomeByDefault: request.becomeByDefault || asked.becomeByDefault });
  }
  return { groups, warnings, diagnostics: [] };
}

/** Two inventories may call two hosts the same. */
function placeOf({ name, connect: { address, port, user } }: Host): string {
  return JSON.stringify([name, address, port, user]);
}

/** Runs in groups that reached their hosts in the same way, the newest first. */
function reachedAlike(runs: readonly RunHistory[]): Iterable<readonly RunHistory[]> {
  const groups = new Map<string, RunHistory[]>();
  for (const run of runs) {
    const { inventory, reach, becomeByDefault } = run.request ?? {};
    const key = JSON.stringify([inventory, reach, becomeByDefault]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return groups.values();
}

async function sweepGroups(
  { dryRun, forks, signal, unknownDays }: SweepRequest,
  groups: readonly Group[],
  runs: readonly RunHistory[],
  needed: readonly NeededRun[],
): Promise<readonly SweptHost[]> {
  const [{ sweepHosts }, { likelyUsers }, { overrideConnect }, { openTransports }] = await Promise.all([
    import('../engine/sweep-hosts.ts'),
    import('../engine/ask-hosts.ts'),
    import('../plan/override-connect.ts'),
    import('../transports/open-transports.ts'),
  ]);
  const sweep = { settled: runs.map(({ run }) => run), needed: needed.map(({ run }) => run), unknownDays, dryRun };
  const made = runs.flatMap(usersOf);
  const swept: SweptHost[] = [];
  for (const { hosts, reach, becomeByDefault } of groups) {
    const { transportFor, close } = openTransports(reach);
    const users = (host: Host) => [...likelyUsers(host, becomeByDefault), ...made];
    try {
      const found = overrideConnect(hosts, reach).hosts;
      swept.push(...(await sweepHosts(found, sweep, { forks, signal, transportFor, users })));
    } finally {
      await close();
    }
  }
  return swept;
}

/** As whom a run made its changes: their markers are those users'. */
function usersOf({ hosts }: RunHistory): readonly Become[] {
  const changes = hosts.flatMap(({ units }) =>
    units.flatMap(({ attempts }) => attempts.flatMap((each) => each.changes)),
  );
  return changes.map(({ become }) => become);
}
