import type { Clock } from '../model/clock.ts';
import type { EventBody } from '../model/event.ts';
import type { HostPlan } from '../model/plan.ts';
import type { Verdict } from '../model/result.ts';
import { countOf, type Rollout } from '../model/rollout.ts';
import { afterBatch, type Batch, type Lesson, newProgress, nextBatch, type Progress } from './batches.ts';
import type { ConfirmDesk } from './confirm-desk.ts';
import { countVerdicts } from './count-verdicts.ts';
import type { Emit } from './emitter.ts';
import type { HostWay } from './host-way.ts';
import { kindOfChange } from './kind-of-change.ts';
import { type BadHost, isBad, overMaxFail, tookBack } from './max-fail.ts';
import type { OnceDesk } from './once-desk.ts';
import { mayComeBack } from './retry-unreachable.ts';
import { stopReason } from './stop-reason.ts';

/** What a rollout needs of its run. */
export interface RollOutParts {
  readonly rollout: Rollout;
  /** All hosts of this process of the run, whether they need a change or not: what a percentage is of. */
  readonly ways: readonly HostWay[];
  readonly once: OnceDesk;
  readonly clock: Clock;
  readonly emit: Emit;
  readonly desk: ConfirmDesk;
  readonly stopping: AbortSignal;
}

type BatchFinished = Extract<EventBody, { type: 'batch.finished' }>;

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
  /** What earlier calls came to. */
  #known: Progress = newProgress([]);
  /** By kind. */
  readonly #closedBy = new Map<string, HostWay>();
  #batch = 0;
  #stopped = false;

  constructor(parts: RollOutParts) {
    this.#parts = parts;
    const { rollout, ways } = parts;
    this.#sizes = (rollout.batches ?? []).map((count) => Math.max(1, countOf(count, ways.length)));
  }

  /** Changes those of them that are due; who does not begin ends as not started, and is told why. */
  async run(due: readonly HostWay[]): Promise<void> {
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
      stop = this.#reasonToStop(undefined);
      if (stop !== undefined) break;
      const { batch } = next;
      const current = { batch, ways: batch.hosts.flatMap((host) => byName.get(host) ?? []) };
      const begun = this.#parts.clock.monotonic();
      await this.#carryOut(current, next.progress, plans);
      const lessons = this.#lessons(current, kinds);
      progress = afterBatch(next.progress, lessons);
      const closed = progress.kinds.flatMap(({ key, waiting }) => {
        const canary = lessons.get(key) === 'failed' ? this.#closedBy.get(key) : undefined;
        if (canary === undefined) return [];
        return [{ canary: canary.name, diagnosis: plans.get(canary.name)?.diagnosis ?? '', waiting: waiting.length }];
      });
      await this.#finished(current, closed, begun);
      stop = this.#reasonToStop(current);
      if (stop !== undefined) break;
    }
    this.#known = progress;
    this.#stopped = stop !== undefined;
    await Promise.all(
      due.map((way) => {
        const canary = this.#closedBy.get(kinds.get(way.name) ?? '');
        return way.passOver('not_started', canary === undefined ? (stop ?? 'not touched') : canaryFailed(canary));
      }),
    );
  }

  /** Whether nobody may begin any more, even if all who may come back did. */
  get isOver(): boolean {
    const { rollout, ways } = this.#parts;
    const bad = this.#badOf(ways.filter((way) => !mayComeBack(way)));
    return (
      this.#stopped || overMaxFail(rollout.maxFail, { bad, hosts: ways.length }, { bad: [], hosts: 0 }) !== undefined
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
    const { once, emit, desk } = this.#parts;
    const { batch, ways } = current;
    this.#batch += 1;
    for (const host of batch.canaries) this.#canaries.add(host);
    desk.begin(batch.hosts.flatMap((host) => plans.get(host) ?? []));
    const waiting = kinds.reduce((sum, kind) => sum + (kind.state === 'closed' ? 0 : kind.waiting.length), 0);
    await emit({ type: 'batch.started', batch: this.#batch, ...batch, waiting });
    await once.together(ways, async (way) => {
      if (this.#reasonToStop(current) !== undefined) return;
      this.#begun.add(way);
      await way.mend();
    });
  }

  #lessons({ batch, ways }: Current, kinds: ReadonlyMap<string, string>): ReadonlyMap<string, Lesson> {
    const lessons = new Map<string, Lesson>();
    // Ctrl-C may have cut off what would have helped.
    if (this.#parts.stopping.aborted) return lessons;
    for (const way of ways.filter(({ name }) => batch.canaries.includes(name))) {
      const kind = kinds.get(way.name) ?? '';
      const lesson = lessonOf(way);
      lessons.set(kind, lesson);
      if (lesson === 'failed') this.#closedBy.set(kind, way);
    }
    return lessons;
  }

  async #finished(current: Current, closed: BatchFinished['closed'], begun: number): Promise<void> {
    const { clock, emit } = this.#parts;
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
    const { rollout, ways, stopping } = this.#parts;
    if (stopping.aborted) return stopReason(stopping, ' before its batch');
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

const goods: ReadonlySet<Verdict> = new Set<Verdict>(['fixed', 'healthy', 'not_applicable']);

/** A host on which the change that was due was not made says nothing of what it would do to others. */
function lessonOf({ outcome, plan }: HostWay): Lesson {
  if (outcome === undefined) return 'nothing';
  if (failures.has(outcome.verdict)) return 'failed';
  const changed = outcome.steps.some((step) => step.result.outcome === 'changed');
  // Where only a wait was due, to have waited is all.
  const due = plan?.steps.some((step) => step.result.outcome === 'would_change') === true;
  return goods.has(outcome.verdict) && (changed || !due) ? 'proved' : 'nothing';
}

function canaryFailed({ name, outcome }: HostWay): string {
  return `not touched: ${name} was the first of its kind, and ended ${(outcome?.verdict ?? 'unknown').replaceAll('_', ' ')}`;
}
