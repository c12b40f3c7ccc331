import type { HostHistory, UnitRecord } from '../model/history.ts';
import { canonicalJson } from '../model/json.ts';
import type { HostOutcome, HostPlan, ItemPlan, PlannedChange, StepPlan } from '../model/plan.ts';
import type { StepResult } from '../model/result.ts';
import type { Step } from '../model/runbook.ts';
import { displayCommand } from '../shell/render.ts';
import type { HostRun, MadeChange } from './host-run.ts';
import { type Recorded, recordedUnit, standsAs } from './resume-unit.ts';
import { undoChanges } from './roll-back.ts';
import { type StepPlace, stampOf } from './step-place.ts';
import { newRun, type Walk, type Walker } from './walk.ts';

/** What an earlier run left on a host, unit by unit, the last first. */
interface Standing {
  readonly unit: UnitRecord;
  readonly changes: readonly Recorded[];
}

/** What is to be done about one change of an earlier run. */
type Due =
  | { readonly kind: 'undo' }
  /** It isn't there any more, or leaves nothing to take back. */
  | { readonly kind: 'done' }
  /** Nobody can take it back: it is named, and left. */
  | { readonly kind: 'left'; readonly why: string }
  /** Somebody changed it since. */
  | { readonly kind: 'drift'; readonly why: string };

/** Takes back what a run changed on each host, as its journal tells it: record by record, the last first. */
export function undoWalker(run: string, histories: ReadonlyMap<string, HostHistory>): Walker {
  const standingOn = (walk: Walk) => standingOf(walk, histories.get(walk.planned.host.name));
  return {
    diagnose: (walk) => lookAtAll(walk, run, standingOn(walk)),
    carryOut: (walk, plan) => undoAll(walk, run, plan, standingOn(walk)),
  };
}

function standingOf({ parts }: Walk, history: HostHistory | undefined): readonly Standing[] {
  const units = (history?.units ?? []).filter(({ rollback }) => rollback !== 'done');
  return units
    .map((unit) => ({ unit, changes: recordedUnit(parts.registry, unit).reverse() }))
    .filter(({ changes }) => changes.length > 0)
    .reverse();
}

/** Why the journal itself forbids an undo: nobody knows what stands. */
function unsettled(standing: readonly Standing[]): string | undefined {
  const unit = standing.find(({ unit: { attempts, rollback } }) => {
    const { result } = attempts.at(-1) ?? {};
    return result === undefined || result.outcome === 'unknown' || rollback === 'begun';
  })?.unit;
  return unit === undefined
    ? undefined
    : `step ${unit.step} of that run is unknown; resume it first, so that it is settled`;
}

async function lookAtAll(walk: Walk, of: string, standing: readonly Standing[]): Promise<HostPlan> {
  const run = newRun(walk, undefined);
  const unknown = unsettled(standing);
  const all = standing.flatMap(({ changes }) => changes);
  const later = new Set<string>();
  const steps: StepPlan[] = [];
  const notes: string[] = [];
  const drift: string[] = [];
  for (const { unit, changes } of unknown === undefined ? standing : []) {
    const shown: PlannedChange[] = [];
    for (const entry of changes) {
      // What a later change covers can only be looked at once that one is taken back.
      const covered = entry.planned.touches.some((resource) => later.has(resource));
      const certain = covered && typeof entry.due !== 'string';
      const due = certain ? ({ kind: 'undo' } as const) : await dueOf(run, entry, all);
      if (due.kind === 'undo') {
        shown.push(undone(entry));
        for (const resource of entry.planned.touches) later.add(resource);
      }
      if (due.kind === 'left') notes.push(`stays: ${entry.planned.summary} (${due.why})`);
      if (due.kind === 'drift') drift.push(due.why);
    }
    steps.push(stepPlan(unit, shown));
  }
  const due = steps.some(({ items }) => items.some(({ changes }) => changes.length > 0));
  const refused =
    unknown ?? (drift.length === 0 ? undefined : `changed by somebody since that run: ${drift.join('; ')}`);
  const reason = refused ?? (due ? undefined : (notes.at(0) ?? `nothing of run ${of} stands here`));
  const plan: HostPlan = {
    host: walk.planned.host.name,
    verdict: refused !== undefined ? 'refused' : due ? 'would_fix' : notes.length > 0 ? 'not_fixed' : 'healthy',
    ...(reason === undefined ? {} : { reason }),
    diagnosis:
      reason ?? steps.flatMap(({ items }) => items.flatMap(({ changes }) => changes.map((c) => c.summary))).join(' · '),
    symptom: 'none',
    symptomReasons: [],
    steps: refused === undefined ? steps : steps.map((step) => skipped(step, refused)),
    notes,
    snapshots: [],
    declaredProbes: 0,
    traces: [],
    outputs: {},
  };
  await walk.parts.emit({ type: 'host.planned', host: plan.host, plan });
  return plan;
}

/** `all`: the last first. */
async function dueOf(run: HostRun, entry: Recorded, all: readonly Recorded[]): Promise<Due> {
  const { due, planned } = entry;
  if (typeof due === 'string') return { kind: 'left', why: due };
  const { rollback } = due.action;
  if (rollback.kind === 'irreversible') return { kind: 'left', why: rollback.why };
  if (rollback.kind === 'nothing') return { kind: 'done' };
  if (!due.action.converges) return { kind: 'undo' };
  const stands = await standsAs(run, due);
  if (stands === 'after') return { kind: 'undo' };
  if (stands === 'before') return { kind: 'done' };
  // Where an earlier change of the same stands, or what was before it, this one is taken back already.
  const earlier = all.slice(all.indexOf(entry) + 1).filter((other) => overlap(other, entry));
  for (const { due: other } of earlier) {
    if (typeof other !== 'string' && typeof (await standsAs(run, other)) === 'string') return { kind: 'done' };
  }
  return { kind: 'drift', why: `${planned.summary} (${stands.reason})` };
}

function undone({ planned, due }: Recorded): PlannedChange {
  const back =
    typeof due === 'string' || due.action.rollback.kind !== 'undo'
      ? []
      : due.action.rollback.undo(due.change, due.before);
  return {
    ...planned,
    summary: `take back: ${planned.summary}`,
    commands: back.map(displayCommand),
    contents: planned.contents.map(({ label, before, after }) => ({ label, before: after, after: before })),
  };
}

function stepPlan(unit: UnitRecord, changes: readonly PlannedChange[]): StepPlan {
  const title = `Undo step ${unit.step}`;
  const result: StepResult = changes.length === 0 ? { outcome: 'ok' } : { outcome: 'would_change' };
  const item: ItemPlan = { item: unit.item ?? null, title, result, gate: [], changes };
  return { id: unit.step, title, result, items: [item], notes: [] };
}

function skipped(step: StepPlan, reason: string): StepPlan {
  const result: StepResult = { outcome: 'skipped', reason };
  return { ...step, result, items: step.items.map((item) => ({ ...item, result })) };
}

async function undoAll(walk: Walk, of: string, plan: HostPlan, standing: readonly Standing[]): Promise<HostOutcome> {
  const run = newRun(walk, plan);
  const left: string[] = [...plan.notes];
  const all = standing.flatMap(({ changes }) => changes);
  let end: { readonly verdict: 'refused' | 'rollback_failed'; readonly reason: string } | undefined;
  const steps: StepPlan[] = [];
  for (const { unit, changes } of standing) {
    const shown = plan.steps.find((step) => step.id === unit.step && sameItem(step, unit));
    const place = placeOf(run, unit);
    const title = shown?.title ?? `Undo step ${unit.step}`;
    if (end !== undefined || run.parts.stopping.aborted) {
      steps.push(skipped(stepPlan(unit, []), end === undefined ? 'interrupted' : 'an earlier undo ended this host'));
      continue;
    }
    const begun = run.parts.clock.monotonic();
    await run.parts.emit({ type: 'step.started', ...stampOf(place), title });
    const due: Recorded[] = [];
    for (const entry of changes) {
      const how = await dueOf(run, entry, all);
      if (how.kind === 'undo') due.push(entry);
      // A change below another one of the same unit is looked at again when that one is taken back.
      if (how.kind === 'drift' && !changes.some((other) => other !== entry && overlap(other, entry))) {
        end ??= { verdict: 'refused', reason: `changed by somebody since that run: ${how.why}` };
      } else if (how.kind === 'drift') due.push(entry);
    }
    const problem = end === undefined && due.length > 0 ? await takeBackUnit(place, unit, due) : undefined;
    if (problem !== undefined) end = { verdict: 'rollback_failed', reason: `step ${unit.step}: ${problem}` };
    const result: StepResult =
      problem !== undefined
        ? { outcome: 'failed', reason: problem, rollbackFailed: problem }
        : end !== undefined
          ? { outcome: 'skipped', reason: end.reason }
          : due.length === 0
            ? { outcome: 'ok' }
            : { outcome: 'rolled_back', reason: `undo of run ${of}` };
    const items = [{ item: unit.item ?? null, title, result, gate: [], changes: due.map(undone) }];
    steps.push({ id: unit.step, title, result, items, notes: [] });
    const ms = run.parts.clock.monotonic() - begun;
    await run.parts.emit({ type: 'step.finished', ...stampOf(place), title, result, ms });
  }
  const interrupted =
    end === undefined && run.parts.stopping.aborted && steps.some(({ result }) => result.reason === 'interrupted');
  const judged =
    end ??
    (interrupted ? ({ verdict: 'not_fixed', reason: 'interrupted; undo it again to go on' } as const) : undefined);
  const reason = judged?.reason ?? (left.length === 0 ? `run ${of} is taken back` : left.join('; '));
  return {
    host: plan.host,
    verdict: judged?.verdict ?? (left.length === 0 ? 'rolled_back' : 'not_fixed'),
    reason,
    diagnosis: plan.diagnosis,
    symptom: 'none',
    steps,
    notes: plan.notes,
    outputs: {},
    standing: left.map((text) => text.replace(/^stays: /, '')),
  };
}

async function takeBackUnit(place: StepPlace, unit: UnitRecord, due: readonly Recorded[]): Promise<string | undefined> {
  const { emit, runId } = place.run.parts;
  const key = [runId, ...unit.key.slice(1)];
  const made = due.flatMap((entry) => madeChange(place, key, entry));
  // `undoChanges` takes the last back first.
  made.reverse();
  await emit({ type: 'rollback.intent', ...stampOf(place), key, changes: made.map(({ planned }) => planned) });
  const left = await undoChanges(place, made);
  await emit({
    type: 'rollback.result',
    ...stampOf(place),
    key,
    done: left === undefined,
    ...(left === undefined ? {} : { reason: left }),
  });
  return left;
}

function madeChange(
  place: StepPlace,
  key: UnitRecord['key'],
  { due, planned, index }: Recorded,
): readonly MadeChange[] {
  if (typeof due === 'string') return [];
  const { action, params, before, change, touches, become } = due;
  return [
    { step: place.id, action, params, before, change, touches, become, planned, undoKey: [...key, 'undo', index] },
  ];
}

function overlap(one: Recorded, other: Recorded): boolean {
  return one.planned.touches.some((resource) => other.planned.touches.includes(resource));
}

function sameItem(step: StepPlan, unit: UnitRecord): boolean {
  return step.items.some(({ item }) => canonicalJson(item) === canonicalJson(unit.item ?? null));
}

const undoTimeoutMs = 300_000;

/** A place for an undo: the runbook that the step stood in may not be there any more. */
function placeOf(run: HostRun, unit: UnitRecord): StepPlace {
  const step: Step = {
    id: unit.step,
    title: `Undo step ${unit.step}`,
    tags: [],
    when: [],
    as: 'item',
    probes: [],
    conclude: [],
    gate: [],
    remediation: { kind: 'none' },
    rollback: { kind: 'own' },
    onFailure: 'rollback',
    timeoutMs: undoTimeoutMs,
    prevent: false,
  };
  return { run, runbook: run.runbook, step, id: unit.step, within: '', tags: [], item: unit.item };
}
