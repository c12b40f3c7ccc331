import type { HostHistory, UnitRecord } from '../model/history.ts';
import type { HostOutcome, HostPlan, StepPlan } from '../model/plan.ts';
import type { StepResult } from '../model/result.ts';
import { lockedElsewhere, placesIn } from './delegate.ts';
import { helpOf } from './helps.ts';
import type { HostRun } from './host-run.ts';
import { otherHost } from './past.ts';
import { stampOf } from './step-place.ts';
import { type EarlierUndos, leftUnknown, type Standing, sameItem, standingOf } from './undo-due.ts';
import { lookAtAll, skipped, stepPlan } from './undo-look.ts';
import type { SharedUndo } from './undo-shared.ts';
import { placeOf, undoUnit } from './undo-unit.ts';
import { newRun, type Walk, type Walker } from './walk.ts';

/**
 * Takes back what a run changed on each host, as its journal tells it: record by record, the last first. `shared`: of hosts that go one
 * after the other.
 */
export function undoWalker(
  run: string,
  histories: ReadonlyMap<string, HostHistory>,
  earlier: EarlierUndos = () => undefined,
  shared?: SharedUndo,
): Walker {
  const historyOf = ({ planned }: Walk) => histories.get(planned.host.name);
  const standingOn = (walk: Walk) => standingOf(walk.parts.registry, historyOf(walk), earlier);
  const other = (walk: Walk) => {
    const { hostKey, machineId } = walk.session;
    return otherHost(historyOf(walk) ?? {}, { hostKey, machineId: machineId() });
  };
  return {
    async diagnose(walk) {
      const plan = await lookAtAll(walk, run, standingOn(walk), () => other(walk));
      shared?.tell(plan);
      return plan;
    },
    async carryOut(walk, plan) {
      const refused = other(walk) ?? shared?.keeps(plan.host);
      const outcome = await undoAll(walk, run, plan, standingOn(walk), refused);
      shared?.tell(outcome);
      return outcome;
    },
  };
}

/** How an undo ended on a host before all was taken back. */
interface Ended {
  readonly verdict: 'refused' | 'rollback_failed' | 'not_fixed';
  readonly reason: string;
}

/** Who holds another host on which something is due: half of an undo is worse than none. */
async function lockedFor(run: HostRun, { steps }: HostPlan): Promise<string | undefined> {
  const due = steps.flatMap(({ items }) => items.flatMap(({ changes }) => changes));
  const locked = await lockedElsewhere(run, placesIn(due));
  return locked === undefined ? undefined : `${locked}; nothing was begun, undo it again to go on`;
}

async function undoAll(
  walk: Walk,
  of: string,
  plan: HostPlan,
  standing: readonly Standing[],
  refused: string | undefined,
): Promise<HostOutcome> {
  const run = newRun(walk, plan);
  const left: string[] = [...plan.notes];
  const all = standing.flatMap(({ changes }) => changes);
  const why = refused ?? (await lockedFor(run, plan));
  let end: Ended | undefined = why === undefined ? undefined : { verdict: 'refused', reason: why };
  const steps: StepPlan[] = [];
  for (const entry of standing) {
    const { unit } = entry;
    const shown = plan.steps.find(
      (step) => step.id === unit.step && step.items.some(({ item }) => sameItem(item, unit.item)),
    );
    const place = placeOf(run, unit);
    const title = shown?.title ?? `Undo step ${unit.step}`;
    if (end !== undefined || run.parts.stopping.aborted) {
      steps.push(
        skipped(stepPlan(unit, []), end === undefined ? 'interrupted' : (why ?? 'an earlier undo ended this host')),
      );
      continue;
    }
    const stays = leftUnknown(entry);
    if (stays !== undefined) {
      steps.push(skipped(stepPlan(unit, []), `left: ${stays}`));
      continue;
    }
    const begun = run.parts.clock.monotonic();
    await run.parts.emit({ type: 'step.started', ...stampOf(place), title });
    const { result, changes } = await undoUnit(place, entry, all);
    end = endAfter(unit, result);
    steps.push({
      id: unit.step,
      title,
      result,
      items: [{ item: unit.item ?? null, title, result, gate: [], changes }],
      notes: [],
    });
    const ms = run.parts.clock.monotonic() - begun;
    await run.parts.emit({ type: 'step.finished', ...stampOf(place), title, result, ms });
  }
  const interrupted = run.parts.stopping.aborted && steps.some(({ result }) => result.reason === 'interrupted');
  if (interrupted) end ??= { verdict: 'not_fixed', reason: 'interrupted; undo it again to go on' };
  const reason = end?.reason ?? `run ${of} is taken back${left.length === 0 ? '' : ', but for what stands still'}`;
  return {
    host: plan.host,
    verdict: end?.verdict ?? (left.length === 0 ? 'rolled_back' : 'not_fixed'),
    reason,
    ...(end === undefined ? {} : helpOf(run)),
    diagnosis: plan.diagnosis,
    symptom: 'none',
    steps,
    notes: plan.notes,
    outputs: {},
    standing: left.map((text) => text.replace(/^stays: /, '')),
  };
}

function endAfter({ step }: UnitRecord, { outcome, reason = outcome, rollbackFailed }: StepResult): Ended | undefined {
  if (rollbackFailed !== undefined) return { verdict: 'rollback_failed', reason: `step ${step}: ${rollbackFailed}` };
  if (outcome === 'skipped') return { verdict: 'refused', reason };
  return outcome === 'failed' ? { verdict: 'not_fixed', reason: `step ${step}: ${reason}` } : undefined;
}
