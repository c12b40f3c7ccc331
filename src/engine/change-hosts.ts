import { changedElsewhere, type HostPlan, type Plan } from '../model/plan.ts';
import type { Rollout } from '../model/rollout.ts';
import { ConfirmDesk } from './confirm-desk.ts';
import type { Emit } from './emitter.ts';
import type { ExecuteOptions } from './execute-plan.ts';
import type { HostWay } from './host-way.ts';
import type { OnceDesk } from './once-desk.ts';
import { isDue } from './outcome-of-plan.ts';
import { RollOut } from './roll-out.ts';

/** What becomes of a host between its diagnosis and its change. */
export type AfterLook = 'mend' | 'hold' | 'rest';

/** How hosts are taken from their diagnosis to their change. */
export interface Changing {
  readonly afterLook: AfterLook;
  /** Asks what steps ask. */
  readonly desk: ConfirmDesk;
  /** Changes those of the diagnosed hosts that are due, if somebody approves. */
  readonly change: (looked: readonly HostWay[]) => Promise<void>;
  /** Who did not answer decides over all: hosts are tried again before any is changed. */
  readonly retriesFirst: boolean;
  /** Whether a host that comes back may be changed. */
  readonly mayBegin: () => boolean;
}

/** `ways` is asked for once they are all there. */
export function changing(
  { rollout }: Plan,
  options: ExecuteOptions,
  around: { readonly ways: () => readonly HostWay[]; readonly once: OnceDesk; readonly emit: Emit },
): Changing {
  const { mode, maxChanged, clock, stopping } = options;
  const { once, emit } = around;
  const desk = new ConfirmDesk(options.approve);
  const retriesFirst = mode === 'dry_run' || rollout !== undefined || maxChanged !== undefined;
  const mayBegin = (): boolean => true;
  const looksFirst = mode === 'ask' || rollout !== undefined || maxChanged !== undefined;
  if (mode === 'apply' && !looksFirst)
    return { afterLook: 'mend', desk, change: async () => undefined, retriesFirst, mayBegin };
  if (mode === 'dry_run') {
    const change = (looked: readonly HostWay[]): Promise<void> => warnOfMany(looked, maxChanged, emit);
    return { afterLook: 'hold', desk, change, retriesFirst, mayBegin };
  }
  let rolling: RollOut | undefined;
  const rollingOf = (bounds: Rollout): RollOut => {
    rolling ??= new RollOut({ rollout: bounds, ways: around.ways(), once, clock, emit, desk, stopping });
    return rolling;
  };

  async function change(looked: readonly HostWay[]): Promise<void> {
    const due = looked.filter(({ plan, outcome }) => outcome === undefined && plan !== undefined && isDue(plan));
    const tooMany = moreThan(around.ways(), maxChanged);
    if (tooMany !== undefined) {
      await Promise.all(due.map((way) => way.passOver('refused', tooMany)));
      return;
    }
    const plans = looked.flatMap(({ plan }) => (plan === undefined ? [] : [plan]));
    const names = due.map(({ name }) => name);
    const asked = mode !== 'ask' || (due.length > 0 && (await options.approvePlan(plans, names)));
    if (stopping.aborted || !asked) {
      await once.together(due, (way) => way.leave());
      return;
    }
    if (rollout === undefined) {
      desk.begin(plans);
      await once.together(due, (way) => way.mend());
      return;
    }
    await rollingOf(rollout).run(due);
  }
  return {
    afterLook: rollout === undefined ? 'hold' : 'rest',
    desk,
    change,
    retriesFirst,
    mayBegin: () =>
      moreThan(around.ways(), maxChanged) === undefined && (rollout === undefined || !rollingOf(rollout).isOver),
  };
}

/** What another host does for all (`run_once`) changes nothing on this one. */
function mayChange({ steps, waits }: HostPlan): boolean {
  const own = steps.filter(({ result }) => result.on === undefined);
  return (
    waits === true || own.some(({ result: { outcome } }) => outcome === 'would_change' || outcome === 'undetermined')
  );
}

/** `--max-changed`: what it says against so many; `undefined`: nothing. */
function moreThan(ways: readonly HostWay[], maxChanged: number | undefined): string | undefined {
  const due = ways.flatMap(({ plan }) => (plan !== undefined && isDue(plan) ? [plan] : []));
  const touched = new Set([...due.filter(mayChange).map(({ host }) => host), ...changedElsewhere(due)]).size;
  if (maxChanged === undefined || touched <= maxChanged) return undefined;
  return `${touched} hosts would be changed, and --max-changed allows ${maxChanged}`;
}

async function warnOfMany(ways: readonly HostWay[], maxChanged: number | undefined, emit: Emit): Promise<void> {
  const tooMany = moreThan(ways, maxChanged);
  if (tooMany !== undefined) await emit({ type: 'warning', message: `${tooMany}: a run would change none of them` });
}
