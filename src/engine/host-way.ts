import type { EventBody } from '../model/event.ts';
import type { HostHistory } from '../model/history.ts';
import { type FailurePhase, HostFailure } from '../model/host-failure.ts';
import { JournalFailure } from '../model/journal-failure.ts';
import type { HostOutcome, HostPlan, Plan, PlannedHost } from '../model/plan.ts';
import type { Verdict } from '../model/result.ts';
import type { Become } from '../model/runbook.ts';
import type { AfterLook } from './change-hosts.ts';
import { connectedEvent, idsOf } from './connected.ts';
import type { ExecuteOptions } from './execute-plan.ts';
import { holding, lockNote } from './host-lock.ts';
import type { EngineParts } from './host-run.ts';
import { isDue, outcomeOfPlan } from './outcome-of-plan.ts';
import { notAsked, outcomeUntold, refusedStill, unknownStill } from './outcome-untold.ts';
import { anyGoesOn, isOpen, otherHost, pastOf } from './past.ts';
import { openSession, type Session } from './session.ts';
import { stopReason } from './stop-reason.ts';
import { carryOut, diagnose, type Walker } from './walk.ts';

/** After so long between look and change the host is looked at again first. */
const staleAfterMs = 60_000;

/** One host's way through the run: look, then mend or leave. Its failures are values; it rejects only for bugs. */
export class HostWay {
  plan: HostPlan | undefined;
  outcome: HostOutcome | undefined;
  #session: Session | undefined;
  #forget = (): void => undefined;
  #lookedAt = 0;
  /** The host's key when it was diagnosed, where that connection was given up. */
  #keySeen: string | undefined;
  #begun = 0;
  /** Its `emit` is `#tell`. */
  readonly #parts: EngineParts;
  readonly #emit: EngineParts['emit'];
  #failedIn: FailurePhase | undefined;
  /** What is still to be said of the connection: with the first answer it is known which host this is. */
  #connected: { readonly session: Session; readonly ms: number } | undefined;
  #greeted: Promise<void> | undefined;
  readonly #options: ExecuteOptions;
  readonly #run: Plan;
  readonly #planned: PlannedHost;

  constructor(parts: EngineParts, options: ExecuteOptions, run: Plan, planned: PlannedHost) {
    this.#parts = { ...parts, emit: (body) => this.#tell(body) };
    this.#emit = parts.emit;
    this.#options = options;
    this.#run = run;
    this.#planned = planned;
  }

  get name(): string {
    return this.#planned.host.name;
  }

  /** Whether this process of the run is about it; else it keeps the outcome that it has. */
  get chosen(): boolean {
    return this.#options.resume?.hosts.has(this.name) ?? true;
  }

  /** Where reaching it failed, for a host that ended as unreachable. */
  get lostIn(): FailurePhase | undefined {
    return this.outcome?.verdict === 'unreachable' && this.chosen ? this.#failedIn : undefined;
  }

  /** Whether it was under way when an earlier process of the run broke off. */
  get wentOn(): boolean {
    return this.chosen && this.#open !== undefined;
  }

  /**
   * Connects and diagnoses, and ends here when nothing is due. Else `mend` carries out at once, `hold` keeps the connection for
   * that, and `rest` gives it up meanwhile: then all is looked at again before anything is changed.
   */
  async look(then: AfterLook): Promise<void> {
    this.#begun = this.#options.clock.monotonic();
    // It may be a host that is tried again.
    this.outcome = undefined;
    this.plan = undefined;
    if (!this.chosen) {
      this.outcome = this.#past?.outcome ?? this.#blank('not_started', 'not chosen for this resume');
      return;
    }
    const open = this.#open;
    if (this.#options.stopping.aborted) {
      const { stopping } = this.#options;
      return open === undefined
        ? this.#end(this.#blank('not_started', stopReason(stopping, ' before it began')))
        : this.#end(unknownStill(this.#parts.registry, open, stopReason(stopping, ' before it was gone on with')));
    }
    const { plan } = open ?? {};
    if (plan !== undefined) {
      const undo = this.#options.resume?.undone?.get(this.name);
      return undo === undefined ? this.#goOn(plan) : this.#end(this.#blank('refused', undoneSince(undo)));
    }
    await this.#guard(async () => {
      this.#session = await this.#connect();
      // Where the change follows at once, its own taking of the lock tells.
      const asksLock = this.#options.lock !== undefined && this.#options.mode !== 'apply';
      const locked = asksLock ? { locked: lockNote(this.#session, this.#lockUser) } : {};
      this.plan = await this.#walker.diagnose({ ...this.#walk(this.#session), ...locked });
      const other = this.#otherHost(this.#session);
      if (other !== undefined) return this.#end(this.#refused(other));
      this.#lookedAt = this.#options.clock.monotonic();
      if (this.#options.mode === 'dry_run') await this.leave();
      // Nothing new is to be approved; but what stands there is this run's.
      else if (!isDue(this.plan)) await (anyGoesOn(this.#walk(this.#session).past) ? this.mend() : this.leave());
      else if (then === 'mend') await this.mend();
      else if (then === 'rest') {
        this.#keySeen = this.#session.hostKey;
        await this.#close();
        // A new connection reads anew.
        this.plan = { ...this.plan, snapshots: [] };
      }
    });
  }

  async mend(): Promise<void> {
    const { plan } = this;
    if (plan === undefined || this.outcome !== undefined) return;
    await this.#guard(async () => {
      const stale = this.#options.clock.monotonic() - this.#lookedAt > staleAfterMs;
      try {
        await this.#carryOut(stale ? { ...plan, snapshots: [] } : plan);
      } catch (error) {
        // The wire did not survive the question; nothing was begun, so a new one may look again.
        const lost = error instanceof HostFailure && error.phase === 'lost' && this.#options.mode === 'ask';
        if (!lost || this.#options.aborting.aborted) throw error;
        await this.#close();
        await this.#carryOut({ ...plan, snapshots: [] });
      }
    });
  }

  /** What was read before the run broke off counts still: only so do the gates of what was begun decide as they did. */
  async #goOn(plan: HostPlan): Promise<void> {
    this.plan = plan;
    await this.#guard(async () => {
      // A secret that is part of an answer isn't in the journal: that one is read again.
      const snapshots = plan.snapshots.filter((snapshot) => !JSON.stringify(snapshot).includes('***'));
      await this.#carryOut({ ...plan, snapshots });
    });
  }

  /** Why the host that answers now is not the one that was diagnosed, or that an earlier process was at. */
  #otherHost(session: Session): string | undefined {
    const seen = this.#keySeen === undefined ? undefined : otherHost({ hostKey: this.#keySeen }, idsOf(session));
    return seen ?? (this.#past === undefined ? undefined : otherHost(this.#past, idsOf(session)));
  }

  get #walker(): Walker {
    return this.#options.walker ?? { diagnose, carryOut };
  }

  get #past(): HostHistory | undefined {
    return this.#options.resume?.histories.get(this.#planned.host.name);
  }

  /** What was under way there when the run broke off. */
  get #open(): HostHistory | undefined {
    return this.#past !== undefined && isOpen(this.#past) ? this.#past : undefined;
  }

  async #carryOut(plan: HostPlan): Promise<void> {
    const session = this.#session ?? (await this.#connect());
    this.#session = session;
    const { lock, clock, walker } = this.#options;
    // A fix waits for the lock itself; what may begin with an undo, or a question about an old fix, waits here.
    const waits = walker !== undefined || this.#open !== undefined;
    if (waits) await session.greeted(this.#lockUser);
    // Before the lock, too: it would be taken on another machine.
    const other = this.#otherHost(session);
    if (other !== undefined) return this.#end(this.#refused(other));
    if (lock !== undefined) {
      session.lock(holding(this.#parts.runId, this.#planned.host.name, lock, this.#lockUser, clock.now()));
      const refused = waits ? await session.lockRefusal() : undefined;
      const now = refused ?? this.#otherHost(session);
      if (now !== undefined) return this.#end(this.#refused(now));
    }
    await this.#end(await this.#walker.carryOut(this.#walk(session), plan));
  }

  /** As most of its fixes are made. */
  get #lockUser(): Become {
    return this.#run.runbook.become ?? this.#planned.host.connect.become ?? this.#parts.becomeByDefault;
  }

  /** Nothing (more) is to be done: the plan is the outcome. */
  async leave(): Promise<void> {
    if (this.outcome !== undefined) return;
    if (this.plan === undefined) return;
    const outcome = outcomeOfPlan(this.plan, this.#options.mode);
    const { stopping } = this.#options;
    const stopped = outcome.verdict === 'refused' && stopping.reason instanceof JournalFailure;
    await this.#end(stopped ? { ...outcome, verdict: 'not_started', reason: stopReason(stopping) } : outcome);
  }

  /** It is not carried out, though it is due: why. */
  async passOver(verdict: 'not_started' | 'refused', reason: string): Promise<void> {
    if (this.outcome !== undefined || this.plan === undefined) return;
    const { diagnosis, symptom, notes, outputs } = this.plan;
    await this.#end({ host: this.name, verdict, reason, diagnosis, symptom, steps: [], notes, outputs });
  }

  async #connect(): Promise<Session> {
    const { host } = this.#planned;
    await this.#parts.emit({ type: 'host.connecting', host: host.name });
    const begun = this.#options.clock.monotonic();
    const transport = this.#options.transportFor(host);
    const { clock, aborting, stopping, reader } = this.#options;
    // Nothing is lost by not waiting for a host that has not answered yet.
    const { startedAt, once } = this.#parts;
    const open = (waits?: () => void): Promise<Session> =>
      openSession(host, transport, startedAt, clock, aborting, { stopping, reader, waits });
    const session = await (once === undefined ? open() : once.lend(host.name, open));
    // What is under way then ends as lost, and a fix as unknown.
    const abort = (): void => void session.close();
    aborting.addEventListener('abort', abort, { once: true });
    // Else a run keeps the memory of every connection that it ever had.
    this.#forget = () => aborting.removeEventListener('abort', abort);
    const ms = this.#options.clock.monotonic() - begun;
    this.#connected = { session, ms };
    // Without a symptom a step is told of before anything was asked; this goes with the first questions.
    this.#greeted = this.#run.runbook.symptom === undefined ? session.greeted(this.#lockUser) : undefined;
    return session;
  }

  /** Both at once: they are numbered in this order, and what comes from other probes meanwhile goes after them. */
  async #tell(body: EventBody): Promise<void> {
    const connected = this.#connected;
    this.#connected = undefined;
    if (connected !== undefined) this.#greeted ??= connected.session.greeted(this.#lockUser);
    await this.#greeted;
    if (connected === undefined) await this.#emit(body);
    else await Promise.all([this.#emit(connectedEvent(connected)), this.#emit(body)]);
  }

  #walk(session: Session) {
    const undone = this.#options.resume?.undone?.has(this.name);
    const past = this.#past === undefined ? {} : { past: pastOf(this.#past, undone) };
    return { parts: this.#parts, session, planned: this.#planned, runbook: this.#run.runbook, ...past };
  }

  async #close(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
    this.#forget();
  }

  /** The edge where one host's failure becomes a value. */
  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof HostFailure)) throw error;
      const help = error.help === undefined ? {} : { help: error.help };
      const reason = error.message;
      const again = this.#failedIn === undefined ? {} : ({ again: true } as const);
      this.#failedIn = error.phase;
      const host = this.#planned.host.name;
      await this.#parts.emit({ type: 'host.unreachable', host, phase: error.phase, reason, ...help, ...again });
      const open = this.#open;
      if (open !== undefined) await this.#end(unknownStill(this.#parts.registry, open, notAsked(reason)));
      else await this.#end(this.#blank(error.phase === 'cancelled' ? 'not_started' : 'unreachable', reason));
    }
  }

  #blank(verdict: Verdict, reason: string): HostOutcome {
    return outcomeUntold(this.name, verdict, reason);
  }

  #refused(reason: string): HostOutcome {
    const open = this.#open;
    return open === undefined ? this.#blank('refused', reason) : refusedStill(this.#parts.registry, open, reason);
  }

  async #end(outcome: HostOutcome): Promise<void> {
    this.outcome = outcome;
    // Where the journal lacks an end, the host's markers are all that knows it.
    await this.#session?.release(this.#parts.journalFailed?.aborted !== true);
    await this.#close();
    const ms = this.#options.clock.monotonic() - this.#begun;
    await this.#parts.emit({ type: 'host.finished', host: outcome.host, outcome, ms });
  }
}

function undoneSince(undo: string): string {
  return `undone since, by ${undo}: what the run did here no longer stands; run its runbook again`;
}
