// THE LINE: load → check → plan → execute → report. The only file that knows every folder. What a command may not need is
// imported when it is needed: checking a runbook loads no transport, no engine and no reporter.

import { readFile } from 'node:fs/promises';
import type { DemoFleet } from './demo/serve-fleet.ts';
import type { ExecuteOptions, RunResult } from './engine/execute-plan.ts';
import type { Approval } from './engine/host-run.ts';
import type { PingAnswer } from './engine/ping-hosts.ts';
import type { Clock } from './model/clock.ts';
import type { Checked, Diagnostic } from './model/diagnostic.ts';
import type { EventSink } from './model/event.ts';
import type { Host, Inventory, TransportName } from './model/inventory.ts';
import {
  type ActionDeclaration,
  buildRegistry,
  type Catalog,
  type ProbeDeclaration,
  type Registry,
} from './model/pack.ts';
import type { HostPlan, Plan } from './model/plan.ts';
import type { Become, BecomeMethod, Runbook } from './model/runbook.ts';
import type { Secret } from './model/secret.ts';
import type { Transport } from './model/transport.ts';
import type { RunHosts } from './plan/build-plan.ts';
import type { Selection } from './plan/select-hosts.ts';
import type { DocsOptions } from './reporters/print-docs.ts';
import type { PlanPrintOptions } from './reporters/print-plan.ts';
import type { Outputs, Reporter, ReporterKind, ReporterOptions } from './reporters/reporter.ts';
import type { Transports } from './transports/open-transports.ts';
import { mendgateVersion } from './version.ts';

export type { DemoFleet, DemoHost } from './demo/serve-fleet.ts';

/** How hosts are reached, as given on the command line; what is absent follows from the inventory. */
export interface ReachOptions {
  readonly connection?: TransportName;
  readonly user?: string;
  readonly privateKeyFiles?: readonly string[];
  readonly password?: Secret;
  readonly becomeMethod?: BecomeMethod;
  readonly becomePassword?: Secret;
  readonly knownHostsFiles?: readonly string[];
  readonly hostKeyPolicy: 'strict' | 'accept-new';
  readonly connectTimeoutMs?: number;
  /** For passphrases of keys and questions of hosts, several at once; `signal` withdraws one. Absent: no terminal. */
  readonly ask?: (prompt: string, signal?: AbortSignal) => Promise<Secret | undefined>;
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
  readonly approvePlan: ExecuteOptions['approvePlan'];
  readonly approve: (approval: Approval) => Promise<boolean>;
  readonly stopping: AbortSignal;
  readonly aborting: AbortSignal;
  /** Replaces the transports; for the demo and for tests. */
  readonly transportFor?: (host: Host) => Transport;
  /** Replaces the machine's time; a replay brings its own. */
  readonly clock?: Clock;
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

/**
 * What the built-in packs declare. The build writes it down beside this file, since loading all packs to check a runbook
 * costs more than the check; where nothing is built, the packs themselves are asked.
 */
async function loadCatalog(): Promise<Catalog> {
  const written = new URL('./catalog.json', import.meta.url);
  let text: string;
  try {
    text = await readFile(written, 'utf8');
  } catch {
    return loadRegistry();
  }
  // Written by scripts/generate-catalog.mjs from the same packs.
  const { probes, actions } = JSON.parse(text) as { probes: ProbeDeclaration[]; actions: ActionDeclaration[] };
  const byName = <T extends { readonly name: string }>(list: readonly T[]) =>
    new Map(list.map((entry) => [entry.name, entry]));
  return { probes: byName(probes), actions: byName(actions) };
}

/** Reads and checks a runbook: everything wrong with it, or the runbook. Touches no host. */
export async function checkRunbook(file: string): Promise<Checked<Runbook>> {
  const [{ loadRunbook }, catalog] = await Promise.all([import('./load/load-runbook.ts'), loadCatalog()]);
  return loadRunbook(file, catalog, { version: mendgateVersion() });
}

/** Reads inventories: files, folders, lists, executables. */
export async function readInventory(sources: readonly string[]): Promise<Checked<Inventory>> {
  const { loadInventory } = await import('./load/load-inventory.ts');
  return loadInventory(sources);
}

/** Those hosts of an inventory that a pattern, narrowed by `-l`, names. */
export async function chooseHosts(
  inventory: Inventory,
  pattern: string,
  limit: string | undefined,
): Promise<Selection> {
  const { limitHosts } = await import('./plan/select-hosts.ts');
  return limitHosts(inventory, pattern, limit);
}

/** The hosts that a run of a runbook, narrowed by `-l`, would be about; what `mend` refuses is refused here too. */
export async function chooseRunHosts(
  runbook: Runbook,
  inventory: Inventory,
  limit: string | undefined,
): Promise<RunHosts> {
  const { chooseRunHosts } = await import('./plan/build-plan.ts');
  return chooseRunHosts(runbook, inventory, limit);
}

/** The main job: diagnoses every host of a runbook and, unless it is a dry run, mends those that need it. */
export async function mend(request: MendRequest): Promise<MendEnd> {
  const [runbook, inventory] = await Promise.all([checkRunbook(request.runbook), readInventory(request.inventory)]);
  const diagnostics = [...runbook.diagnostics, ...inventory.diagnostics];
  if (runbook.value === undefined || inventory.value === undefined) return { kind: 'invalid', diagnostics };

  const planned = await planRun(request, runbook.value, inventory.value);
  if (planned.kind === 'refused') return planned;
  request.onPlan(planned.plan, planned.warnings);

  const reach = await reachHosts(request);
  try {
    return { kind: 'ran', result: await execute(request, planned.plan, reach.transportFor), diagnostics };
  } finally {
    await reach.close();
  }
}

type Planned =
  | { readonly kind: 'planned'; readonly plan: Plan; readonly warnings: readonly string[] }
  | (MendEnd & { readonly kind: 'refused' });

async function planRun(request: MendRequest, runbook: Runbook, inventory: Inventory): Promise<Planned> {
  const [{ buildPlan }, { overrideConnect }, { misplacedChoice }] = await Promise.all([
    import('./plan/build-plan.ts'),
    import('./plan/override-connect.ts'),
    import('./plan/choose-steps.ts'),
  ]);
  const reached = overrideConnect(inventory.hosts, request.reach);
  const built = buildPlan(runbook, { ...inventory, hosts: reached.hosts }, request);
  switch (built.kind) {
    case 'usage':
      return { kind: 'refused', exitCode: 64, problems: built.problems };
    case 'params':
      return { kind: 'refused', exitCode: 65, problems: built.problems };
    case 'no_hosts':
      return { kind: 'refused', exitCode: 66, problems: built.problems };
    case 'plan': {
      const { connection } = request.reach;
      const misplaced = misplacedChoice(built.plan, {
        ...request,
        ...(connection === undefined ? {} : { connection }),
      });
      if (misplaced !== undefined) return { kind: 'refused', exitCode: 64, problems: [misplaced] };
      return { kind: 'planned', plan: built.plan, warnings: [...reached.warnings, ...built.warnings] };
    }
  }
}

async function execute(request: MendRequest, plan: Plan, transportFor: (host: Host) => Transport): Promise<RunResult> {
  const [{ executePlan }, { systemClock }, { validateParams }, { stepChooser }, { convertGiven }, registry] =
    await Promise.all([
      import('./engine/execute-plan.ts'),
      import('./transports/clock.ts'),
      import('./load/validate-call-params.ts'),
      import('./plan/choose-steps.ts'),
      import('./plan/resolve-params.ts'),
      loadRegistry(),
    ]);
  return executePlan(plan, {
    ...request,
    registry,
    validate: (kind, name, params) => validateParams(kind, name, params, registry),
    convertParams: convertGiven,
    transportFor,
    clock: request.clock ?? systemClock,
    secrets: secretsOfReach(request.reach, plan),
    chooses: stepChooser(request, plan.runbook),
  });
}

/** Connects to each host and runs `true`; `reason` says why one does not answer. */
export async function pingHosts(
  hosts: readonly Host[],
  reach: ReachOptions,
  forks: number,
  signal: AbortSignal,
): Promise<readonly PingAnswer[]> {
  const [engine, { overrideConnect }] = await Promise.all([
    import('./engine/ping-hosts.ts'),
    import('./plan/override-connect.ts'),
  ]);
  const { transportFor, close } = await openTransports(reach);
  try {
    return await engine.pingHosts(overrideConnect(hosts, reach).hosts, transportFor, forks, signal);
  } finally {
    await close();
  }
}

/** Shows a run to somebody, by its events. */
export async function createReporter(
  kind: ReporterKind,
  outputs: Outputs,
  options: ReporterOptions,
): Promise<Reporter> {
  const reporters = await import('./reporters/index.ts');
  return reporters.createReporter(kind, outputs, options);
}

/** The plan as a person reads it. */
export async function printPlan(plans: readonly HostPlan[], options: PlanPrintOptions): Promise<string> {
  const reporters = await import('./reporters/print-plan.ts');
  return reporters.printPlan(plans, options);
}

/** The reference of probes and actions. */
export async function printDocs(registry: Registry, options: DocsOptions): Promise<string> {
  const reporters = await import('./reporters/print-docs.ts');
  return reporters.printDocs(registry, options);
}

function secretsOfReach(reach: ReachOptions, plan: Plan): readonly Secret[] {
  const given = [reach.password, reach.becomePassword];
  const ofHosts = plan.hosts.flatMap(({ host }) => [host.connect.password, host.connect.becomePassword]);
  return [...given, ...ofHosts].filter((secret) => secret !== undefined);
}

async function reachHosts({ transportFor, reach }: MendRequest): Promise<Transports> {
  return transportFor === undefined ? openTransports(reach) : { transportFor, close: async () => {} };
}

async function openTransports(reach: ReachOptions): Promise<Transports> {
  const transports = await import('./transports/open-transports.ts');
  return transports.openTransports(reach);
}

/** Starts the demo's simulated hosts behind real SSH servers on loopback, for as long as `use` takes. */
export async function withDemoFleet<T>(use: (fleet: DemoFleet) => Promise<T>): Promise<T> {
  const [{ systemClock }, { serveFleet }, { generateKeyPair, startSimulatedServer }] = await Promise.all([
    import('./transports/clock.ts'),
    import('./demo/serve-fleet.ts'),
    import('./transports/simulated/ssh-server.ts'),
  ]);
  return serveFleet(systemClock.now, { generateKeyPair, startServer: startSimulatedServer }, use);
}
