import type { Clock } from '../model/clock.ts';
import type { HostPlan } from '../model/plan.ts';
import type { Verdict } from '../model/result.ts';
import { countOf, type Rollout } from '../model/rollout.ts';
import { afterBatch, type Batch, type Kind, type Lesson, newProgress, nextBatch, type Progress } from './batches.ts';
import type { ConfirmDesk } from './confirm-desk.ts';
import { countVerdicts } from './count-verdicts.ts';
import type { Emit } from './emitter.ts';
import type { HostWay } from './host-way.ts';
import { kindOfChange } from './kind-of-change.ts';
import type { Limit } from './limit.ts';
import { type BadHost, isBad, overMaxFail, tookBack } from './max-fail.ts';
import { stopReason } from './stop-reason.ts';

/** What a rollout needs of its run. */
export interface RollOutParts {
  readonly rollout: Rollout;
  /** All hosts of this process of the run, whether they need a change or not: what a percentage is of. */
  readonly ways: readonly HostWay[];
  readonly limit: Limit;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly desk: ConfirmDesk;
  readonly stopping: AbortSignal;
}

/** A batch while it is at work. */
interface Current {
  readonly batch: Batch;
  readonly ways: readonly HostWay[];
}

/** Changes diagnosed hosts batch by batch: one batch at a time over all kinds of change, each kind proved on one host first. */
export class RollOut {
  readonly #parts: RollOutParts;
  readonly #sizes: readonly number[];
  /** Hosts that were in a batch. */
  readonly #begun = new Set<HostWay>();
  readonly #canaries = new Set<string>();
  #known: Progress = newProgress([]);
  #closedBy = new Map<string, HostWay>();
  #batch = 0;

  constructor(parts: RollOutParts) {
    this.#parts = parts;
    const { rollout, ways } = parts;
    this.#sizes = (rollout.batches ?? []).map((count) => Math.max(1, countOf(count, ways.length)));
  }

  /** Changes those of them that are due; who does not begin ends as not started, and is told why. */
  async run(due: readonly HostWay[]): Promise<void> {
    const { stopping } = this.#parts;
    const byName = new Map(due.map((way) => [way.name, way]));
    const plans = new Map(due.flatMap((way) => (way.plan === undefined ? [] : [[way.name, way.plan] as const])));
    const kinds = new Map([...plans].map(([host, plan]) => [host, kindOfChange(plan)]));
    let progress = this.#begin(kinds);
    let stop: string | undefined;
    for (;;) {
      stop = this.#reasonToStop(undefined);
      const next = stop === undefined ? nextBatch(progress, this.#sizes) : undefined;
      if (next === undefined) break;
      await this.#pause();
      if (stopping.aborted) {
        stop = stopReason(stopping, ' before its batch');
        break;
      }
      const { batch } = next;
      const current = { batch, ways: batch.hosts.flatMap((host) => byName.get(host) ?? []) };
      const begun = this.#parts.clock.monotonic();
      await this.#carryOut(current, next.progress, plans);
      progress = afterBatch(next.progress, this.#lessons(batch, kinds, byName));
      await this.#finished(current, next.progress, progress, plans, begun);
      stop = this.#reasonToStop(current);
      if (stop !== undefined) break;
    }
    this.#known = progress;
    if (stopping.aborted) stop ??= stopReason(stopping, ' before it began');
    await Promise.all(
      due.map((way) => {
        const canary = this.#closedBy.get(kinds.get(way.name) ?? '');
        return way.passOver('not_started', stop ?? (canary === undefined ? 'not touched' : canaryFailed(canary)));
      }),
    );
  }

  /** What an earlier call has proved stays so. */
  #begin(kinds: ReadonlyMap<string, string>): Progress {
    const fresh = newProgress([...kinds].map(([host, kind]) => ({ host, kind })));
    const before = new Map(this.#known.kinds.map((kind) => [kind.key, kind]));
    return {
      entry: this.#known.entry,
      kinds: fresh.kinds.map((kind) => ({ ...(before.get(kind.key) ?? kind), waiting: kind.waiting })),
    };
  }

  async #pause(): Promise<void> {
    const { rollout, clock, stopping } = this.#parts;
    const { pauseMs = 0 } = rollout;
    if (this.#batch > 0 && pauseMs > 0 && !stopping.aborted) await clock.sleep(pauseMs, stopping);
  }

  async #carryOut(current: Current, { kinds }: Progress, plans: ReadonlyMap<string, HostPlan>): Promise<void> {
    const { limit, emit, desk, stopping } = this.#parts;
    const { batch, ways } = current;
    this.#batch += 1;
    for (const host of batch.canaries) this.#canaries.add(host);
    desk.begin(batch.hosts.flatMap((host) => plans.get(host) ?? []));
    const waiting = kinds.reduce((sum, kind) => sum + (kind.state === 'closed' ? 0 : kind.waiting.length), 0);
    await emit({ type: 'batch.started', batch: this.#batch, ...batch, waiting });
    await Promise.all(
      ways.map((way) =>
        limit(async () => {
          if (stopping.aborted || this.#reasonToStop(current) !== undefined) return;
          this.#begun.add(way);
          await way.mend();
        }),
      ),
    );
  }

  #lessons(
    { canaries }: Batch,
    kinds: ReadonlyMap<string, string>,
    byName: ReadonlyMap<string, HostWay>,
  ): ReadonlyMap<string, Lesson> {
    const lessons = new Map<string, Lesson>();
    for (const host of canaries) {
      const [kind, way] = [kinds.get(host), byName.get(host)];
      if (kind === undefined || way === undefined) continue;
      const lesson = lessonOf(way);
      lessons.set(kind, lesson);
      if (lesson === 'failed') this.#closedBy.set(kind, way);
    }
    return lessons;
  }

  async #finished(
    current: Current,
    before: Progress,
    after: Progress,
    plans: ReadonlyMap<string, HostPlan>,
    begun: number,
  ): Promise<void> {
    const { clock, emit } = this.#parts;
    const wasOpen = new Map(before.kinds.map(({ key, state }) => [key, state !== 'closed']));
    const closed = after.kinds.flatMap(({ key, state, waiting }: Kind) => {
      const canary = this.#closedBy.get(key)?.name;
      if (state !== 'closed' || wasOpen.get(key) !== true || canary === undefined) return [];
      return [{ canary, diagnosis: plans.get(canary)?.diagnosis ?? '', waiting: waiting.length }];
    });
    const stopped = this.#reasonToStop(current);
    await emit({
      type: 'batch.finished',
      batch: this.#batch,
      verdicts: countVerdicts(current.ways.flatMap(({ outcome }) => (outcome === undefined ? [] : [outcome.verdict]))),
      closed,
      ...(stopped === undefined ? {} : { stopped }),
      ms: clock.monotonic() - begun,
    });
  }

  /** Why nobody else may begin. A host that could not be reached counts whenever that was, others once they were in a batch. */
  #reasonToStop(current: Current | undefined): string | undefined {
    const { rollout, ways } = this.#parts;
    const bad = this.#badOf(ways);
    if (bad.length === 0) return undefined;
    const of = { bad: this.#badOf(current?.ways ?? []), hosts: current?.ways.length ?? 0 };
    return overMaxFail(rollout.maxFail, { bad, hosts: ways.length }, of);
  }

  #badOf(ways: readonly HostWay[]): readonly BadHost[] {
    return ways.flatMap((way): BadHost[] => {
      const { name: host, outcome } = way;
      if (outcome === undefined || !isBad(outcome.verdict)) return [];
      if (outcome.verdict !== 'unreachable' && !this.#begun.has(way) && !way.wentOn) return [];
      const spentItself = this.#canaries.has(host) && tookBack(outcome);
      return [{ host, verdict: outcome.verdict, spentItself }];
    });
  }
}

const failures: ReadonlySet<Verdict> = new Set<Verdict>(['not_fixed', 'rolled_back', 'rollback_failed', 'unknown']);

/** A host that was not changed, or could not be, says nothing of what its change would do to others. */
function lessonOf({ outcome }: HostWay): Lesson {
  if (outcome === undefined) return 'nothing';
  if (failures.has(outcome.verdict)) return 'failed';
  const changed = outcome.steps.some((step) => step.result.outcome === 'changed');
  return changed && (outcome.verdict === 'fixed' || outcome.verdict === 'healthy') ? 'proved' : 'nothing';
}

function canaryFailed({ name, outcome }: HostWay): string {
  return `not touched: ${name} was the first of its kind, and ended ${(outcome?.verdict ?? 'unknown').replaceAll('_', ' ')}`;
}
