import type { HostOutcome, HostPlan } from '../model/plan.ts';
import type { StepResult } from '../model/result.ts';
import type { SavedHost } from '../model/saved-plan.ts';
import { comparePlans } from './compare-plans.ts';
import { touchedByOthers } from './delegate.ts';
import type { Session } from './session.ts';
import { carryOut, diagnose, type Walker } from './walk.ts';

/** A saved plan on its way to its hosts. */
export interface ApprovedPlan {
  /** By name. */
  readonly hosts: ReadonlyMap<string, SavedHost>;
  /** A plan as it would have been saved: without secrets. */
  readonly redact: (plan: HostPlan) => HostPlan;
  /** Takes the plan for the run of that id, before the first change; why it can't be had. */
  readonly take: (run: string) => Promise<string | undefined>;
}

/** How many differences are named. */
const shown = 3;

/**
 * Walks each host of a saved plan: looks at it anew, and carries out what the plan shows only where all is as the plan says. Where
 * it isn't, the host is refused and the differences are named.
 */
export function approvedWalker({ hosts, redact, take }: ApprovedPlan): Walker {
  return {
    async diagnose(walk) {
      const saved = hosts.get(walk.planned.host.name);
      if (saved === undefined)
        return refusedPlan(walk.planned.host.name, undefined, 'the plan does not have this host');
      const key = otherKey(saved, walk.session);
      if (key !== undefined) return refusedPlan(saved.host, undefined, key);
      const now = await diagnose({ ...walk, shown: saved.plan });
      const machine = otherMachine(saved, walk.session);
      if (machine !== undefined) return refusedPlan(saved.host, now, machine);
      const differences = comparePlans(saved.plan, redact(now), (on, resources) =>
        touchedByOthers(walk.parts, saved.host, on, resources),
      );
      return differences.length === 0 ? now : refusedPlan(saved.host, now, named(differences));
    },
    async carryOut(walk, plan) {
      const problem = await take(walk.parts.runId);
      return problem === undefined
        ? carryOut({ ...walk, reviewed: true, shown: plan }, plan)
        : refusedOutcome(plan, problem);
    },
  };
}

function otherKey({ hostKey }: SavedHost, session: Session): string | undefined {
  if (hostKey === undefined || session.hostKey === undefined || hostKey === session.hostKey) return undefined;
  return `this is not the host of the plan: its key is ${session.hostKey}, it was ${hostKey}`;
}

function otherMachine({ machineId }: SavedHost, session: Session): string | undefined {
  const now = session.machineId();
  if (machineId === undefined || machineId === now) return undefined;
  return `this is not the machine of the plan: its machine-id is ${now ?? 'not to be read'}, it was ${machineId}`;
}

function named(differences: readonly string[]): string {
  const more = differences.length - shown;
  return `not as it was when the plan was made: ${differences.slice(0, shown).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}

/** What was found, with nothing left to do. */
function refusedPlan(host: string, now: HostPlan | undefined, reason: string): HostPlan {
  const skipped: StepResult = { outcome: 'skipped', reason: 'not carried out: the plan does not fit any more' };
  const steps = (now?.steps ?? []).map((step) => ({
    ...step,
    result: skipped,
    items: step.items.map((item) => ({ ...item, result: skipped })),
  }));
  const { waits, ...rest } = now ?? bare;
  return { ...rest, host, verdict: 'refused', reason, diagnosis: reason, steps };
}

const bare: Omit<HostPlan, 'host' | 'verdict'> = {
  diagnosis: '',
  symptom: 'unknown',
  symptomReasons: [],
  steps: [],
  notes: [],
  snapshots: [],
  declaredProbes: 0,
  traces: [],
  outputs: {},
};

function refusedOutcome(plan: HostPlan, reason: string): HostOutcome {
  const { host, steps, symptom, notes, outputs } = refusedPlan(plan.host, plan, reason);
  return { host, verdict: 'refused', reason, diagnosis: reason, symptom, steps, notes, outputs, standing: [] };
}
