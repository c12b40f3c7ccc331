// THE LINE: load → check → plan → execute → report. Other uses of it are in uses/. What a command may not need is imported
// when it is needed: checking a runbook loads no transport, no engine and no reporter.

import type { DemoFleet } from './demo/serve-fleet.ts';
import type { Resume, RunResult } from './engine/execute-plan.ts';
import type { PingAnswer } from './engine/ping-hosts.ts';
import type { Walker } from './engine/walk.ts';
import type { Journal } from './journal/journal.ts';
import type { KeptEnd } from './journal/keep-run.ts';
import {
  type MendEnd,
  type MendRequest,
  notBegun,
  type ReachOptions,
  refused,
  type WholeRequest,
  wholeRequest,
} from './mend-request.ts';
import type { Checked } from './model/diagnostic.ts';
import type { EventSink } from './model/event.ts';
import type { DelegateIds, RunRequest } from './model/history.ts';
import type { Host, Inventory } from './model/inventory.ts';
import type { Registry } from './model/pack.ts';
import type { HostPlan, Plan } from './model/plan.ts';
import { type Become, packsOf, type Runbook } from './model/runbook.ts';
import { type Secret, secretsIn } from './model/secret.ts';
import type { Transport } from './model/transport.ts';
import type { RunHosts } from './plan/build-plan.ts';
import type { Selection } from './plan/select-hosts.ts';
import { checkRunbook, loadRegistry } from './registry.ts';
import type { DocsOptions } from './reporters/print-docs.ts';
import type { PlanPrintOptions } from './reporters/print-plan.ts';
import type { Outputs, Reporter, ReporterKind, ReporterOptions } from './reporters/reporter.ts';
import type { Transports } from './transports/open-transports.ts';
import { mendgateVersion } from './version.ts';

export type { DemoFleet, ExpectedVerdicts, ServedHost as DemoHost } from './demo/serve-fleet.ts';
export { exitCodeOf, type MendEnd, type MendRequest, type ReachOptions } from './mend-request.ts';
export { checkRunbook, loadRegistry } from './registry.ts';

/** Reads inventories: files, folders, lists, executables. */
export async function readInventory(
  sources: readonly string[],
  options: Pick<ReachOptions, 'vault'> = {},
): Promise<Checked<Inventory>> {
  const { loadInventory } = await import('./load/load-inventory.ts');
  return loadInventory(sources, options.vault === undefined ? {} : { vault: options.vault });
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
export async function mend(asked: MendRequest): Promise<MendEnd> {
  const request = wholeRequest(asked);
  const [runbook, inventory] = await Promise.all([
    checkRunbook(request.runbook, request),
    readInventory(request.inventory, request.reach),
  ]);
  const diagnostics = [...runbook.diagnostics, ...inventory.diagnostics];
  if (runbook.value === undefined || inventory.value === undefined) return { kind: 'invalid', diagnostics };

  const planned = await planRun(request, runbook.value, inventory.value);
  if (planned.kind === 'refused') return planned;
  request.onPlan(planned.plan, planned.warnings);

  const reach = await reachHosts(request);
  try {
    const kept = await execute(request, planned.plan, inventory.value, reach.transportFor);
    if (kept.kind === 'not_begun') return notBegun(kept.failure);
    return { kind: 'ran', result: withJournal(kept), diagnostics };
  } finally {
    await reach.close();
  }
}

type Planned =
  | { readonly kind: 'planned'; readonly plan: Plan; readonly warnings: readonly string[] }
  | (MendEnd & { readonly kind: 'refused' });

export async function planRun(request: WholeRequest, runbook: Runbook, inventory: Inventory): Promise<Planned> {
  const [{ buildPlan }, { overrideConnect }, { misplacedChoice }] = await Promise.all([
    import('./plan/build-plan.ts'),
    import('./plan/override-connect.ts'),
    import('./plan/choose-steps.ts'),
  ]);
  const reached = overrideConnect(inventory.hosts, request.reach);
  const built = buildPlan(runbook, { ...inventory, hosts: reached.hosts }, request);
  switch (built.kind) {
    case 'usage':
      return refused(64, ...built.problems);
    case 'params':
      return refused(65, ...built.problems);
    case 'no_hosts':
      return refused(66, ...built.problems);
    case 'plan': {
      const { connection } = request.reach;
      const misplaced = misplacedChoice(built.plan, {
        ...request,
        ...(connection === undefined ? {} : { connection }),
      });
      if (misplaced !== undefined) return refused(64, misplaced);
      return { kind: 'planned', plan: built.plan, warnings: [...reached.warnings, ...built.warnings] };
    }
  }
}

/** What makes an execution another than a run's first. */
export interface How {
  readonly kind: RunRequest['kind'];
  /** The run, or the plan, that it is about. */
  readonly of?: string;
  readonly walker?: Walker;
  /** See ExecuteOptions. */
  readonly knownDelegates?: ReadonlyMap<string, DelegateIds>;
  /** Goes on with this run, in its journal. */
  readonly resume?: { readonly resume: Resume; readonly journal: Journal };
  /** See RegistryOptions. */
  readonly watchWritten?: boolean;
}

/** Carries a plan out, and keeps what happens. For uses/. */
export async function execute(
  request: WholeRequest,
  plan: Plan,
  inventory: Inventory,
  transportFor: (host: Host) => Transport,
  { kind, of, walker, knownDelegates, resume, watchWritten = false }: How = { kind: 'run' },
): Promise<KeptEnd<RunResult>> {
  const [
    { executePlan, newRunId },
    { keepIn, keepRun },
    { runRequest },
    { systemClock },
    { validateParams },
    { stepChooser },
    { convertGiven },
    registry,
  ] = await Promise.all([
    import('./engine/execute-plan.ts'),
    import('./journal/keep-run.ts'),
    import('./journal/run-request.ts'),
    import('./transports/clock.ts'),
    import('./load/validate-call-params.ts'),
    import('./plan/choose-steps.ts'),
    import('./plan/resolve-params.ts'),
    loadRegistry(packsOf(plan.runbook), { watchWritten }),
  ]);
  const { stateDirectory: state, clock = systemClock } = request;
  const runId = resume?.resume.run ?? newRunId(clock.now());
  const chosen = new Set([...plan.hosts.map(({ host }) => host), ...(plan.delegates ?? [])].map(({ name }) => name));
  const asked = runRequest({
    ...request,
    kind,
    ...(of === undefined ? {} : { of }),
    mendgate: mendgateVersion(),
    runbook: plan.runbook,
    hosts: inventory.hosts.filter((host) => chosen.has(host.name)),
    allowIrreversible: request.allowIrreversible === true,
  });
  const run = (sinks: readonly EventSink[]): Promise<RunResult> =>
    executePlan(plan, {
      ...request,
      sinks: [...sinks, ...request.sinks],
      runId,
      ...(state === undefined ? {} : { request: asked }),
      registry,
      validate: (kind, name, params) => validateParams(kind, name, params, registry),
      convertParams: convertGiven,
      transportFor,
      clock,
      secrets: secretsOfReach(request.reach, plan),
      chooses: stepChooser(request, plan.runbook),
      kind,
      ...(state === undefined ? {} : { lock: { operator: asked.operator, comment: request.lockComment ?? '' } }),
      ...(walker === undefined ? {} : { walker }),
      ...(knownDelegates === undefined ? {} : { knownDelegates }),
      ...(resume === undefined ? {} : { resume: resume.resume }),
    });
  if (resume !== undefined) return keepIn(resume.journal, run);
  if (state === undefined) return { kind: 'ran', result: await run([]) };
  const options = { state, run: runId, clock, dryRun: request.mode === 'dry_run', inventory: asked.inventorySha256 };
  return keepRun(options, request.reach.onWarning ?? (() => {}), run);
}

/** A journal that failed at the very end is told too. */
export function withJournal({ result, failure }: Extract<KeptEnd<RunResult>, { readonly kind: 'ran' }>): RunResult {
  if (failure === undefined || result.journal !== undefined) return result;
  const exitCode = result.exitCode === 7 ? 7 : 74;
  return { ...result, exitCode, journal: { reason: failure.message, unrecorded: [] } };
}

/**
 * Connects to each host and runs `true`; `reason` says why one does not answer. `become`: as whom, where the inventory says nothing;
 * default: as whoever logs in, whatever the inventory says.
 */
export async function pingHosts(
  hosts: readonly Host[],
  reach: ReachOptions,
  forks: number,
  signal: AbortSignal,
  become: Become = false,
): Promise<readonly PingAnswer[]> {
  const [engine, { overrideConnect }] = await Promise.all([
    import('./engine/ping-hosts.ts'),
    import('./plan/override-connect.ts'),
  ]);
  const { transportFor, close } = await openTransports(reach);
  try {
    return await engine.pingHosts(overrideConnect(hosts, reach).hosts, transportFor, forks, signal, become);
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
  const [reporters, { systemClock }] = await Promise.all([
    import('./reporters/index.ts'),
    import('./transports/clock.ts'),
  ]);
  return reporters.createReporter(kind, outputs, { clock: systemClock, ...options });
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

/** Passwords that were given for connections, and what the inventory keeps secret. For uses/. */
export function secretsOfReach(reach: ReachOptions, plan: Plan): readonly Secret[] {
  const given = [reach.password, reach.becomePassword];
  const hosts = [...plan.hosts.map(({ host }) => host), ...(plan.delegates ?? [])];
  const ofHosts = hosts.flatMap(({ connect }) => [connect.password, connect.becomePassword]);
  const ofVars = hosts.flatMap(({ vars }) => secretsIn(vars));
  return [...given, ...ofHosts, ...ofVars].filter((secret) => secret !== undefined);
}

export async function reachHosts({ transportFor, reach }: WholeRequest): Promise<Transports> {
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
