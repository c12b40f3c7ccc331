import { decide } from '../expr/cond.ts';
import type { Scope } from '../expr/evaluate.ts';
import { interpolate } from '../expr/interpolate.ts';
import type { DelegateIds } from '../model/history.ts';
import { HostFailure } from '../model/host-failure.ts';
import { anyOverlap, type Resource } from '../model/resource.ts';
import type { ActionCall, Become, ProbeCall, Runbook, Text } from '../model/runbook.ts';
import type { AdoptRequest, FixOutcome, FixRequest } from '../model/transport.ts';
import { delegateIds } from './delegates.ts';
import type { FixKey } from './fix-key.ts';
import { reasonFor } from './helps.ts';
import type { EngineParts, HostRun, PendingChange, Touch } from './host-run.ts';
import type { FixWait } from './recover-fix.ts';
import { type Session, sessionOver } from './session.ts';

/** Where a call is carried out: `undefined` is its own host. */
export type Place = string | undefined;

/** Where a call is carried out, or why that can't be told. A host that delegates to itself delegates to nobody. */
export function placeOfCall(
  run: HostRun,
  text: Text | undefined,
  scope: Scope,
): { readonly on: Place } | { readonly problem: string } {
  if (text === undefined) return { on: undefined };
  const told = interpolate(text, scope);
  if (told.kind === 'unknown') return { problem: 'delegate_to is unknown' };
  if (told.kind === 'error') return { problem: `delegate_to: ${told.message}` };
  const { value } = told;
  if (typeof value !== 'string') return { problem: 'delegate_to is not the name of a host' };
  if (value === run.planned.host.name) return { on: undefined };
  if (run.parts.delegates?.find(value) !== undefined) return { on: value };
  return { problem: `delegate_to: this run does not reach ${value === '' ? 'a host without a name' : value}` };
}

/** What this walk does on that host. Rejects with a HostFailure that is the step's, not its host's. */
export async function sessionOn(run: HostRun, on: Place): Promise<Session> {
  if (on === undefined) return run.session;
  const known = run.delegated.get(on);
  if (known !== undefined) return known;
  const opening = openOn(run, on);
  run.delegated.set(on, opening);
  opening.catch(() => run.delegated.delete(on));
  return opening;
}

async function openOn(run: HostRun, on: string): Promise<Session> {
  const { delegates, startedAt, clock, reader } = run.parts;
  if (delegates === undefined) throw new Error('this run has no delegates');
  return sessionOver(await delegates.reach(on), startedAt, clock, reader, run.planned.host.name);
}

/** Carries a fix out there. What was read ahead, on whichever host, may not hold afterwards. */
export async function fixOn(
  run: HostRun,
  on: Place,
  request: FixRequest,
  waits?: (wait: FixWait) => Promise<void>,
): Promise<FixOutcome> {
  if (on === undefined) return run.session.fix(request, waits);
  try {
    const session = await sessionOn(run, on);
    run.session.ahead.clear();
    return await session.fix(request, waits);
  } catch (error) {
    if (!(error instanceof HostFailure) || error.phase === 'cancelled') throw error;
    // Only what comes before the fix is sent fails like this.
    return { kind: 'not_started', failure: error };
  }
}

/** Asks what became of a fix that was sent there. */
export async function adoptOn(run: HostRun, on: Place, request: AdoptRequest): Promise<FixOutcome> {
  try {
    return await (await sessionOn(run, on)).adopt(request);
  } catch (error) {
    if (!(error instanceof HostFailure) || error.phase === 'cancelled') throw error;
    return { kind: 'unknown', failure: error, answers: [] };
  }
}

/** Calls that may be carried out elsewhere, and the `delegate_to` of the step around them. */
interface Calls {
  readonly calls: readonly (ProbeCall | ActionCall)[];
  readonly delegateTo: Text | undefined;
}

/** The other hosts on which these calls are carried out, as far as that can be told. */
export function placesOf(run: HostRun, { calls, delegateTo }: Calls, scope: Scope): readonly string[] {
  const places = calls.flatMap((call) => {
    const text = call.delegateTo ?? delegateTo;
    if (text === undefined) return [];
    if ('when' in call && call.when !== undefined && decide(call.when, scope).held === false) return [];
    const place = placeOfCall(run, text, scope);
    return 'on' in place ? (place.on ?? []) : [];
  });
  return [...new Set(places)];
}

/** Why one of these hosts cannot be reached; `undefined`: all can. */
export async function unreached(run: HostRun, places: readonly string[]): Promise<string | undefined> {
  const reasons = await Promise.all(places.map((on) => failureOf(run, () => sessionOn(run, on))));
  return reasons.find((reason) => reason !== undefined);
}

/** Why one of these hosts must not be changed for this one; `undefined`: their locks are ours. */
export async function lockedElsewhere(run: HostRun, places: readonly string[]): Promise<string | undefined> {
  for (const on of places) {
    let refused: string | undefined;
    const failed = await failureOf(run, async () => {
      refused = await (await sessionOn(run, on)).lockRefusal();
    });
    if (failed !== undefined || refused !== undefined) return failed ?? refused;
  }
  return undefined;
}

async function failureOf(run: HostRun, work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (!(error instanceof HostFailure) || error.phase === 'cancelled') throw error;
    return reasonFor(run, error);
  }
}

/** The other hosts among those on which changes are made. */
export function placesIn(changes: readonly { readonly on?: Place }[]): readonly string[] {
  return [...new Set(changes.flatMap(({ on }) => on ?? []))];
}

/** The other hosts on which changes are made, as they are now. */
export async function idsIn(run: HostRun, places: readonly string[]): Promise<readonly DelegateIds[]> {
  const sessions = await Promise.all(places.map((on) => sessionOn(run, on)));
  return sessions.map(({ host, hostKey, machineId, bootId }) =>
    delegateIds(host.name, { hostKey, machineId: machineId(), bootId: bootId() }),
  );
}

/** Marks now as the time of the last change, on the host itself and on the others that were changed for it. */
export function markChanges(run: HostRun, places: readonly string[]): void {
  run.session.markChange();
  for (const on of places) {
    const marked = sessionOn(run, on).then((session) => session.markChange());
    // Then nothing is read there either.
    marked.catch(() => undefined);
  }
}

/** The journal was told how all that was sent under this key ended, on whichever host: its markers are not needed any more. */
export async function markRecorded(run: HostRun, key: FixKey): Promise<void> {
  // Where the journal lacks an end, the hosts' markers are all that knows it.
  if (run.parts.journalFailed?.aborted === true) return;
  const elsewhere = await Promise.allSettled(run.delegated.values());
  const reached = elsewhere.flatMap((opened) => (opened.status === 'fulfilled' ? [opened.value] : []));
  for (const session of [run.session, ...reached]) session.recorded(key);
}

/** Changes that a dry run did not make, and that would be seen in these resources of that host. */
export function unmadeOn(run: HostRun, on: Place, reads: readonly Resource[]): readonly PendingChange[] {
  return run.pending.filter((pending) => pending.on === on && anyOverlap(reads, pending.touches));
}

/** Waits until no other walk is between its look at these hosts (or this one) and its change; gives how to end the turn. */
export async function turnOn({ parts, planned }: HostRun, places: readonly string[]): Promise<() => void> {
  const { delegates } = parts;
  if (delegates === undefined) return () => undefined;
  const { name } = planned.host;
  return delegates.turnOn(delegates.find(name) === undefined ? places : [name, ...places]);
}

/** These changes are about to be made: the walks of other hosts may meet them. */
export function touchAll({ parts, planned }: HostRun, changes: readonly Touch[]): void {
  const { name } = planned.host;
  for (const { on, touches } of changes) parts.delegates?.touch(on ?? name, touches, name);
}

/** Whether this run changed any of these resources, of a host or of the one it delegates to (`on`), in the walks of other hosts. */
export function touchedByOthers(
  { delegates }: Pick<EngineParts, 'delegates'>,
  host: string,
  on: Place,
  resources: readonly Resource[],
): boolean {
  return anyOverlap(resources, delegates?.touchedOn(on ?? host, host) ?? []);
}

/** Who a call runs as on the host where it is carried out: nearest wins. */
export function becomeOf(run: HostRun, runbook: Runbook, step?: Become, call?: Become, on?: string): Become {
  const host = on === undefined ? run.planned.host : (run.parts.delegates?.find(on) ?? run.planned.host);
  return call ?? step ?? runbook.become ?? host.connect.become ?? run.parts.becomeByDefault;
}
