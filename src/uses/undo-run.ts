// Takes back what a run changed, as its journal tells it: a run of its own. The line itself is ../mend.ts.

import type { SharedStep } from '../engine/shared-steps.ts';
import type { EarlierUndos } from '../engine/undo-due.ts';
import type { KeptRun } from '../journal/kept-runs.ts';
import type { RunLock } from '../journal/run-lock.ts';
import { chooseHosts, execute, reachHosts, readInventory, withJournal } from '../mend.ts';
import { type MendEnd, type MendRequest, notBegun, refused, wholeRequest } from '../mend-request.ts';
import type { HostHistory, RunHistory } from '../model/history.ts';
import type { Inventory } from '../model/inventory.ts';
import { JournalFailure } from '../model/journal-failure.ts';
import type { UserPack } from '../model/pack.ts';
import type { Plan } from '../model/plan.ts';
import type { Runbook } from '../model/runbook.ts';
import { readPacks } from '../registry.ts';

/** What is asked of an undo. */
export type UndoRequest = Omit<
  MendRequest,
  'runbook' | 'inventory' | 'extra' | 'becomeByDefault' | 'tags' | 'skipTags' | 'startAt' | 'expectHosts'
> & {
  /** Its id, a part of it, or `last`: the last that was neither a dry run nor an undo. */
  readonly run: string;
  readonly stateDirectory: string;
  /** Instead of the run's own. */
  readonly inventory?: readonly string[] | undefined;
};

/**
 * Takes a run's changes back, the last first, on the hosts where they stand as the run left them. `refused` with exit code 5 while
 * somebody else takes it back or goes on with it.
 */
export async function undoRun(request: UndoRequest): Promise<MendEnd> {
  const [{ findChange, findRun }, { takeRunLock }, { systemClock }] = await Promise.all([
    import('../journal/kept-runs.ts'),
    import('../journal/run-lock.ts'),
    import('../transports/clock.ts'),
  ]);
  const { run: name, stateDirectory: state, mode, clock = systemClock } = request;
  const found = await findChange(state, name);
  if (found.kind !== 'run') return refused(found.kind === 'none' ? 66 : 5, found.problem);
  if (mode === 'dry_run') return undoKept(request, found.kept);
  const { run } = found.kept;
  let lock: RunLock | undefined;
  try {
    lock = await takeRunLock({ kind: 'journal', key: run }, state, run, clock);
    // Until now somebody may have gone on with it.
    const latest = await findRun(state, run);
    return latest.kind === 'run' ? await undoKept(request, latest.kept) : refused(66, latest.problem);
  } catch (error) {
    if (!(error instanceof JournalFailure) || lock !== undefined) throw error;
    return notBegun(error);
  } finally {
    await lock?.release();
  }
}

async function undoKept(request: UndoRequest, { run, events, damage }: KeptRun): Promise<MendEnd> {
  const [
    { earlierUndos, undoneUnit, undoneUnits },
    { readHistory },
    { undoWalker },
    { knownDelegates },
    { lostByOthers, sharedSteps },
    { SharedUndo },
  ] = await Promise.all([
    import('../journal/earlier-undos.ts'),
    import('../journal/read-history.ts'),
    import('../engine/undo-walk.ts'),
    import('../engine/delegates.ts'),
    import('../engine/shared-steps.ts'),
    import('../engine/undo-shared.ts'),
  ]);
  if (damage !== undefined)
    return refused(5, `the journal of ${run} is damaged in line ${damage.line}: ${damage.what}`);
  if (events.length === 0) return refused(66, `${run} has no events: nothing was begun`);
  const history = readHistory(events);
  const { request: asked } = history;
  if (asked === undefined || history.dryRun) return refused(66, `${run} was a dry run: it changed nothing`);
  if (asked.kind === 'undo')
    return refused(64, `${run} was an undo itself: run its runbook again to have its changes back`);

  const undos = await earlierUndos(request.stateDirectory, run);
  if (typeof undos === 'string') return refused(5, undos);
  const undone = undoneUnits(undos.map((undo) => undo.events));
  const earlier: EarlierUndos = (key, attempt) => undone.get(undoneUnit(key, attempt));
  const shared = sharedSteps(history.hosts, earlier);
  const sources = request.inventory ?? asked.inventory;
  const inventory = await readInventory(sources, request.reach);
  if (inventory.value === undefined) return { kind: 'invalid', diagnostics: inventory.diagnostics };
  const packs = await readPacks((asked.packs ?? []).map(({ file }) => file));
  if (packs.value === undefined) return { kind: 'invalid', diagnostics: packs.diagnostics };
  const plan = await planOf(request, history, inventory.value, packs.value, shared);
  if (typeof plan === 'string') return refused(66, plan);
  const order = plan.hosts.map(({ host }) => host.name);
  const held = shared.some(({ host }) => order.includes(host));
  const whole = wholeRequest({
    ...request,
    // On a host that was changed for several, the undo of one must not meet that of another; what several share goes last.
    ...(plan.delegates === undefined && !held ? {} : { forks: 1 }),
    // What is said now wins.
    reach: { ...asked.reach, ...request.reach },
    runbook: asked.runbook,
    inventory: sources,
  });
  const other = packs.value.filter(({ file, sha256 }) =>
    asked.packs?.some((was) => was.file === file && was.sha256 !== sha256),
  );
  whole.onPlan(plan, [
    ...other.map(({ file }) => `${file} has changed since run ${run}: what it did is taken back with what it says now`),
    // Who is left out without a word for it has nothing to take back.
    ...(request.limit === undefined ? [] : lostByOthers(order, shared)),
  ]);
  const reach = await reachHosts(whole);
  try {
    const histories = new Map(history.hosts.map((host) => [host.host, host]));
    const walker = undoWalker(run, histories, earlier, new SharedUndo(order, shared));
    const known = knownDelegates(history.hosts);
    const how = { kind: 'undo', of: run, walker, knownDelegates: known } as const;
    const kept = await execute(whole, plan, inventory.value, reach.transportFor, how);
    if (kept.kind === 'not_begun') return notBegun(kept.failure);
    return { kind: 'ran', result: withJournal(kept), diagnostics: inventory.diagnostics };
  } finally {
    await reach.close();
  }
}

async function planOf(
  request: UndoRequest,
  history: RunHistory,
  inventory: Inventory,
  packs: readonly UserPack[],
  shared: readonly SharedStep[],
): Promise<Plan | string> {
  const touched = history.hosts.flatMap(({ host, units }) => (units.length === 0 ? [] : [host]));
  const elsewhere = delegatesOf(history);
  if (touched.length === 0) return `run ${history.run} changed nothing`;
  const [{ overrideConnect }, { holdersLast }] = await Promise.all([
    import('../plan/override-connect.ts'),
    import('../engine/shared-steps.ts'),
  ]);
  const missing = [...new Set([...touched, ...elsewhere])].filter(
    (name) => !inventory.hosts.some((host) => host.name === name),
  );
  if (missing.length > 0) return `the inventory has lost ${missing.join(', ')}: give the one that has them with -i`;
  const chosen = await chooseHosts(inventory, 'all', request.limit);
  if (chosen.kind !== 'hosts') return chosen.message;
  const reach = { ...history.request?.reach, ...request.reach };
  const order = holdersLast(lastOutFirst(history), shared);
  const hosts = overrideConnect(chosen.hosts, reach)
    .hosts.filter(({ name }) => touched.includes(name))
    .sort((one, other) => order.indexOf(one.name) - order.indexOf(other.name));
  if (hosts.length === 0) return `run ${history.run} changed nothing on ${request.limit ?? 'these hosts'}`;
  const delegates = overrideConnect(inventory.hosts, reach).hosts.filter(({ name }) => elsewhere.has(name));
  return {
    runbook: { ...runbookOf(history), packs },
    ...(delegates.length === 0 ? {} : { delegates }),
    hosts: hosts.map((host) => ({ host, params: {}, sources: {} })),
    inventoryHosts: inventory.hosts.length,
  };
}

/** Other hosts on which that run changed something, or would take something back. */
function delegatesOf({ hosts }: RunHistory): ReadonlySet<string> {
  const units = hosts.flatMap((host) => host.units);
  const changed = units.flatMap(({ attempts }) => attempts.flatMap(({ changes }) => changes));
  const back = units.flatMap(({ ownRollback: own }) => (own?.kind === 'calls' ? own.calls : []));
  return new Set([...changed, ...back].flatMap(({ on }) => on ?? []));
}

/** Its hosts: for whom something was changed on another one last goes first. */
function lastOutFirst({ hosts }: RunHistory): readonly string[] {
  const lastOut = ({ units }: HostHistory): string => {
    const attempts = units.flatMap((unit) => unit.attempts);
    const times = attempts.filter(({ changes }) => changes.some(({ on }) => on !== undefined)).map(({ at }) => at);
    return times.sort().at(-1) ?? '';
  };
  const times = new Map(hosts.map((host) => [host.host, lastOut(host)]));
  const timeOf = (host: string): string => times.get(host) ?? '';
  return [...times.keys()].reverse().sort((one, other) => timeOf(other).localeCompare(timeOf(one)));
}

/** What is shown as the runbook of an undo: the one that was run may not be there any more. */
function runbookOf({ run, runbook, request }: RunHistory): Runbook {
  return {
    id: `undo-${runbook.id}`,
    title: `Undo of run ${run}: ${runbook.title}`,
    hosts: 'all',
    params: [],
    steps: [],
    ifNotFixed: 'keep',
    outputs: [],
    file: request?.runbook ?? runbook.id,
    sha256: request?.runbookSha256 ?? '',
  };
}
