import type { Clock } from '../model/clock.ts';
import type { Answer, Command } from '../model/command.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Host } from '../model/inventory.ts';
import type { JsonObject } from '../model/json.ts';
import type { Inspector } from '../model/probe.ts';
import type { Question, Reader } from '../model/reader.ts';
import type { Become } from '../model/runbook.ts';
import { timeWanted } from '../model/time-wanted.ts';
import type { AdoptRequest, FixOutcome, FixRequest, Foreseen, Label, Transport } from '../model/transport.ts';
import type { FixKey } from './fix-key.ts';
import { greetQuietly, isSilent } from './greet.ts';
import type { Holding } from './host-lock.ts';
import { type FixWait, recoverFix } from './recover-fix.ts';
import { openWire, type Wire } from './wire.ts';

/** A host's wire for the length of a run: it can be reopened, and knows the time of the last change there. */
export interface Session {
  readonly host: Host;
  readonly hostKey: string | undefined;
  /** The id of the host's boot, once anything has run there and where it has one. */
  bootId(): string | undefined;
  /** The id of the host's installation, once anything has run there and where it has one. */
  machineId(): string | undefined;
  /** Waits for the host's first answer, where it could tell which machine it is and none was asked for yet. Rejects only for bugs. */
  greeted(become: Become): Promise<void>;
  /** Answers that were asked for ahead of time, by what was asked. A fix and a new connection drop them. */
  readonly ahead: Map<string, Promise<unknown>>;
  /** Opens what the run will need on this host. */
  foresee(what: Foreseen): void;
  /** An inspector for one reading. */
  inspector(label: Label, become: Become, timeoutMs: number): Inspector;
  /**
   * Reads with an inspector of its own. When it asks for the time of the last change, that is waited for. `site`: where a
   * probe is asked, for who listens.
   */
  read(
    label: Label,
    become: Become,
    timeoutMs: number,
    read: (host: Inspector) => Promise<unknown>,
    site?: string,
  ): Promise<unknown>;
  /**
   * Carries a fix out. When the wire breaks it connects again and asks the host what became of it, so that a fix that ended
   * or never began is known as such. Not started in phase `lost`: the wire is up again, another attempt may do better.
   * `waits` is told while it waits for the host.
   */
  fix(request: FixRequest, waits?: (wait: FixWait) => Promise<void>): Promise<FixOutcome>;
  /** Asks what became of a fix that another process sent. Never begins it. */
  adopt(request: AdoptRequest): Promise<FixOutcome>;
  /** The journal was told how all that was sent under this key ended: its markers are not needed any more. */
  recorded(key: FixKey): void;
  /** Marks now as the time of the last change. What it is on the host's clock is asked when somebody wants to know. */
  markChange(): void;
  /** Asks for the host's lock, with the next frames; it is kept over all connections until {@link release}. */
  lock(holding: Holding): void;
  /** Why nothing may be changed here; `undefined`: the lock is ours, or none was asked for. */
  lockRefusal(): Promise<string | undefined>;
  /**
   * Gives the lock back. `sweep`: and has those of its user's markers removed that nobody needs any more. Never rejects with a
   * HostFailure.
   */
  release(sweep: boolean): Promise<void>;
  /** A new connection; the old one is closed. For `fresh: true`. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** What else a session may be given. */
export interface Around {
  /** Ends the first connecting; later ones end by the session's own signal. */
  readonly stopping?: AbortSignal | undefined;
  /** Hears, or answers, each reading. */
  readonly reader?: Reader | undefined;
  /** Told when the host lets the first connecting wait. */
  readonly waits?: (() => void) | undefined;
}

/** Opens the first connection, unless `stopping` aborts; later ones, unless `signal` does. Rejects with the transport's HostFailure. */
export async function openSession(
  host: Host,
  transport: Transport,
  startedAt: number,
  clock: Clock,
  signal: AbortSignal,
  { stopping: opening = signal, reader, waits }: Around = {},
): Promise<Session> {
  const wire = await openWire(host, transport, signal, { signal: opening, waits });
  return sessionOver(wire, startedAt, clock, reader);
}

/** What one host's walk does over a wire. `asker`: that host, where the wire is another one's. */
export function sessionOver(
  wire: Wire,
  startedAt: number,
  clock: Clock,
  reader: Reader = (_question, ask) => ask(),
  asker?: string,
): Session {
  let since = startedAt;
  /** The last change's time by our own clock, until it is known by the host's. */
  let changedAt: number | undefined;
  let asking: Promise<void> | undefined;
  const { host, signal, markers } = wire;
  const { hostKey } = wire.current();
  const whose = asker === undefined ? { host: host.name } : { host: asker, on: host.name };
  const ahead = new Map<string, Promise<unknown>>();
  const ask = (label: Label, command: Command, become: Become, timeoutMs: number): Promise<Answer> =>
    wire.run({ label, command, become, timeoutMs: command.timeoutMs ?? timeoutMs });

  /** Once for all who want to know. */
  const learnSince = (become: Become): Promise<void> => {
    if (asking !== undefined || changedAt === undefined) return asking ?? Promise.resolve();
    const asked = timeOf(changedAt, clock, (label, command) => ask(label, command, become, clockMs)).then((time) => {
      // Another change may have been made meanwhile.
      if (asking !== asked) return;
      since = time ?? since;
      changedAt = undefined;
    });
    asking = asked;
    return asked;
  };

  const reopen = async (): Promise<void> => {
    await wire.reopen(() => asking);
    ahead.clear();
  };

  return {
    host,
    hostKey,
    bootId: () => wire.current().bootId(),
    machineId: () => wire.current().machineId?.(),
    async greeted(become) {
      if (isSilent(wire.current())) await greetQuietly(wire.current(), become);
    },
    ahead,
    foresee: (what) => wire.current().foresee?.(what),
    inspector: (label, become, timeoutMs) => ({
      get since() {
        return since;
      },
      timeoutMs,
      signal,
      run: (command) => ask(label, command, become, timeoutMs),
    }),
    read(label, become, timeoutMs, read, site) {
      const question: Question = { label, become, ...whose, ...(site === undefined ? {} : { site }) };
      return reader(question, async (heard) => {
        const run = async (command: Command): Promise<Answer> => {
          const answer = await ask(label, command, become, timeoutMs);
          heard?.(command, answer);
          return answer;
        };
        const how = { timeoutMs, signal, run };
        if (changedAt === undefined) return read({ since, ...how });
        try {
          return await read(untimed(how));
        } catch (error) {
          if (error !== timeWanted) throw error;
          await learnSince(become);
          return read({ since, ...how });
        }
      });
    },
    async fix(request, waits) {
      ahead.clear();
      const refused = await wire.lockRefusal();
      if (refused !== undefined) return { kind: 'not_started', failure: new HostFailure('command', refused) };
      const run = wire.lockedFor();
      const whole = run === undefined ? request : { ...request, run };
      markers.sent(request);
      const outcome = await wire.inTurn(() =>
        recoverFix(whole, { current: wire.current, reopen, clock, signal, waits }),
      );
      ahead.clear();
      return outcome;
    },
    adopt(request) {
      markers.sent(request);
      return wire.adopt(request);
    },
    recorded: (key) => markers.recorded(key),
    markChange() {
      changedAt = clock.monotonic();
      asking = undefined;
    },
    lock: (what) => wire.lock(what),
    lockRefusal: () => wire.lockRefusal(),
    release: (sweep) => wire.release(sweep),
    reopen,
    close: () => wire.close(),
  };
}

function untimed(how: Omit<Inspector, 'since'>): Inspector {
  return {
    ...how,
    get since(): number {
      throw timeWanted;
    },
  };
}

const clockMs = 10_000;

type Ask = (label: Label, command: Command) => Promise<Answer>;

const noParams: JsonObject = {};

/** What the host's clock showed when ours showed that, in epoch ms; never too early. `undefined`: it gave no answer. */
async function timeOf(monotonic: number, clock: Clock, ask: Ask): Promise<number | undefined> {
  const label: Label = { kind: 'clock', name: 'clock', params: noParams };
  // Before it is asked: the answer is younger.
  const ago = clock.monotonic() - monotonic;
  try {
    const answer = await ask(label, { argv: ['date', '+%s'] });
    if (!/^\d{1,12}\s*$/.test(answer.stdout)) return undefined;
    // Logs tell whole seconds: a line of this same second may be older than the change, so counting begins with the next.
    return Math.ceil(Number(answer.stdout.trim()) + 1 - ago / 1000) * 1000;
  } catch (error) {
    if (error instanceof HostFailure) return undefined;
    throw error;
  }
}
