// Goes on with a run that broke off: read its journal → check that all is as it was → walk again. The line itself is ../mend.ts.

import type { Resume } from '../engine/execute-plan.ts';
import { hasEnded } from '../engine/past.ts';
import { plainJson } from '../engine/plain-json.ts';
import type { Journal } from '../journal/journal.ts';
import { checkRunbook, execute, planRun, reachHosts, readInventory, withJournal } from '../mend.ts';
import { type MendEnd, type MendRequest, notBegun, refused, type WholeRequest, wholeRequest } from '../mend-request.ts';
import type { Event } from '../model/event.ts';
import type { HostHistory, RunHistory, RunRequest } from '../model/history.ts';
import type { Inventory } from '../model/inventory.ts';
import { JournalFailure } from '../model/journal-failure.ts';
import { canonicalJson } from '../model/json.ts';
import type { HostOutcome, Plan } from '../model/plan.ts';
import type { Verdict } from '../model/result.ts';
import type { Runbook } from '../model/runbook.ts';
import { askedAgain } from './asked-again.ts';
import { walkerOfTaken } from './plan-file.ts';

/** What is asked of a resume; what was asked of the run itself stands in its journal. */
export type ResumeRequest = Omit<
  MendRequest,
  | 'runbook'
  | 'inventory'
  | 'limit'
  | 'mode'
  | 'becomeByDefault'
  | 'tags'
  | 'skipTags'
  | 'startAt'
  | 'expectHosts'
  | 'detailedExitCode'
> & {
  /** Its id, a part of it, or `last`: the last that was neither a dry run nor an undo. */
  readonly run: string;
  readonly stateDirectory: string;
  /** Also hosts that ended so. Default: those that have not ended, or of which something is unknown. */
  readonly also?: readonly ('failed' | 'unreachable')[] | undefined;
  /** Hears what the journal tells of the run so far, before it goes on: its beginning, and how its other hosts ended. */
  readonly onBefore?: (event: Event) => void;
  /** Asked before anything is connected; `false`: nothing is done. */
  readonly approveHosts: (run: string, hosts: readonly string[]) => Promise<boolean>;
};

/** How a resume ended. */
export type ResumeEnd =
  | MendEnd
  /** Its end is written down, and no host was touched. */
  | {
      readonly kind: 'nothing_left';
      readonly run: string;
      /** The run's own. */
      readonly exitCode: number;
      readonly outcomes: readonly HostOutcome[];
    };

/** Goes on with a run on those of its hosts that have not ended. `refused` with exit code 5: something is not as it was. */
export async function resumeRun(request: ResumeRequest): Promise<ResumeEnd> {
  const [{ findChange }, { earlierUndos, undoneHosts }, { readHistory }, { changedSince }] = await Promise.all([
    import('../journal/kept-runs.ts'),
    import('../journal/earlier-undos.ts'),
    import('../journal/read-history.ts'),
    import('../journal/changed-since.ts'),
  ]);
  const { run: name, stateDirectory: state } = request;
  const found = await findChange(state, name);
  if (found.kind !== 'run') return refused(found.kind === 'none' ? 66 : 5, found.problem);
  const { run, events, damage } = found.kept;
  if (damage !== undefined)
    return refused(5, `the journal of ${run} is damaged in line ${damage.line}: ${damage.what}`);
  const [first] = events;
  if (first === undefined) return refused(5, `${run} has no events: nothing was begun`);
  const history = readHistory(events);
  const asked = history.request;
  if (asked === undefined || history.dryRun) return refused(64, `${run} was a dry run: there is nothing to go on with`);
  if (asked.kind === 'undo') return refused(64, `${run} was an undo: mendgate undo ${asked.of ?? ''} goes on with it`);
  const { also = [] } = request;
  const wanted = due(history.hosts, also);
  const ended = nothingLeft(history, wanted);
  if (ended !== undefined && also.length > 0) {
    return refused(66, `no host of run ${run} ended ${also.join(' or ')}, or is still open`);
  }
  if (ended !== undefined) return ended;

  const again = requestAgain(request, asked, history);
  const [runbook, inventory] = await Promise.all([
    checkRunbook(again.runbook, again),
    readInventory(again.inventory, again.reach),
  ]);
  const diagnostics = [...runbook.diagnostics, ...inventory.diagnostics];
  if (runbook.value === undefined || inventory.value === undefined) return { kind: 'invalid', diagnostics };
  const planned = await planRun(again, runbook.value, inventory.value);
  if (planned.kind === 'refused') return planned;
  const { plan } = planned;
  const given = await otherParam(again, asked, runbook.value, inventory.value, plan);
  if (given !== undefined) {
    return refused(
      64,
      `param ${given} is not what run ${run} was given: it goes on with its own, and only a secret is given again`,
    );
  }
  const changed = changedSince(asked, plan.runbook, inventory.value.hosts, [
    ...new Set([...history.hosts.map(({ host }) => host), ...(plan.delegates ?? []).map(({ name }) => name)]),
  ]);
  if (changed !== undefined) return refused(5, `${changed} since run ${run}: begin a new one`);
  const how = asked.kind === 'apply' ? await walkerOfTaken(again, asked.of ?? '', plan) : {};
  if (typeof how === 'string') return refused(5, how);
  // Without hosts only the end of the run is left to be written down.
  if (wanted.length > 0 && !(await request.approveHosts(run, wanted))) return refused(5, 'not approved');
  again.onPlan(plan, planned.warnings);

  const reach = await reachHosts(again);
  try {
    const opened = await openAgain(again, run);
    if ('problem' in opened) return refused(opened.exitCode, opened.problem);
    const { journal } = opened;
    // From here on nobody else goes on with it, or takes it back; until now somebody may have.
    const latest = readHistory(opened.events);
    const open = due(latest.hosts, also);
    const hosts = wanted.filter((host) => open.includes(host));
    const told = await earlierUndos(state, run);
    const undos = nothingLeft(latest, hosts) ?? (typeof told === 'string' ? refused(5, told) : told);
    if ('kind' in undos) {
      await journal.close();
      return undos;
    }
    for (const event of toldBefore(opened.events, hosts)) request.onBefore?.(event);
    const resume: Resume = {
      run,
      startedAt: Date.parse(history.startedAt),
      lastSeq: latest.lastSeq,
      operator: opened.operator,
      histories: new Map(latest.hosts.map((host) => [host.host, host])),
      hosts: new Set(hosts),
      undone: undoneHosts(undos),
    };
    const kept = await execute(again, plan, inventory.value, reach.transportFor, {
      kind: asked.kind,
      ...how,
      resume: { resume, journal },
    });
    if (kept.kind === 'not_begun') return notBegun(kept.failure);
    return { kind: 'ran', result: withJournal(kept), diagnostics };
  } finally {
    await reach.close();
  }
}

/** Where a run has ended, and none of its hosts is to be gone on with. */
function nothingLeft({ run, exitCode, hosts }: RunHistory, due: readonly string[]) {
  if (due.length > 0 || exitCode === undefined) return undefined;
  const outcomes = hosts.flatMap(({ outcome }) => outcome ?? []);
  return { kind: 'nothing_left', run, exitCode, outcomes } as const;
}

/** A run's beginning, and the last end of each host that is not gone on with. */
function toldBefore(events: readonly Event[], again: readonly string[]): readonly Event[] {
  const ends = new Map(
    events.flatMap((event) => (event.type === 'host.finished' ? [[event.host, event] as const] : [])),
  );
  for (const host of again) ends.delete(host);
  return [...events.slice(0, 1), ...ends.values()];
}

function requestAgain(request: ResumeRequest, asked: RunRequest, history: RunHistory): WholeRequest {
  const limit = history.hosts.map(({ host }) => host).join(',');
  return wholeRequest({ ...request, ...askedAgain(asked, request), limit });
}

/** A param that is no secret, and that what is given now would make another one than the run had. */
async function otherParam(
  again: WholeRequest,
  asked: RunRequest,
  runbook: Runbook,
  inventory: Inventory,
  { hosts }: Plan,
): Promise<string | undefined> {
  const clear = runbook.params.filter(({ name, type }) => type !== 'secret' && again.extra.has(name));
  if (clear.length === 0) return undefined;
  const names = new Set(clear.map(({ name }) => name));
  const then = asked.extra.filter(({ name, text }) => names.has(name) && text !== '***');
  const others = [...again.extra].filter(([name]) => !names.has(name));
  const extra = new Map([...others, ...then.map(({ name, text }) => [name, text] as const)]);
  const was = await planRun({ ...again, extra }, runbook, inventory);
  const paramsOf = (of: Plan['hosts'], name: string) => canonicalJson(of.map(({ params }) => plainJson(params[name])));
  if (was.kind === 'refused') return clear[0]?.name;
  return clear.find(({ name }) => paramsOf(was.plan.hosts, name) !== paramsOf(hosts, name))?.name;
}

const failed: readonly Verdict[] = ['not_fixed', 'rolled_back', 'rollback_failed', 'undetermined', 'refused'];

/** Hosts to go on with: those that have not ended, those of which something is unknown, and what was asked for besides. */
function due(hosts: readonly HostHistory[], also: readonly ('failed' | 'unreachable')[]): readonly string[] {
  const wanted = new Set(also.flatMap((which) => (which === 'failed' ? failed : [which])));
  return hosts.flatMap((history) => {
    const { host, outcome } = history;
    const verdict = outcome?.verdict;
    const open = verdict === undefined || verdict === 'not_started' || !hasEnded(history);
    return open || wanted.has(verdict) ? [host] : [];
  });
}

type Opened =
  | { readonly journal: Journal; readonly events: readonly Event[]; readonly operator: string }
  | { readonly exitCode: 5 | 74; readonly problem: string };

async function openAgain({ clock, stateDirectory = '' }: MendRequest, run: string): Promise<Opened> {
  const [{ reopenJournal }, { operator }, { systemClock }] = await Promise.all([
    import('../journal/open-journal.ts'),
    import('../journal/run-request.ts'),
    import('../transports/clock.ts'),
  ]);
  try {
    const opened = await reopenJournal({ state: stateDirectory, run, clock: clock ?? systemClock });
    if (opened.kind === 'open') return { journal: opened.journal, events: opened.events, operator: operator() };
    return {
      exitCode: 5,
      problem: `the journal is damaged in line ${opened.damage.line}: ${opened.damage.what}`,
    } as const;
  } catch (error) {
    if (!(error instanceof JournalFailure)) throw error;
    return { exitCode: error.locked ? 5 : 74, problem: error.message };
  }
}
