import type { UnitRecord } from '../model/history.ts';
import type { HostPlan, ItemPlan, PlannedChange, StepPlan } from '../model/plan.ts';
import type { StepResult } from '../model/result.ts';
import { displayCommand } from '../shell/render.ts';
import { helpOf } from './helps.ts';
import type { DueChange } from './inspect-calls.ts';
import { plannedChange } from './planned-change.ts';
import type { Recorded } from './resume-unit.ts';
import { callsDue, dueOf, leftUnknown, type OwnDue, type Standing, unsettled } from './undo-due.ts';
import { newRun, type Walk } from './walk.ts';

/** Looks at all that a run left on a host; what an undo would do, as a plan. Changes nothing. `other`: why this is another host. */
export async function lookAtAll(
  walk: Walk,
  of: string,
  standing: readonly Standing[],
  other: () => string | undefined,
): Promise<HostPlan> {
  const run = newRun(walk, undefined);
  const unknown = unsettled(standing);
  const all = standing.flatMap(({ changes }) => changes);
  const later = new Set<string>();
  const steps: StepPlan[] = [];
  const notes: string[] = [];
  const drift: string[] = [];
  const undecided: string[] = [];
  for (const entry of unknown === undefined ? standing : []) {
    const { unit, changes } = entry;
    const shown: PlannedChange[] = [];
    const stays = leftUnknown(entry);
    if (stays !== undefined) {
      notes.push(`stays: ${stays}`);
      steps.push(stepPlan(unit, []));
      continue;
    }
    const calls = await callsDue(run, entry, [...later]);
    if (calls.kind === 'drift') drift.push(calls.why);
    if (calls.kind === 'due') shown.push(...calls.changes.map(ownCall));
    if (calls.kind === 'left') notes.push(`stays: step ${unit.step} (${calls.why})`);
    if (calls.kind === 'undecided') undecided.push(`the rollback of step ${unit.step} cannot be decided: ${calls.why}`);
    for (const recorded of changes) {
      // What a later change covers can only be looked at once that one is taken back.
      const covered = recorded.planned.touches.some((resource) => later.has(resource));
      const open = entry.earlier?.takenBack !== true;
      const certain = open && covered && typeof recorded.due !== 'string' && canUndo(recorded.due);
      const due = certain ? ({ kind: 'undo', from: recorded } as const) : await dueOf(run, entry, recorded, all);
      if (due.kind === 'undo') {
        shown.push(undone(due.from));
        for (const resource of recorded.planned.touches) later.add(resource);
      }
      if (due.kind === 'left') notes.push(`stays: ${recorded.planned.summary} (${due.why})`);
      if (due.kind === 'drift') drift.push(due.why);
      if (due.kind === 'undecided') undecided.push(`step ${unit.step} cannot be taken back: ${due.why}`);
    }
    steps.push(stepPlan(unit, shown));
  }
  const due = steps.some(({ items }) => items.some(({ changes }) => changes.length > 0));
  const drifted = drift.length === 0 ? [] : [changedSince([...new Set(drift)].join('; '))];
  // Asked now: a machine-id is known once something has run there.
  const refused = other() ?? unknown ?? [...drifted, ...undecided].at(0);
  const reason = refused ?? (due ? undefined : (notes.at(0) ?? `nothing of run ${of} stands here`));
  const plan: HostPlan = {
    host: walk.planned.host.name,
    verdict: refused !== undefined ? 'refused' : due ? 'would_fix' : notes.length > 0 ? 'not_fixed' : 'healthy',
    ...(reason === undefined ? {} : { reason }),
    ...(refused === undefined ? {} : helpOf(run)),
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

/** Why a host is refused of which this was changed. */
export function changedSince(why: string): string {
  return `changed by somebody since that run: ${why}`;
}

function canUndo({ action }: DueChange): boolean {
  return action.rollback.kind === 'undo' || action.rollback.kind === 'again';
}

/** A call of a step's own rollback, as the plan shows it. */
export function ownCall({ due, blind }: OwnDue): PlannedChange {
  const planned = plannedChange(due, { kind: 'calls', calls: [] });
  const caution = blind ? ' (also what others changed there since: nobody recorded how the fix left it)' : '';
  return { ...planned, summary: `its own rollback: ${planned.summary}${caution}` };
}

/** A change of that run as one that would be taken back. */
export function undone({ planned, due }: Recorded): PlannedChange {
  const back =
    typeof due === 'string' || due.action.rollback.kind !== 'undo'
      ? []
      : due.action.rollback.undo(due.change, due.before);
  const owned = typeof due !== 'string' && due.action.rebase !== undefined;
  const contents = owned ? due.action.contents(due.change) : planned.contents;
  return {
    ...planned,
    summary: `take back: ${planned.summary}`,
    commands: back.map(displayCommand),
    contents: contents.map(({ label, before, after }) => ({ label, before: after, after: before })),
  };
}

/** What an undo would do about one step. */
export function stepPlan(unit: UnitRecord, changes: readonly PlannedChange[]): StepPlan {
  const title = `Undo step ${unit.step}`;
  const result: StepResult = changes.length === 0 ? { outcome: 'ok' } : { outcome: 'would_change' };
  const item: ItemPlan = { item: unit.item ?? null, title, result, gate: [], changes };
  return { id: unit.step, title, result, items: [item], notes: [] };
}

/** The same step, of which nothing is done. */
export function skipped(step: StepPlan, reason: string): StepPlan {
  const result: StepResult = { outcome: 'skipped', reason };
  return { ...step, result, items: step.items.map((item) => ({ ...item, result })) };
}
