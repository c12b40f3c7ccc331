import type { Scope } from '../expr/evaluate.ts';
import { assertNever } from '../model/assert-never.ts';
import { clipped } from '../model/clipped.ts';
import { formatDuration } from '../model/duration.ts';
import type { UnitRecord } from '../model/history.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Become, Risky, StepRollback } from '../model/runbook.ts';
import type { FixOutcome } from '../model/transport.ts';
import { armDeadMan, type DeadManWish, settleDeadMan } from '../shell/dead-man.ts';
import { type DeadManReply, type Reverted, readDeadManReply } from '../shell/dead-man-reply.ts';
import { markerName } from '../shell/marker-name.ts';
import {
  type Covered,
  cannotGuard,
  coverage,
  filesOf,
  guardedScript,
  labelledUndos,
  undosOf,
} from './dead-man-plan.ts';
import { type FixKey, fixKey, keyText } from './fix-key.ts';
import { howReverted } from './how-reverted.ts';
import { type DueChange, inspectCalls, whyUndecided } from './inspect-calls.ts';
import { mayHaveBegun } from './past.ts';
import { lookOf, type StepPlace } from './step-place.ts';
import { takeTurns } from './turn.ts';

/** What a dead man's switch has to know of its unit. */
export interface RiskyUnit {
  readonly risky: Risky;
  readonly rollback: StepRollback;
  readonly alternative: string | undefined;
}

/** How one stands, as far as its host could be asked. */
export type Settled = DeadManReply | { readonly kind: 'unreached'; readonly reason: string };

/** So long after its time a host is still asked whether it has acted, in ms: what it does takes time, and so may its way back. */
const graceMs = 120_000;

/** Its scripts do little; a rollback in them has no end of its own. */
const scriptMs = 300_000;

const pauseMs = { first: 1000, longest: 10_000 } as const;

interface Armed {
  readonly name: string;
  readonly key: FixKey;
  readonly become: Become;
  /** Monotonic ms; until then it has acted, or never will. */
  readonly until: number;
}

/**
 * A risky fix's dead man's switch: armed on the host before the fix begins, disarmed once the fix was confirmed. Until then
 * the host takes the fix back by itself; a rollback asks it to do so at once. Which of them is first is the host's to say.
 */
export class DeadManSwitch {
  readonly #place: StepPlace;
  readonly #unit: RiskyUnit;
  readonly #scope: Scope;
  #calls: readonly DueChange[] = [];
  #covered: readonly Covered[] = [];
  #armed: Armed | undefined;
  #acted: Reverted | { readonly kind: 'torn' } | undefined;

  constructor(place: StepPlace, unit: RiskyUnit, scope: Scope) {
    this.#place = place;
    this.#unit = unit;
    this.#scope = scope;
  }

  /** The host waits, as far as is known here. */
  get isArmed(): boolean {
    return this.#armed !== undefined;
  }

  /** What is to be said of how the host took it back; `undefined`: nothing. */
  get howReverted(): string | undefined {
    return this.#acted?.kind === 'reverted' ? howReverted(this.#acted) : undefined;
  }

  /** Why the host could not take these changes back by itself. Looks, and changes nothing. */
  async prepare(changes: readonly DueChange[]): Promise<string | undefined> {
    const { rollback } = this.#unit;
    if (rollback.kind === 'calls') {
      const look = lookOf(this.#place, 'rollback');
      const decided = await inspectCalls(this.#place.run, look, rollback.calls, this.#scope);
      if (decided.kind !== 'decided') return `risky: its rollback: ${whyUndecided(decided)}`;
      this.#calls = decided.changes;
    }
    return cannotGuard(changes, rollback.kind, this.#calls);
  }

  /** Arms it for this attempt, over all that earlier ones did. Why not: then nothing may begin. */
  async arm(attempt: number, changes: readonly DueChange[]): Promise<string | undefined> {
    const { run } = this.#place;
    const key = this.#keyOf(attempt);
    const marker = markerName(keyText([...this.#fixKey, attempt, 0]));
    const covered = [...this.#covered.filter(({ due }) => !changes.includes(due)), ...coverage(changes, marker)];
    const before = [...new Set(covered.map((entry) => entry.marker))].filter((name) => name !== marker);
    const scripts = [...before.map((name) => ({ marker: name, unkillable: 0 })), guardedScript(changes, marker)];
    const become = changes[0]?.become ?? false;
    const name = markerName(keyText(key));
    const seconds = Math.ceil(this.#unit.risky.revertAfterMs / 1000);
    const undos = undosOf(this.#calls, covered, scripts);
    const files = filesOf(covered, scripts);
    const command = armDeadMan({ name, run: run.parts.runId, seconds, scripts, undos, files });
    const params = { name, seconds, undos: labelledUndos(this.#calls, covered) };
    const part = { label: { kind: 'dead_man', name: 'arm', params }, commands: [command] } as const;
    const request = { parts: [part], become, timeoutMs: scriptMs, key: keyText([...key, 'arm']) };
    const until = run.parts.clock.monotonic() + seconds * 1000 + graceMs;
    const why = notArmed(await run.session.fix(request, this.#tell(attempt)));
    if (why !== undefined) return `the host could not be told to take it back by itself: ${why}`;
    const earlier = this.#armed;
    this.#armed = { name, key, become, until };
    this.#covered = covered;
    if (earlier === undefined) return undefined;
    const settled = await this.#settle(earlier, 'disarm');
    if (settled.kind === 'disarmed' || settled.kind === 'none') return undefined;
    await this.disarm();
    this.#remember(settled);
    return settled.kind === 'unreached' ? settled.reason : 'the host took back by itself what was done of it so far';
  }

  /** Nothing was begun: it is ended where that is easy. Should it act after all, it finds nothing to take back. */
  async idle(): Promise<void> {
    if (this.#armed === undefined) return;
    await this.#settle({ ...this.#armed, until: 0 }, 'disarm');
    this.#armed = undefined;
    this.#covered = [];
  }

  /** The fix is confirmed: from now on it stays. Anything but `disarmed` and `none`: it may not. */
  async disarm(): Promise<Settled> {
    return this.#end('disarm');
  }

  /** Has the host take the fix back, or waits until it has done so by itself. `none`: there is nothing that would. */
  async revert(): Promise<Settled> {
    return this.#acted ?? this.#end('revert');
  }

  /** Finds what an earlier process of this run armed, and how that stands. */
  async find(record: UnitRecord): Promise<Settled> {
    const last = record.attempts.at(-1);
    if (last === undefined || !mayHaveBegun(record)) return { kind: 'none' };
    const { session, parts } = this.#place.run;
    const key = this.#keyOf(last.attempt);
    const name = markerName(keyText(key));
    const become = last.changes[0]?.become ?? false;
    const label = { kind: 'dead_man', name: 'look', params: { name } } as const;
    const command = settleDeadMan(name, 'look', waitSeconds);
    const answer = await session.inspector(label, become, scriptMs).run(command);
    const reply = readDeadManReply(answer.stdout) ?? { kind: 'torn' };
    if (reply.kind === 'armed' || reply.kind === 'firing') {
      const until = parts.clock.monotonic() + this.#unit.risky.revertAfterMs + graceMs;
      this.#armed = { name, key, become, until };
    }
    this.#remember(reply);
    return reply;
  }

  get #fixKey(): FixKey {
    return fixKey(this.#place, this.#unit.alternative);
  }

  #keyOf(attempt: number): FixKey {
    return [...this.#fixKey, attempt, 'dead_man'];
  }

  #tell(attempt: number) {
    const { run, step } = this.#place;
    return takeTurns(this.#place, { timeoutMs: step.timeoutMs, signal: run.parts.aborting }).tell(attempt);
  }

  async #end(wish: 'disarm' | 'revert'): Promise<Settled> {
    const armed = this.#armed;
    if (armed === undefined) return { kind: 'none' };
    const settled = await this.#settle(armed, wish);
    this.#remember(settled);
    if (settled.kind !== 'unreached') this.#armed = undefined;
    return settled;
  }

  #remember(settled: Settled): void {
    if (settled.kind === 'reverted' || settled.kind === 'torn') this.#acted = settled;
  }

  /** Asks until the host has answered, or must have acted long ago. */
  async #settle({ name, key, become, until }: Armed, wish: DeadManWish): Promise<Settled> {
    const { session, parts } = this.#place.run;
    const { clock, aborting } = parts;
    const tell = this.#tell(1);
    const begun = clock.monotonic();
    const part = {
      label: { kind: 'dead_man', name: wish, params: { name } },
      commands: [{ ...settleDeadMan(name, wish, waitSeconds), unkillable: true }],
    } as const;
    let asked = 1;
    for (let pause: number = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.longest)) {
      const request = { parts: [part], become, timeoutMs: scriptMs, key: keyText([...key, wish, asked]) };
      const outcome = await reached(() => session.fix(request, tell));
      if (outcome.kind === 'ended') {
        const reply = readDeadManReply(outcome.answers[0]?.stdout ?? '');
        if (reply !== undefined && reply.kind !== 'firing') return reply;
      }
      const reason = outcome.kind === 'ended' ? 'it has not ended what it does by itself' : outcome.failure.message;
      // Asking twice does no harm: the host itself knows who was first.
      asked += 1;
      const now = clock.monotonic();
      if (aborting.aborted || now + pause > until) return { kind: 'unreached', reason };
      // Where it lets nobody in, only its own rollback helps: knocking would lock accounts.
      const shut = outcome.kind !== 'ended' && shutPhases.has(outcome.failure.phase);
      const nextMs = shut ? Math.max(pause, until - graceMs + pauseMs.first - now) : pause;
      await tell({ reason: `the host cannot be asked: ${reason}`, waitedMs: now - begun, nextMs, leftMs: until - now });
      await clock.sleep(nextMs, aborting);
    }
  }
}

/** How long the host waits for an end of what it does by itself, before it says that this goes on. */
const waitSeconds = 120;

const shutPhases: ReadonlySet<string> = new Set(['auth', 'agent', 'host_key', 'become']);

/** A lock that could not be taken again is a failure, too. */
async function reached(ask: () => Promise<FixOutcome>): Promise<FixOutcome> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof HostFailure) return { kind: 'not_started', failure: error };
    throw error;
  }
}

function notArmed(outcome: FixOutcome): string | undefined {
  if (outcome.kind !== 'ended') return outcome.failure.message;
  const [answer] = outcome.answers;
  if (answer !== undefined && answer.rc === 0 && answer.stdout.startsWith('armed ')) return undefined;
  const said = answer?.stderr.trim().split('\n').at(-1) ?? '';
  return said === '' ? `exit ${answer?.rc ?? 'unknown'}` : clipped(said);
}

/** What it means that a confirmed fix could not be kept. */
export function notKept(settled: Exclude<Settled, { kind: 'disarmed' | 'none' }>, { revertAfterMs }: Risky): string {
  const after = formatDuration(revertAfterMs);
  switch (settled.kind) {
    case 'reverted':
    case 'torn':
    case 'firing':
      return `it held, but not before the host took it back by itself, ${after} after it began`;
    case 'armed':
    case 'unreached':
      return `it held, but the host could not be told to keep it; it takes it back by itself ${after} after it began${
        settled.kind === 'unreached' ? `: ${settled.reason}` : ''
      }`;
    default:
      return assertNever(settled);
  }
}
