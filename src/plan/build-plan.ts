import type { Host, Inventory } from '../model/inventory.ts';
import type { Plan, PlannedHost } from '../model/plan.ts';
import { type Rollout, rolloutOf } from '../model/rollout.ts';
import type { Runbook } from '../model/runbook.ts';
import type { Secret } from '../model/secret.ts';
import { findDelegates } from './find-delegates.ts';
import { resolveParams } from './resolve-params.ts';
import { limitHosts, selectHosts } from './select-hosts.ts';

/** What narrows and fills a runbook on the command line. */
export interface PlanOptions {
  /** `-l`. */
  readonly limit: string | undefined;
  /** `-e NAME=VALUE`. */
  readonly extra: ReadonlyMap<string, string>;
  /** `--secret NAME=SOURCE`, read. */
  readonly secrets?: ReadonlyMap<string, Secret>;
  /** `--batches` and the like: they win over the runbook's. */
  readonly rollout?: Rollout;
}

/** A plan, or why there is none: `usage` ends with 64, `no_hosts` with 66, `params` with 65. */
export type BuiltPlan =
  | { readonly kind: 'plan'; readonly plan: Plan; readonly warnings: readonly string[] }
  | { readonly kind: 'usage' | 'no_hosts' | 'params'; readonly problems: readonly string[] };

/** Chooses the hosts and resolves each one's params. Pure: nothing is connected. */
export function buildPlan(runbook: Runbook, inventory: Inventory, options: PlanOptions): BuiltPlan {
  const declared = new Set(runbook.params.map((param) => param.name));
  const { extra, secrets = new Map<string, Secret>() } = options;
  const given = [
    ...[...extra.keys()].map((name) => ['-e', name]),
    ...[...secrets.keys()].map((name) => ['--secret', name]),
  ] as const;
  const stray = given.filter(([, name = '']) => !declared.has(name));
  if (stray.length > 0) {
    const known = [...declared].join(', ') || 'none';
    return {
      kind: 'usage',
      problems: stray.map(([option, name]) => `${option} ${name}: ${runbook.id} has no such param (it has: ${known})`),
    };
  }
  const selection = chooseRunHosts(runbook, inventory, options.limit);
  if (selection.kind === 'no_hosts') return selection;
  const hosts: PlannedHost[] = [];
  const problems = new Map<string, string[]>();
  for (const host of selection.hosts) {
    const resolved = resolveParams(runbook.params, extra, secrets, host);
    hosts.push({ host, params: resolved.params, sources: resolved.sources });
    for (const problem of resolved.problems) problems.set(problem, [...(problems.get(problem) ?? []), host.name]);
  }
  if (problems.size > 0)
    return { kind: 'params', problems: [...problems].map(([problem, names]) => `${problem} [${some(names)}]`) };
  const found = findDelegates(runbook, inventory, hosts);
  if (found.problems.length > 0) return { kind: 'params', problems: found.problems };
  const rollout = rolloutOf(runbook.rollout, options.rollout);
  const plan = {
    runbook,
    hosts: found.hosts,
    ...(found.delegates.length === 0 ? {} : { delegates: found.delegates }),
    inventoryHosts: inventory.hosts.length,
    ...(rollout === undefined ? {} : { rollout }),
  };
  return { kind: 'plan', plan, warnings: [...selection.warnings, ...inProcessList(runbook, extra)] };
}

/** A secret among a command's arguments is seen by everybody on this machine, and kept by the shell. */
function inProcessList(runbook: Runbook, extra: ReadonlyMap<string, string>): readonly string[] {
  const secrets = runbook.params.filter(({ name, type }) => type === 'secret' && extra.has(name));
  return secrets.map(
    ({ name }) =>
      `-e ${name}: others on this machine see it in the process list; give --secret ${name}=prompt, or another source`,
  );
}

/** The hosts of a run, or why there are none. */
export type RunHosts =
  | { readonly kind: 'hosts'; readonly hosts: readonly Host[]; readonly warnings: readonly string[] }
  | { readonly kind: 'no_hosts'; readonly problems: readonly string[] };

/** The runbook's hosts narrowed by `-l`; at least one, and no part of `-l` in vain. */
export function chooseRunHosts(runbook: Runbook, inventory: Inventory, limit: string | undefined): RunHosts {
  const selection = limitHosts(inventory, runbook.hosts, limit);
  if (selection.kind === 'invalid') {
    return {
      kind: 'no_hosts',
      problems: [[selection.message, selection.help].filter((part) => part !== undefined).join(': ')],
    };
  }
  const typos = unmatchedLimit(inventory, limit);
  if (typos.length > 0) {
    return {
      kind: 'no_hosts',
      problems: typos.map((part) => `-l ${part} matches no host of the inventory; nothing was touched`),
    };
  }
  if (selection.hosts.length === 0) {
    const narrowed = limit === undefined ? '' : ` and -l ${limit}`;
    return { kind: 'no_hosts', problems: [`no host matches hosts: ${runbook.hosts}${narrowed}; nothing was touched`] };
  }
  const warnings = selection.unmatched.map((part) => `pattern ${part} matched no host`);
  return { kind: 'hosts', hosts: selection.hosts, warnings };
}

/** A part of `-l` that matches nothing is a typo, and a run on fewer hosts than meant is no small thing. */
function unmatchedLimit(inventory: Inventory, limit: string | undefined): readonly string[] {
  if (limit === undefined) return [];
  const selection = selectHosts(inventory, limit);
  return selection.kind === 'hosts' ? selection.unmatched : [];
}

function some(names: readonly string[]): string {
  return names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}
