import type { AttemptRecord, UnitRecord } from '../model/history.ts';
import { HostFailure } from '../model/host-failure.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import type { Registry } from '../model/pack.ts';
import type { PlannedChange } from '../model/plan.ts';
import { Unknown } from '../model/unknown.ts';
import { type Applied, applyFix } from './apply-fix.ts';
import { backFrom } from './back-from.ts';
import { adoptOn, markChanges, placesIn, sessionOn } from './delegate.ts';
import { fixKey, keyText } from './fix-key.ts';
import type { HostRun, MadeChange } from './host-run.ts';
import type { DueChange } from './inspect-calls.ts';
import { type Claims, lookAtClaims } from './own-claims.ts';
import { goesOn, markerMayBeGone } from './past.ts';
import { plainJson } from './plain-json.ts';
import { plainParams } from './read-probes.ts';
import { holdsSecret, maskedChange, recordedChange } from './recorded-change.ts';
import { type StepPlace, stampOf } from './step-place.ts';

/** How a unit stands that an earlier process of this run was at. */
export type Resumed =
  /** Nothing of it was begun: it is attempted, from this attempt on. */
  | { readonly kind: 'fresh'; readonly attempt: number }
  /** Its changes are made. `verified`: its own claim held too. `takenBack`: later, and that was done already. */
  | {
      readonly kind: 'made';
      readonly standing: readonly Recorded[];
      readonly verified: boolean;
      readonly takenBack: boolean;
    }
  /** `takenBack`: that was done already. */
  | {
      readonly kind: 'failed';
      readonly reason: string;
      readonly standing: readonly Recorded[];
      readonly takenBack: boolean;
    }
  | { readonly kind: 'unknown'; readonly reason: string; readonly standing: readonly Recorded[] };

/** A change of a unit's record; `due` is a text where it can't be looked at or undone any more. */
export interface Recorded {
  readonly planned: PlannedChange;
  readonly due: DueChange | string;
  /** Its place among the unit's changes: part of its undo's key. */
  readonly index: number;
}

/** Settles what another process left of a unit: by its record, else by the host's marker, else by what stands on the host. */
export async function resumeUnit(place: StepPlace, record: UnitRecord, claims: Claims): Promise<Resumed> {
  const last = record.attempts.at(-1);
  const { past } = place.run;
  if (last === undefined || past === undefined || !goesOn(past, record)) return fresh(record);
  const earlier = record.attempts.slice(0, -1).flatMap((attempt) => begunOf(attempt));
  const { finished, rollback } = record;
  if (finished?.outcome === 'changed') {
    return {
      kind: 'made',
      standing: recorded(place.run.parts.registry, record, [...earlier, ...last.changes]),
      verified: true,
      takenBack: rollback === 'done',
    };
  }
  if (rollback === 'done' || finished?.outcome === 'rolled_back') {
    const reason = finished?.reason ?? last.result?.reason ?? 'its fix failed before the run broke off';
    const standing = recorded(place.run.parts.registry, record, [...earlier, ...begunOf(last)]);
    return { kind: 'failed', reason, standing, takenBack: true };
  }
  if (rollback !== undefined) {
    const standing = recorded(place.run.parts.registry, record, [...earlier, ...begunOf(last)]);
    const reason = finished?.reason ?? last.result?.reason ?? 'it was being taken back when the run broke off';
    return { kind: 'failed', reason, standing, takenBack: false };
  }
  const result = await resultOf(place, record, last, claims);
  const standing = (changes: readonly PlannedChange[]) =>
    recorded(place.run.parts.registry, record, [...earlier, ...changes]);
  switch (result.outcome) {
    case 'done':
      return { kind: 'made', standing: standing(last.changes), verified: false, takenBack: false };
    case 'not_started':
      if (earlier.length === 0) return fresh(record);
      return {
        kind: 'failed',
        reason: 'only a part was done before the run broke off',
        standing: standing([]),
        takenBack: false,
      };
    case 'failed': {
      const begun = standing(last.changes.slice(0, result.begun ?? last.changes.length));
      return { kind: 'failed', reason: result.reason ?? 'failed', standing: begun, takenBack: false };
    }
    case 'unknown':
      return {
        kind: 'unknown',
        reason: `${result.reason ?? 'unknown'}${result.final === true ? byHand : ''}`,
        standing: standing(last.changes.slice(0, result.begun ?? 0)),
      };
  }
}

const byHand = '; look at it by hand: an undo takes back all else, and a resume asks its step again';

function fresh(record: UnitRecord): Resumed {
  return { kind: 'fresh', attempt: Math.max(0, ...record.attempts.map(({ attempt }) => attempt)) + 1 };
}

function begunOf({ changes, result }: AttemptRecord): readonly PlannedChange[] {
  if (result?.outcome === 'not_started') return [];
  return result?.outcome === 'failed' ? changes.slice(0, result.begun ?? changes.length) : changes;
}

/** What of a unit stands according to its record, in the order in which it was made. */
export function recordedUnit(registry: Registry, record: UnitRecord): Recorded[] {
  return [...recorded(registry, record, record.attempts.flatMap(begunOf))];
}

/** Later attempts are about what earlier ones left: the first attempt's list has every change once. */
function recorded(registry: Registry, record: UnitRecord, changes: readonly PlannedChange[]): readonly Recorded[] {
  const texts = (record.attempts[0]?.changes ?? []).map((change) => canonicalJson(plainJson(change)));
  return changes.map((planned) => ({
    planned,
    due: recordedChange(registry, planned),
    index: Math.max(0, texts.indexOf(canonicalJson(plainJson(planned)))),
  }));
}

type Result = NonNullable<AttemptRecord['result']>;
type UnknownEnd = Extract<Applied, { kind: 'unknown' }>;

/** How the last attempt ended, asked of the host where nobody wrote it down, and this process has not asked yet. */
async function resultOf(place: StepPlace, record: UnitRecord, last: AttemptRecord, claims: Claims): Promise<Result> {
  const { past } = place.run;
  const key = keyText(record.key);
  if (last.result !== undefined && last.result.outcome !== 'unknown') return last.result;
  // Asked before the walk came to its step, which may know more.
  const known = past?.asked.has(key) === true && !past.saidAll.has(key);
  return last.result !== undefined && known ? last.result : askResult(place, record, last, claims);
}

/** Asks the host how an attempt ended; the answer is written down before it counts. */
export async function askResult(
  place: StepPlace,
  record: UnitRecord,
  last: AttemptRecord,
  claims: Claims,
): Promise<Result> {
  const { run } = place;
  run.past?.asked.add(keyText(record.key));
  const begun = run.parts.clock.monotonic();
  const result = await askHost(place, record, last, claims);
  const ms = run.parts.clock.monotonic() - begun;
  markChanges(run, placesIn(last.changes));
  const key = fixKey(place, record.alternative);
  await run.parts.emit({ type: 'fix.result', ...stampOf(place), key, attempt: last.attempt, ...result, ms });
  return result;
}

async function askHost(place: StepPlace, record: UnitRecord, last: AttemptRecord, claims: Claims): Promise<Result> {
  const { run, step } = place;
  const due: DueChange[] = [];
  for (const planned of last.changes) {
    // The host keeps how it ended by the fix's name; what was in it is not needed for that.
    const change = maskedChange(run.parts.registry, planned);
    if (typeof change === 'string') return { outcome: 'unknown', reason: change };
    due.push(change);
  }
  const key = [...fixKey(place, record.alternative), last.attempt];
  // A missing marker proves nothing once it may have been swept: then it is as on another boot.
  const gone = markerMayBeGone(last.at, run.parts.clock.now());
  const bootOn = (on: string | undefined) =>
    on === undefined ? last.bootId : last.delegates?.find(({ host }) => host === on)?.bootId;
  const time = { runMs: step.timeoutMs, waits: async () => {} };
  const applied = await applyFix(run, due, time, key, async (on, { key: asked, become, timeoutMs }) => {
    const bootId = gone ? undefined : bootOn(on);
    return adoptOn(run, on, { key: asked, become, timeoutMs, bootId });
  });
  switch (applied.kind) {
    case 'done':
      return { outcome: 'done' };
    case 'failed':
      return { outcome: 'failed', reason: applied.reason, begun: applied.begun.length };
    case 'busy':
      return applied.done.length === 0
        ? { outcome: 'not_started', reason: applied.reason }
        : { outcome: 'failed', reason: applied.reason, begun: applied.done.length };
    case 'not_started':
      return { outcome: 'not_started', reason: applied.reason };
    case 'unknown':
      if (applied.asked === true) run.past?.saidAll.add(keyText(record.key));
      return lastWord(await byWhatStands(place, due, applied, claims), applied, claims);
  }
}

/** What is unknown after host and step were asked stays so. */
function lastWord(result: Result, { asked }: UnknownEnd, claims: Claims): Result {
  return result.outcome === 'unknown' && asked === true && claims !== 'later' ? { ...result, final: true } : result;
}

/** The host can't tell how the fix ended; where it is over, what stands there may. */
async function byWhatStands(
  place: StepPlace,
  due: readonly DueChange[],
  { reason, begun, absent, over }: UnknownEnd,
  claims: Claims,
): Promise<Result> {
  if (over !== true) return { outcome: 'unknown', reason, begun: begun.length };
  const looked = due.filter(({ action }) => action.converges);
  if (looked.some(holdsSecret)) return { outcome: 'unknown', reason, begun: begun.length };
  const found = await Promise.all(looked.map((change) => standsAs(place.run, change)));
  // Commands leave nothing to look at; their step tells, once the walk has come to it.
  const said = looked.length === due.length ? undefined : await lookAtClaims(place, claims);
  const unclear = [...found, said?.stands].find((stands) => stands instanceof Unknown);
  if (unclear !== undefined) return { outcome: 'unknown', reason: `${reason}; ${unclear.reason}`, begun: begun.length };
  const stands = [...found, ...(said === undefined ? [] : [said.stands])];
  const why = said === undefined ? reason : `${reason}; ${said.why}`;
  if (stands.every((each) => each === 'after')) return { outcome: 'done', reason: why };
  // Of commands that were begun something may be done, though what they are for is not.
  const none = said === undefined || (absent === true && begun.length === 0);
  if (none && stands.every((each) => each === 'before')) return { outcome: 'not_started', reason: why };
  const part = stands.includes('after') ? '; only a part of it was done' : '';
  return { outcome: 'failed', reason: `${why}${part}`, begun: due.length };
}

/** Whether a change stands on the host, or its before-state does; why that can't be told. */
export async function standsAs(run: HostRun, due: DueChange): Promise<'before' | 'after' | Unknown> {
  const found = await lookAgain(run, due);
  return found instanceof Unknown ? found : found.stands;
}

/** How a change stands on the host, and as what it would be taken back from there. */
export async function lookAgain(
  run: HostRun,
  due: DueChange,
): Promise<{ readonly stands: 'before' | 'after'; readonly back: DueChange } | Unknown> {
  const { action } = due;
  if (!action.converges) return new Unknown(`${action.name} leaves nothing to look at`);
  const label = { kind: 'inspect', name: action.name, params: plainParams(due.params) } as const;
  try {
    const session = await sessionOn(run, due.on);
    const now = await action.inspect(session.inspector(label, due.become, 60_000), due.params as never);
    if (now instanceof Unknown) return new Unknown(`${action.name}: ${now.reason}`);
    // A state is JSON, or an Unknown: defineAction's types hold every action to it.
    const state = now as Json;
    const back = backFrom(due, plainJson(state));
    if (back === undefined) return new Unknown(`${action.name}: what it had made there was changed`);
    if (action.diff(state, due.params as never) === undefined) return { stands: 'after', back };
    return action.same(back.before, plainJson(state))
      ? { stands: 'before', back }
      : new Unknown(`${action.name}: neither as before nor as wanted`);
  } catch (error) {
    if (!(error instanceof HostFailure) || error.phase === 'lost' || error.phase === 'cancelled') throw error;
    return new Unknown(`${action.name}: ${error.message}`);
  }
}

/** A recorded change as one that was made, so that it can be taken back. */
export function madeAgain(place: StepPlace, alternative: string | undefined, entry: Recorded): MadeChange | string {
  const { due, planned, index } = entry;
  if (typeof due === 'string') return due;
  const { action, params, before, change, touches, become, on } = due;
  const undoKey = [...fixKey(place, alternative), 'undo', index];
  return { step: place.id, action, params, before, change, touches, become, on, planned, undoKey };
}
