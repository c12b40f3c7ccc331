import type { AttemptRecord, UnitRecord } from '../model/history.ts';
import { Unknown } from '../model/unknown.ts';
import { type Applied, applyFix } from './apply-fix.ts';
import { adoptOn, markChanges, placesIn } from './delegate.ts';
import { fixKey, keyText } from './fix-key.ts';
import type { DueChange } from './inspect-calls.ts';
import { standsAs } from './look-again.ts';
import { type Claims, lookAtClaims } from './own-claims.ts';
import { markerMayBeGone } from './past.ts';
import { holdsSecret, maskedChange } from './recorded-change.ts';
import { type StepPlace, stampOf } from './step-place.ts';

type Result = NonNullable<AttemptRecord['result']>;
type UnknownEnd = Extract<Applied, { kind: 'unknown' }>;

/** How the last attempt ended, asked of the host where nobody wrote it down, and this process has not asked yet. */
export async function resultOf(
  place: StepPlace,
  record: UnitRecord,
  last: AttemptRecord,
  claims: Claims,
): Promise<Result> {
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
      return lastWord(
        await byWhatStands(place, due, knownToBegin(last, applied), claims),
        applied,
        claims,
        last.result,
      );
  }
}

/** A marker that is missing since another boot says nothing once an earlier resume has asked in vain: there may have been one then. */
function knownToBegin({ result }: AttemptRecord, end: UnknownEnd): UnknownEnd {
  const { absent, ...begun } = end;
  return result?.final === true ? begun : end;
}

/** What is unknown after host and step were asked stays so. */
function lastWord(result: Result, { asked }: UnknownEnd, claims: Claims, before: Result | undefined): Result {
  const final = claims !== 'later' || before?.final === true;
  return result.outcome === 'unknown' && asked === true && final ? { ...result, final } : result;
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
