// Saved plans: a dry run whose plan goes into a file, and a run that carries out just what such a file shows. The line itself
// is mend.ts.

import { randomBytes } from 'node:crypto';
import type { Walker } from '../engine/walk.ts';
import type { Dialled } from '../journal/collect-plan.ts';
import {
  checkRunbook,
  execute,
  type How,
  mend,
  planRun,
  reachHosts,
  readInventory,
  secretsOfReach,
  withJournal,
} from '../mend.ts';
import { type MendEnd, type MendRequest, notBegun, refused, type WholeRequest, wholeRequest } from '../mend-request.ts';
import type { Event } from '../model/event.ts';
import type { JsonObject } from '../model/json.ts';
import type { HostPlan, Plan } from '../model/plan.ts';
import type { SavedHost, SavedPlan } from '../model/saved-plan.ts';
import { secretsIn } from '../model/secret.ts';
import { mendgateVersion } from '../version.ts';
import { askedAgain } from './asked-again.ts';
import { otherSource } from './other-source.ts';

/** How making a plan ended; without `saved` nothing was written. */
export interface SaveEnd {
  readonly end: MendEnd;
  readonly saved?: SavedPlan;
  /** There was a plan, and it could not be written. */
  readonly problem?: string;
}

/** What is asked of the making of a plan: as of a run. */
export type SaveRequest = Omit<MendRequest, 'mode'> & { readonly stateDirectory: string };

/** Looks at every host as a dry run does, and writes what it would do into a file that is good for `forMs`. */
export async function savePlan(asked: SaveRequest, file: string, forMs: number): Promise<SaveEnd> {
  const request = wholeRequest({ ...asked, mode: 'dry_run' });
  const events: Event[] = [];
  let planned: Plan | undefined;
  const end = await mend({
    ...request,
    sinks: [...request.sinks, (event) => void (isOfPlan(event) && events.push(event))],
    onPlan(plan, warnings) {
      planned = plan;
      request.onPlan(plan, warnings);
    },
  });
  if (end.kind !== 'ran' || planned === undefined || request.stopping.aborted) return { end };
  const [{ collectPlan }, { writeSavedPlan, PlanFileFailure }, { systemClock }] = await Promise.all([
    import('../journal/collect-plan.ts'),
    import('../journal/saved-plan.ts'),
    import('../transports/clock.ts'),
  ]);
  const redact = await redactorOf(request, planned);
  const collected = collectPlan(events, {
    id: randomBytes(16).toString('hex'),
    now: (request.clock ?? systemClock).now(),
    forMs,
    mendgate: mendgateVersion(),
    delegates: planned.delegates ?? [],
    dialled: new Map(planned.hosts.map((each) => [each.host.name, dialledOf(each, redact)])),
  });
  if (collected === undefined) return { end };
  try {
    await writeSavedPlan(file, collected);
    return { end, saved: collected };
  } catch (error) {
    if (!(error instanceof PlanFileFailure)) throw error;
    return { end, problem: error.message };
  }
}

function isOfPlan({ type }: Event): boolean {
  if (type === 'delegate.connected') return true;
  return type === 'run.started' || type === 'host.connected' || type === 'host.planned' || type === 'host.finished';
}

function dialledOf({ host, params }: Plan['hosts'][number], redact: Redact): Dialled {
  const { address, port } = host.connect;
  // Secrets become `***` on the way.
  return { address, port, params: JSON.parse(JSON.stringify(redact(params))) as JsonObject };
}

type Redact = <T>(value: T) => T;

async function redactorOf({ reach }: WholeRequest, plan: Plan): Promise<Redact> {
  const { createRedactor } = await import('../engine/redact.ts');
  const secrets = [...secretsOfReach(reach, plan), ...plan.hosts.flatMap(({ params }) => secretsIn(params))];
  return createRedactor(secrets).value;
}

/** A plan file, or why it isn't one to carry out. 65: it is no plan; 5: it is one that must not be. */
export type FoundPlan =
  | { readonly kind: 'plan'; readonly plan: SavedPlan }
  | { readonly kind: 'none'; readonly exitCode: 5 | 65; readonly problem: string };

/** Reads a plan file, whole and as it was made. */
export async function findPlan(file: string): Promise<FoundPlan> {
  const { readSavedPlan, PlanFileFailure } = await import('../journal/saved-plan.ts');
  try {
    const read = await readSavedPlan(file);
    if (read.kind === 'plan') return read;
    return { kind: 'none', exitCode: read.kind === 'edited' ? 5 : 65, problem: `${file}: ${read.problem}` };
  } catch (error) {
    if (!(error instanceof PlanFileFailure)) throw error;
    return { kind: 'none', exitCode: 65, problem: error.message };
  }
}

/** What is asked of an apply; the rest stands in the plan. */
export type ApplyRequest = Omit<
  MendRequest,
  | 'runbook'
  | 'inventory'
  | 'limit'
  | 'mode'
  | 'approvePlan'
  | 'becomeByDefault'
  | 'tags'
  | 'skipTags'
  | 'startAt'
  | 'expectHosts'
  | 'detailedExitCode'
> & { readonly plan: SavedPlan; readonly stateDirectory: string };

/** Why a plan can't be carried out by now, before anything is asked of anybody; `undefined`: nothing is against it. */
export async function planUnfit(plan: SavedPlan, state: string, now?: number): Promise<string | undefined> {
  const [{ planProblem }, { planUse, usedText }, { systemClock }] = await Promise.all([
    import('../journal/plan-problem.ts'),
    import('../journal/used-plans.ts'),
    import('../transports/clock.ts'),
  ]);
  const used = await planUse(state, plan.id);
  if (used !== undefined) return usedText(used);
  return planProblem(plan, mendgateVersion(), now ?? systemClock.now());
}

/** Names of the hosts on which a plan has something to do. */
export async function dueHosts(plan: SavedPlan): Promise<readonly string[]> {
  const { isDue } = await import('../engine/outcome-of-plan.ts');
  return plan.hosts.filter((host) => isDue(host.plan)).map(({ host }) => host);
}

/**
 * Carries a saved plan out: on each of its hosts where all still is as the plan says, and nothing but what it shows. `refused` with
 * exit code 5: the plan itself doesn't hold any more, and no host was touched.
 */
export async function applyPlan(request: ApplyRequest): Promise<MendEnd> {
  const { plan: saved, stateDirectory } = request;
  const unfit = await planUnfit(saved, stateDirectory, request.clock?.now());
  if (unfit !== undefined) return refused(5, unfit);
  const due = await dueHosts(saved);
  if (due.length === 0) return refused(66, 'the plan changes nothing');
  const elsewhere = otherSource(saved, request.secrets);
  if (elsewhere !== undefined) return refused(5, elsewhere);

  // Those too that looked for others: whoever counts on that needs it again.
  const looking = saved.hosts.filter((each) => due.includes(each.host)).flatMap(lookedElsewhere);
  const again = requestAgain(request, saved, [...new Set([...due, ...looking])]);
  const [runbook, inventory] = await Promise.all([
    checkRunbook(again.runbook, again),
    readInventory(again.inventory, again.reach),
  ]);
  const diagnostics = [...runbook.diagnostics, ...inventory.diagnostics];
  if (runbook.value === undefined || inventory.value === undefined) return { kind: 'invalid', diagnostics };
  const { changedSince } = await import('../journal/changed-since.ts');
  const { hosts, unseen, delegates = [] } = saved;
  const chosen = [...new Set([...hosts, ...unseen, ...delegates].map(({ host }) => host))];
  const changed = changedSince(saved.request, runbook.value, inventory.value.hosts, chosen);
  if (changed !== undefined) return refused(5, `${changed} since the plan was made; make a new one`);
  const planned = await planRun(again, runbook.value, inventory.value);
  if (planned.kind === 'refused') return planned;
  const redact = await redactorOf(again, planned.plan);
  const other = await otherParams(saved, planned.plan, redact);
  if (other !== undefined) return refused(5, `${other} since the plan was made; make a new one`);
  again.onPlan(planned.plan, planned.warnings);

  const reach = await reachHosts(again);
  try {
    const how = { kind: 'apply', of: saved.id, ...(await howOf(saved, redact, again)) } as const;
    const kept = await execute(again, planned.plan, inventory.value, reach.transportFor, how);
    if (kept.kind === 'not_begun') return notBegun(kept.failure);
    return { kind: 'ran', result: withJournal(kept), diagnostics };
  } finally {
    await reach.close();
  }
}

/** Hosts that ran `run_once` steps for this one. */
function lookedElsewhere({ plan }: SavedHost): readonly string[] {
  return plan.steps.flatMap(({ result: { on } }) => on ?? []);
}

function requestAgain(request: ApplyRequest, { request: asked }: SavedPlan, due: readonly string[]): WholeRequest {
  const approvePlan = async () => true;
  return wholeRequest({ ...request, ...askedAgain(asked, request), limit: due.join(','), approvePlan });
}

/** Params come from the runbook, the inventory and the line that made the plan; all of them were compared, and this is the proof. */
async function otherParams(saved: SavedPlan, plan: Plan, redact: Redact): Promise<string | undefined> {
  const { jsonDifferences } = await import('../engine/json-differences.ts');
  const before = new Map(saved.hosts.map(({ host, params }) => [host, params]));
  const texts = plan.hosts.flatMap((each) =>
    jsonDifferences('', before.get(each.host.name), dialledOf(each, redact).params).map(
      (text) => `${each.host.name}: param ${text}`,
    ),
  );
  return texts.length === 0 ? undefined : `${texts.slice(0, 3).join('; ')}: changed`;
}

/** The walk of a run that carries a saved plan out, for one that goes on with it, and whom that delegates to; why that can't be had. */
export async function walkerOfTaken(request: WholeRequest, id: string, plan: Plan): Promise<PlannedHow | string> {
  const { takenPlan } = await import('../journal/used-plans.ts');
  const taken = await takenPlan(request.stateDirectory ?? '', id);
  if (taken.kind !== 'plan') return `the plan that this run carries out: ${taken.problem}; apply it anew`;
  return howOf(taken.plan, await redactorOf(request, plan), request);
}

type PlannedHow = Required<Pick<How, 'walker' | 'knownDelegates'>>;

async function howOf(saved: SavedPlan, redact: Redact, request: MendRequest): Promise<PlannedHow> {
  const walker = await planWalker(saved, redact, request);
  return { walker, knownDelegates: new Map((saved.delegates ?? []).map((ids) => [ids.host, ids])) };
}

async function planWalker(
  saved: SavedPlan,
  redact: Redact,
  { clock, stateDirectory = '' }: MendRequest,
): Promise<Walker> {
  const [{ approvedWalker }, { takePlan }, { operator }, { systemClock }] = await Promise.all([
    import('../engine/approved-walk.ts'),
    import('../journal/used-plans.ts'),
    import('../journal/run-request.ts'),
    import('../transports/clock.ts'),
  ]);
  const at = (): string => new Date((clock ?? systemClock).now()).toISOString();
  let taken: Promise<string | undefined> | undefined;
  return approvedWalker({
    hosts: new Map(saved.hosts.map((host) => [host.host, host])),
    // As an event, which is how the plan was saved.
    redact: (plan: HostPlan) => redact({ type: 'host.planned', seq: 0, plan }).plan,
    take(run) {
      taken ??= takePlan(stateDirectory, saved, { run, operator: operator(), at: at() });
      return taken;
    },
  });
}
