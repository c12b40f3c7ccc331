import type { Event } from '../model/event.ts';
import type { DelegateIds } from '../model/history.ts';
import type { Host } from '../model/inventory.ts';
import { canonicalJson, type JsonObject } from '../model/json.ts';
import type { HostPlan } from '../model/plan.ts';
import { withoutItems } from '../model/reading-id.ts';
import { type SavedDelegate, type SavedHost, type SavedPlan, savedPlanVersion } from '../model/saved-plan.ts';

/** Where a host was dialled, and its params as they may be shown. */
export interface Dialled {
  readonly address: string;
  readonly port: number;
  readonly params: JsonObject;
}

/** What of a plan a dry run's events don't tell. */
export interface PlanStamp {
  readonly id: string;
  /** Epoch ms. */
  readonly now: number;
  readonly forMs: number;
  readonly mendgate: string;
  readonly dialled: ReadonlyMap<string, Dialled>;
  /** Other hosts on which something is carried out for these. */
  readonly delegates: readonly Host[];
}

/**
 * The plan that a dry run's events tell of; they have passed the redactor. `undefined`: the run did not tell what was asked for.
 * Pure.
 */
export function collectPlan(events: Iterable<Event>, stamp: PlanStamp): SavedPlan | undefined {
  let started: Pick<SavedPlan, 'run' | 'runbook' | 'request' | 'rollout'> | undefined;
  const ids = new Map<string, Pick<SavedHost, 'hostKey' | 'machineId'>>();
  const delegates = new Map<string, DelegateIds>();
  const plans = new Map<string, HostPlan>();
  const unseen = new Map<string, string>();
  for (const event of events) {
    if (event.type === 'run.started' && event.request !== undefined) {
      const { run, request, rollout } = event;
      const { id, title } = event.runbook;
      started = { run, runbook: { id, title }, request, ...(rollout === undefined ? {} : { rollout }) };
    } else if (event.type === 'host.connected') {
      const { hostKey, machineId } = event;
      ids.set(event.host, {
        ...(hostKey === undefined ? {} : { hostKey }),
        ...(machineId === undefined ? {} : { machineId }),
      });
    } else if (event.type === 'delegate.connected') {
      // A boot is none of a plan's affairs.
      const { bootId, ...known } = event.delegate;
      delegates.set(known.host, known);
    } else if (event.type === 'host.planned') {
      plans.set(event.host, plainPlan(event.plan));
    } else if (event.type === 'host.finished' && !plans.has(event.host)) {
      unseen.set(event.host, event.outcome.reason ?? event.outcome.verdict);
    }
  }
  if (started === undefined) return undefined;
  const hosts = [...plans].flatMap(([host, plan]): SavedHost[] => {
    const dialled = stamp.dialled.get(host);
    return dialled === undefined ? [] : [{ host, ...dialled, ...ids.get(host), plan }];
  });
  const others = stamp.delegates.map(({ name, connect: { address, port } }): SavedDelegate => {
    return { host: name, address, port, ...delegates.get(name) };
  });
  return {
    version: savedPlanVersion,
    id: stamp.id,
    created: new Date(stamp.now).toISOString(),
    expires: new Date(stamp.now + stamp.forMs).toISOString(),
    mendgate: stamp.mendgate,
    ...started,
    hosts: hosts.sort((a, b) => (a.host < b.host ? -1 : 1)),
    ...(others.length === 0 ? {} : { delegates: others }),
    unseen: [...unseen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([host, reason]) => ({ host, reason })),
  };
}

/**
 * Without what probes answered, nor what followed from that (params, items), but for what must still hold later; in an order that
 * doesn't depend on who answered first.
 */
function plainPlan(plan: HostPlan): HostPlan {
  const snapshots = plan.snapshots.map(({ value, ...rest }) => ({ ...rest, id: withoutItems(rest.id), params: {} }));
  const keys = new Map(snapshots.map((each) => [each, canonicalJson([each.id, each.fingerprint, each.reads])]));
  snapshots.sort((a, b) => ((keys.get(a) ?? '') < (keys.get(b) ?? '') ? -1 : 1));
  return { ...plan, snapshots, traces: [...plan.traces].sort() };
}
