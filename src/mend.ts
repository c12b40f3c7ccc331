// THE LINE: load → check → plan → execute → report. The only file that knows every folder.

import { systemClock } from './engine/clock.ts';
import { type ExecuteOptions, executePlan, type RunResult } from './engine/execute-plan.ts';
import type { Approval } from './engine/host-run.ts';
import { createLimit } from './engine/limit.ts';
import type { Checked, Diagnostic } from './model/diagnostic.ts';
import type { EventSink } from './model/event.ts';
import { HostFailure } from './model/host-failure.ts';
import type { Host, Inventory } from './model/inventory.ts';
import { buildRegistry, type Registry } from './model/pack.ts';
import type { HostPlan, Plan } from './model/plan.ts';
import type { Become, Runbook } from './model/runbook.ts';
import type { Secret } from './model/secret.ts';
import type { Transport } from './model/transport.ts';

/** How hosts are reached, as given on the command line; what is absent follows from the inventory. */
export interface ReachOptions {
  readonly connection?: 'ssh' | 'local';
  readonly user?: string;
  readonly privateKeyFiles?: readonly string[];
  readonly password?: Secret;
  readonly becomePassword?: Secret;
  readonly knownHostsFiles?: readonly string[];
  readonly hostKeyPolicy: 'strict' | 'accept-new';
  readonly connectTimeoutMs?: number;
  /** For passphrases of keys; absent: no terminal. */
  readonly ask?: (prompt: string) => Promise<Secret | undefined>;
  readonly onWarning: (message: string) => void;
}

export interface MendRequest {
  readonly runbook: string;
  readonly inventory: readonly string[];
  readonly limit: string | undefined;
  readonly extra: ReadonlyMap<string, string>;
  readonly mode: ExecuteOptions['mode'];
  readonly forks: number;
  readonly reach: ReachOptions;
  readonly becomeByDefault: Become;
  readonly tags: readonly string[];
  readonly skipTags: readonly string[];
  readonly startAt: string | undefined;
  readonly expectHosts: number | undefined;
  readonly detailedExitCode: boolean;
  readonly sinks: readonly EventSink[];
  readonly onPlan: (plan: Plan, warnings: readonly string[]) => void;
  readonly approvePlan: (plans: readonly HostPlan[]) => Promise<boolean>;
  readonly approve: (approval: Approval) => Promise<boolean>;
  readonly stopping: AbortSignal;
  readonly aborting: AbortSignal;
  /** Replaces the transports; for the demo and for tests. */
  readonly transportFor?: (host: Host) => Transport;
}

/** How a request ended. `problems` were found before anything was connected. */
export type MendEnd =
  | { readonly kind: 'ran'; readonly result: RunResult; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'invalid'; readonly diagnostics: readonly Diagnostic[] }
  | { readonly kind: 'refused'; readonly exitCode: 64 | 65 | 66; readonly problems: readonly string[] };

/** The registry of the built-in packs. */
export async function loadRegistry(): Promise<Registry> {
  const { builtInPacks } = await import('./packs/index.ts');
  return buildRegistry(builtInPacks);
}

/** Reads and checks a runbook: everything wrong with it, or the runbook. Touches no host. */
export async function checkRunbook(file: string): Promise<Checked<Runbook>> {
  const { loadRunbook } = await import('./load/load-runbook.ts');
  return loadRunbook(file, await loadRegistry());
}

/** Reads inventories: files, folders, lists, executables. */
export async function readInventory(sources: readonly string[]): Promise<Checked<Inventory>> {
  const { loadInventory } = await import('./load/load-inventory.ts');
  return loadInventory(sources);
}

/** The main job: diagnoses every host of a runbook and, unless it is a dry run, mends those that need it. */
export async function mend(request: MendRequest): Promise<MendEnd> {
  const [runbook, inventory] = await Promise.all([checkRunbook(request.runbook), readInventory(request.inventory)]);
  const diagnostics = [...runbook.diagnostics, ...inventory.diagnostics];
  if (runbook.value === undefined || inventory.value === undefined) return { kind: 'invalid', diagnostics };

  const { buildPlan } = await import('./plan/build-plan.ts');
  const reached = overrideConnect(inventory.value, request.reach);
  const built = buildPlan(runbook.value, reached.inventory, { limit: request.limit, extra: request.extra });
  switch (built.kind) {
    case 'usage':
      return { kind: 'refused', exitCode: 64, problems: built.problems };
    case 'params':
      return { kind: 'refused', exitCode: 65, problems: built.problems };
    case 'no_hosts':
      return { kind: 'refused', exitCode: 66, problems: built.problems };
    case 'plan':
      break;
  }
  const { plan } = built;
  const misplaced = misplacedChoice(plan, request);
  if (misplaced !== undefined) return { kind: 'refused', exitCode: 64, problems: [misplaced] };
  request.onPlan(plan, [...reached.warnings, ...built.warnings]);

  const reach = await reachHosts(request);
  try {
    const { validateParams } = await import('./load/validate-call-params.ts');
    const registry = await loadRegistry();
    const result = await executePlan(plan, {
      ...request,
      registry,
      validate: (kind, name, params) => validateParams(kind, name, params, registry),
      transportFor: reach.transportFor,
      clock: systemClock,
      secrets: secretsOfReach(request.reach, plan),
      chooses: chooser(request, plan.runbook),
    });
    return { kind: 'ran', result, diagnostics };
  } finally {
    await reach.close();
  }
}

/** Connects to each host and runs `true`; `reason` says why one does not answer. */
export async function pingHosts(
  hosts: readonly Host[],
  reach: ReachOptions,
  forks: number,
  signal: AbortSignal,
): Promise<readonly { readonly host: string; readonly reason?: string }[]> {
  const all: Inventory = { hosts, groups: new Map(), sources: [] };
  const { transportFor, close } = await openTransports(reach);
  const limit = createLimit(forks);
  const label = { kind: 'probe', name: 'ping', params: {} } as const;
  try {
    return await Promise.all(
      overrideConnect(all, reach).inventory.hosts.map((host) =>
        limit(async () => {
          try {
            const connection = await transportFor(host).open(host, { signal });
            const answer = await connection.run({
              label,
              command: { argv: ['true'] },
              become: false,
              timeoutMs: 10_000,
            });
            await connection.close();
            return answer.rc === 0
              ? { host: host.name }
              : { host: host.name, reason: `true ended with exit ${answer.rc}` };
          } catch (error) {
            if (!(error instanceof HostFailure)) throw error;
            return {
              host: host.name,
              reason: [error.message, error.help].filter((part) => part !== undefined).join('. '),
            };
          }
        }),
      ),
    );
  } finally {
    await close();
  }
}

/** The command line wins over the inventory; one line says for how many hosts it did. */
function overrideConnect(
  inventory: Inventory,
  reach: ReachOptions,
): { readonly inventory: Inventory; readonly warnings: readonly string[] } {
  const { user } = reach;
  const [privateKeyFile] = reach.privateKeyFiles ?? [];
  const users = inventory.hosts.filter(
    ({ connect }) => user !== undefined && connect.user !== undefined && connect.user !== user,
  );
  const keys = inventory.hosts.filter(
    ({ connect }) => privateKeyFile !== undefined && connect.privateKeyFile !== undefined,
  );
  const hosts = inventory.hosts.map((host) => ({
    ...host,
    connect: {
      ...host.connect,
      ...(user === undefined ? {} : { user }),
      ...(privateKeyFile === undefined ? {} : { privateKeyFile }),
    },
  }));
  const warnings = [
    ...(users.length === 0 ? [] : [`-u ${user ?? ''} overrides the inventory's user for ${users.length} hosts`]),
    ...(keys.length === 0 ? [] : [`--private-key overrides the inventory's key for ${keys.length} hosts`]),
  ];
  return { inventory: { ...inventory, hosts }, warnings };
}

/** What on the command line does not fit this runbook or this many hosts. */
function misplacedChoice(plan: Plan, request: MendRequest): string | undefined {
  const { steps } = plan.runbook;
  const tags = new Set(steps.flatMap((step) => step.tags));
  const stray = [...request.tags, ...request.skipTags].find((tag) => !tags.has(tag));
  if (stray !== undefined) return `tag ${stray} is on no step (tags: ${[...tags].join(', ') || 'none'})`;
  if (request.startAt !== undefined && !steps.some((step) => step.id === request.startAt)) {
    return `--start-at ${request.startAt}: no such step (steps: ${steps.map((step) => step.id).join(', ')})`;
  }
  if (request.expectHosts !== undefined && plan.hosts.length !== request.expectHosts) {
    return `--expect-hosts ${request.expectHosts}: the plan has ${plan.hosts.length}`;
  }
  const local = plan.hosts.filter(({ host }) => (request.reach.connection ?? host.connect.transport) === 'local');
  if (local.length > 1)
    return `-c local is for one host, and ${local.length} are chosen: they would all be this machine`;
  return undefined;
}

function chooser(request: MendRequest, runbook: Runbook): (step: string, tags: readonly string[]) => boolean {
  const order = runbook.steps.map((step) => step.id);
  const first = request.startAt === undefined ? 0 : order.indexOf(request.startAt);
  return (step, tags) => {
    const place = order.indexOf(step.split('/')[0] ?? step);
    if (place < first) return false;
    if (tags.some((tag) => request.skipTags.includes(tag))) return false;
    return request.tags.length === 0 || tags.some((tag) => request.tags.includes(tag));
  };
}

function secretsOfReach(reach: ReachOptions, plan: Plan): readonly Secret[] {
  const given = [reach.password, reach.becomePassword];
  const ofHosts = plan.hosts.flatMap(({ host }) => [host.connect.password, host.connect.becomePassword]);
  return [...given, ...ofHosts].filter((secret) => secret !== undefined);
}

interface Reach {
  readonly transportFor: (host: Host) => Transport;
  readonly close: () => Promise<void>;
}

async function reachHosts(request: MendRequest): Promise<Reach> {
  const { transportFor, reach } = request;
  return transportFor === undefined ? openTransports(reach) : { transportFor, close: async () => {} };
}

/** One transport of each kind for the whole run. */
async function openTransports(reach: ReachOptions): Promise<Reach> {
  const [{ sshTransport }, { localTransport }] = await Promise.all([
    import('./transports/ssh/ssh-transport.ts'),
    import('./transports/local.ts'),
  ]);
  const { becomePassword } = reach;
  const ssh = sshTransport(reach);
  const local = localTransport(becomePassword === undefined ? {} : { becomePassword });
  return {
    transportFor: (host) => ((reach.connection ?? host.connect.transport) === 'local' ? local : ssh),
    close: async () => {
      await Promise.all([ssh.close(), local.close()]);
    },
  };
}
