import type { Scope } from '../expr/evaluate.ts';
import { interpolateText } from '../expr/interpolate.ts';
import { assertNever } from '../model/assert-never.ts';
import { canonicalJson } from '../model/json.ts';
import type { PlannedChange } from '../model/plan.ts';
import type { StepResult } from '../model/result.ts';
import type { ActionCall, Check, Cond, Risky, StepRollback, Text } from '../model/runbook.ts';
import type { Unknown } from '../model/unknown.ts';
import { approvalMissing } from './approval.ts';
import { attemptUnit } from './attempt-unit.ts';
import type { DeadManSwitch } from './dead-man.ts';
import { lockedElsewhere, markRecorded, placesIn, placesOf, turnOn, unreached } from './delegate.ts';
import { backKey, type FixKey, fixKey } from './fix-key.ts';
import type { MadeChange } from './host-run.ts';
import { type DueChange, inspectCalls } from './inspect-calls.ts';
import { ownRollback } from './own-rollback.ts';
import { goesOn } from './past.ts';
import { plannedChange } from './planned-change.ts';
import { maskedChanges } from './recorded-change.ts';
import { madeAgain, type Resumed, sinceOf } from './resume-unit.ts';
import { confirmUnit, deadManOf, resumeGuarded, takenBackByHost } from './risky-unit.ts';
import { failedParts, runCheck } from './run-check.ts';
import { lookOf, type StepPlace, stampOf } from './step-place.ts';
import { takeBack } from './take-back.ts';

/** One fix with all that belongs to it: a step's, or one alternative's. */
export interface Unit {
  readonly calls: readonly ActionCall[];
  /** Its step's, and its own where it is an alternative. */
  readonly gate: Cond;
  readonly verify: Check | undefined;
  readonly rollback: StepRollback;
  readonly confirm: Text | undefined;
  readonly alternative: string | undefined;
  readonly risky: Risky | undefined;
}

export interface UnitResult {
  readonly result: StepResult;
  readonly changes: readonly PlannedChange[];
  readonly confirm?: string;
  readonly irreversible?: string;
  readonly revertAfterMs?: number;
  /** Approval is missing, or the host is not what was approved. */
  readonly refused?: string;
  /** Ctrl-C while it waited for its turn: nothing of it was begun. */
  readonly interrupted?: true;
  /** Failed before it was tried: it says nothing of whether it would help. */
  readonly untried?: true;
  /** A host that it delegates to cannot be reached. */
  readonly away?: true;
  /** Made, and still there: the caller decides by `on_failure`. */
  readonly standing: readonly MadeChange[];
  /** Takes this unit's changes back. */
  readonly takeBack: () => Promise<string | undefined>;
  /** Of a risky fix that its host took back: what is to be said of that. */
  readonly howReverted?: () => string | undefined;
}

const nothingToTakeBack = async (): Promise<undefined> => undefined;

/** Gate is open: look, decide, and in a real run approve, apply, look again, verify. */
export async function makeUnit(place: StepPlace, unit: Unit, scope: Scope): Promise<UnitResult> {
  const { run } = place;
  const key = canonicalJson(fixKey(place, unit.alternative));
  const record = run.past?.units.get(key);
  run.past?.met.add(key);
  if (run.dryRun && run.past !== undefined && record !== undefined && goesOn(run.past, record)) {
    return plain({ outcome: 'ok', reason: 'this run has made it already' });
  }
  const deadMan = deadManOf(place, unit, scope);
  const claims = { gate: unit.gate, verify: unit.verify, scope };
  const resumed = record === undefined || run.dryRun ? undefined : await resumeGuarded(place, deadMan, record, claims);
  if (resumed !== undefined && resumed.kind !== 'fresh') {
    return goOn(place, unit, resumed, scope, { deadMan, since: sinceOf(record) });
  }
  const places = placesOf(run, { calls: unit.calls, delegateTo: lookOf(place).delegateTo }, scope);
  const away = places.length === 0 ? undefined : await unreached(run, places);
  if (away !== undefined) return { ...plain({ outcome: 'failed', reason: away }), untried: true, away: true };
  const free = run.dryRun ? () => undefined : await turnOn(run, places);
  try {
    return await decideAndMake(place, unit, scope, { deadMan, firstAttempt: resumed?.attempt ?? 1, free });
  } finally {
    free();
  }
}

/** What the making of a fix needs besides its changes. */
interface Making {
  readonly deadMan: DeadManSwitch | undefined;
  readonly firstAttempt: number;
  /** Nothing is changed any more: the next host may look. */
  readonly free: () => void;
}

async function decideAndMake(place: StepPlace, unit: Unit, scope: Scope, making: Making): Promise<UnitResult> {
  const { run } = place;
  const { deadMan } = making;
  const decided = await inspectCalls(run, lookOf(place), unit.calls, scope);
  switch (decided.kind) {
    case 'failed':
      return { ...plain({ outcome: 'failed', reason: decided.reason }), untried: true };
    case 'unknown':
      return { ...plain(undecided(run.dryRun, decided.unknowns)), untried: true };
    case 'decided': {
      if (decided.changes.length === 0) return plain({ outcome: 'ok' });
      const unguarded = await deadMan?.prepare(decided.changes);
      if (unguarded !== undefined) return { ...plain({ outcome: 'failed', reason: unguarded }), untried: true };
      const changes = decided.changes.map((due) => plannedChange(due, unit.rollback));
      for (const change of changes) await run.parts.emit({ type: 'change.planned', ...stampOf(place), change });
      const shown = { changes, ...shownWith(unit, changes, scope) };
      return run.dryRun
        ? { ...shown, ...(await foresee(place, unit, decided.changes, scope)) }
        : { ...shown, ...(await make(place, unit, decided.changes, shown, scope, making)) };
    }
    default:
      return assertNever(decided);
  }
}

/** What a gate, `when` or fix over an unknown comes to: undetermined in a dry run, failed in a real one. */
export function undecided(dryRun: boolean, unknowns: readonly Unknown[], error?: string): StepResult {
  const reasons = [...new Set(unknowns.map((unknown) => unknown.reason))].join('; ');
  const reason = error ?? (reasons === '' ? 'something it needs is unknown' : reasons);
  if (!dryRun) return { outcome: 'failed', reason: `cannot decide: ${reason}` };
  const waitsOn = [...new Set(unknowns.flatMap((unknown) => (unknown.waitsOn === undefined ? [] : [unknown.waitsOn])))];
  return waitsOn.length === 0 ? { outcome: 'undetermined', reason } : { outcome: 'undetermined', reason, waitsOn };
}

function plain(result: StepResult): UnitResult {
  return { result, changes: [], standing: [], takeBack: nothingToTakeBack };
}

interface Shown {
  readonly confirm?: string;
  readonly irreversible?: string;
  readonly revertAfterMs?: number;
}

function shownWith(unit: Unit, changes: readonly PlannedChange[], scope: Scope): Shown {
  const own = changes.find((change) => change.irreversible !== undefined)?.irreversible;
  const irreversible = unit.rollback.kind === 'irreversible' ? unit.rollback.why : own;
  return {
    ...(unit.confirm === undefined ? {} : { confirm: interpolateText(unit.confirm, scope) }),
    ...(irreversible === undefined ? {} : { irreversible }),
    ...(unit.risky === undefined ? {} : { revertAfterMs: unit.risky.revertAfterMs }),
  };
}

type UnitEnd = Omit<UnitResult, 'changes' | keyof Shown>;

/** Dry run: the change stays unmade; what is read later meets it as pending. Its claim is checked against the predictions. */
async function foresee(place: StepPlace, unit: Unit, due: readonly DueChange[], scope: Scope): Promise<UnitEnd> {
  const { run } = place;
  const before = run.pending.length;
  run.pending.push(
    ...due.map(({ action, change, touches, on }) => ({ step: place.id, foreseen: { action, change }, touches, on })),
  );
  const takeBack = async (): Promise<undefined> => {
    run.pending.splice(before);
  };
  if (unit.verify !== undefined) {
    const foreseen = await runCheck(run, lookOf(place, 'verify', true), unit.verify, scope, 'once');
    if (!foreseen.held && !foreseen.unknown) {
      const reason = `predicted: it would not be enough, verify would not hold: ${failedParts(foreseen.reasons)}`;
      await takeBack();
      return { result: { outcome: 'failed', reason }, standing: [], takeBack: nothingToTakeBack };
    }
  }
  return { result: { outcome: 'would_change' }, standing: [], takeBack };
}

async function make(
  place: StepPlace,
  unit: Unit,
  due: readonly DueChange[],
  shown: Shown & { readonly changes: readonly PlannedChange[] },
  scope: Scope,
  { deadMan, firstAttempt, free }: Making,
): Promise<UnitEnd> {
  if (unit.alternative !== undefined) {
    // An alternative of which it is foreseen that it will not do is not tried, just as the dry run says.
    const foreseen = await foresee(place, unit, due, scope);
    await foreseen.takeBack();
    if (foreseen.result.outcome === 'failed') return foreseen;
  }
  const refused = (await approvalMissing(place, unit.alternative, shown)) ?? (await place.run.session.lockRefusal());
  if (refused !== undefined) {
    return { result: { outcome: 'skipped', reason: refused }, refused, standing: [], takeBack: nothingToTakeBack };
  }
  const places = placesIn(due);
  const locked = await lockedElsewhere(place.run, places);
  if (locked !== undefined) {
    const result = { outcome: 'failed', reason: `not started: ${locked}` } as const;
    return { result, untried: true, standing: [], takeBack: nothingToTakeBack };
  }
  const own = ownRollback(place, unit.rollback, scope);
  const applied = await attemptUnit(place, { ...unit, own }, due, shown.changes, firstAttempt, deadMan);
  free();
  // The host of a risky fix takes all of it back that may have been begun.
  const whole = applied.kind === 'done' || (applied.kind === 'unknown' && deadMan !== undefined);
  const begun = whole ? due : applied.kind === 'not_started' ? [] : applied.begun;
  const standing = begun.map((entry): MadeChange => {
    const index = due.indexOf(entry);
    return madeChange(
      place,
      entry,
      shown.changes[index],
      backKey(place, unit.alternative, firstAttempt, { undo: index }),
    );
  });
  place.run.made.push(...standing);
  const undo = (): Promise<string | undefined> =>
    takeBack(place, { ...unit, deadMan, since: firstAttempt }, standing, scope);
  const howReverted = (): string | undefined => deadMan?.howReverted;
  const end = (result: StepResult): UnitEnd => ({ result, standing, takeBack: undo, howReverted });
  switch (applied.kind) {
    case 'unknown': {
      const unknown = end({ outcome: 'unknown', reason: applied.reason });
      return deadMan === undefined ? unknown : { ...unknown, ...(await takenBackByHost(applied.reason, undo)) };
    }
    case 'not_started': {
      const reason = `not started: ${applied.reason}`;
      if (applied.interrupted) return { ...end({ outcome: 'skipped', reason }), interrupted: true };
      return { ...end({ outcome: 'failed', reason }), untried: true };
    }
    case 'failed':
      return end({ outcome: 'failed', reason: applied.reason });
    case 'done':
      return end(await confirmUnit(place, unit, due, scope, deadMan));
    default:
      return assertNever(applied);
  }
}

function madeChange(place: StepPlace, due: DueChange, planned: PlannedChange | undefined, undoKey: FixKey): MadeChange {
  if (planned === undefined) throw new Error('a change was made that was not planned');
  const { action, params, before, change, touches, become, on } = due;
  return { step: place.id, action, params, before, change, touches, become, on, planned, undoKey };
}

/** Goes on with what an earlier process of this run left of a unit: nothing of it is made again. */
async function goOn(
  place: StepPlace,
  unit: Unit,
  resumed: Exclude<Resumed, { kind: 'fresh' }>,
  scope: Scope,
  { deadMan, since }: { readonly deadMan: DeadManSwitch | undefined; readonly since: number },
): Promise<UnitResult> {
  const made = resumed.standing.map((entry) => madeAgain(place, unit.alternative, since, entry));
  const standing = made.filter((entry) => typeof entry !== 'string');
  const lost = made.filter((entry) => typeof entry === 'string');
  const takenBack = resumed.kind !== 'unknown' && resumed.takenBack;
  if (!takenBack) place.run.made.push(...standing);
  const known = resumed.kind !== 'unknown' && deadMan === undefined;
  if (known) await markRecorded(place.run, fixKey(place, unit.alternative));
  const undo = async (): Promise<string | undefined> => {
    if (takenBack) return undefined;
    const left = [await takeBack(place, { ...unit, deadMan, since }, standing, scope), ...lost].filter(
      (text) => text !== undefined,
    );
    return left.length === 0 ? undefined : left.join('; ');
  };
  const end = (result: StepResult): UnitResult => ({
    result,
    changes: resumed.standing.map(({ planned }) => planned),
    standing,
    takeBack: undo,
    howReverted: () => deadMan?.howReverted,
  });
  switch (resumed.kind) {
    case 'unknown':
      return end({ outcome: 'unknown', reason: resumed.reason });
    case 'failed':
      return end({ outcome: 'failed', reason: resumed.reason });
    case 'made': {
      if (resumed.verified) return end({ outcome: 'changed' });
      const due = maskedChanges(place.run.parts.registry, resumed.standing);
      return end(await confirmUnit(place, unit, due, scope, deadMan));
    }
    default:
      return assertNever(resumed);
  }
}
