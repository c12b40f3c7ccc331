import type { Answer } from '../../model/command.ts';
import { HostFailure } from '../../model/host-failure.ts';
import type { Host } from '../../model/inventory.ts';
import type { Connection, FixOutcome, FixRequest, LaneRequest, Transport } from '../../model/transport.ts';
import { overTheWire } from '../simulated/answer-label.ts';
import { CommandOrder, keyOf } from './label-key.ts';
import type {
  RecordedAnswer,
  RecordedAsk,
  RecordedEntry,
  RecordedFailure,
  RecordedFix,
  RecordedRun,
} from './recording.ts';

/** How a run is recorded. */
export interface RecordOptions {
  /** What the run is called in the recording. */
  readonly name: string;
  /** Epoch ms now. */
  readonly now: () => number;
  /** Stands before everything that is kept; the run's own redactor, where there are secrets. */
  readonly redact?: <T>(value: T) => T;
  /** All texts of one host together, in UTF-16 units. Default 16 Mi. */
  readonly maxChars?: number;
}

/** A transport that keeps what it carries. */
export interface RecordingTransport extends Transport {
  /** What each host was asked and answered so far. */
  runs(): readonly RecordedRun[];
}

/** Listens to another transport. Nothing that passes is changed, held up or lost. */
export function recordTransport(inner: Transport, options: RecordOptions): RecordingTransport {
  const startedAt = options.now();
  const tapes = new Map<string, Tape>();
  const tapeOf = (host: Host): Tape => {
    const tape = tapes.get(host.name) ?? new Tape(options);
    tapes.set(host.name, tape);
    return tape;
  };
  return {
    name: inner.name,
    async open(host, openOptions) {
      const tape = tapeOf(host);
      try {
        const connection = await inner.open(host, openOptions);
        tape.add({ type: 'open' });
        return listenTo(connection, tape);
      } catch (error) {
        if (error instanceof HostFailure) tape.add({ type: 'open', failed: plainFailure(error) });
        throw error;
      }
    },
    close: () => inner.close(),
    runs: () => [...tapes].map(([host, tape]) => ({ name: options.name, host, startedAt, ...tape.taken() })),
  };
}

function listenTo(connection: Connection, tape: Tape): Connection {
  return {
    hostKey: connection.hostKey,
    async run(request) {
      // Whose lock it is differs in each run: a replayed host has one of its own.
      if (request.label.kind === 'lock') return connection.run(request);
      const place = tape.begin(request);
      try {
        const answer = await connection.run(request);
        place(plainAnswer(answer));
        return answer;
      } catch (error) {
        if (error instanceof HostFailure) place(plainFailure(error));
        throw error;
      }
    },
    async fix(request) {
      const outcome = await connection.fix(request);
      tape.add(recordedFix(request, outcome));
      return outcome;
    },
    // What a host says of a fix whose wire broke isn't kept: a replayed wire doesn't break.
    adopt: (request) => connection.adopt(request),
    spent: (key) => connection.spent?.(key) === true,
    bootId: () => connection.bootId(),
    machineId: () => connection.machineId?.(),
    ...(connection.greeted === undefined ? {} : { greeted: connection.greeted }),
    close: () => connection.close(),
  };
}

/** What one host said. A place is taken when the question leaves: pipelined answers come in any order. */
class Tape {
  readonly #entries: (RecordedEntry | (() => RecordedEntry | undefined))[] = [];
  readonly #orders = new Map<string, CommandOrder>();
  readonly #redact: <T>(value: T) => T;
  #left: number;
  #cut = false;

  constructor({ redact = (value) => value, maxChars = 16 * 2 ** 20 }: RecordOptions) {
    this.#redact = redact;
    this.#left = maxChars;
  }

  begin(request: LaneRequest): (outcome: RecordedAsk['outcome']) => void {
    const label = overTheWire(request.label);
    const { become } = request;
    const command = this.#orderOf(keyOf(label, become)).numberOf(request.command);
    let entry: RecordedEntry | undefined;
    this.#entries.push(() => entry);
    return (outcome) => {
      entry = this.#kept({ type: 'ask', label, become, command, outcome });
    };
  }

  add(entry: RecordedEntry): void {
    const kept = this.#kept(entry);
    if (kept !== undefined) this.#entries.push(kept);
    // A reading's commands are counted anew after each fix.
    if (entry.type === 'fix') this.#orders.clear();
  }

  taken(): Pick<RecordedRun, 'entries' | 'cut'> {
    const entries = this.#entries.flatMap((entry) => (typeof entry === 'function' ? (entry() ?? []) : entry));
    return { entries, ...(this.#cut ? { cut: true } : {}) };
  }

  #orderOf(key: string): CommandOrder {
    const order = this.#orders.get(key) ?? new CommandOrder();
    this.#orders.set(key, order);
    return order;
  }

  #kept(entry: RecordedEntry): RecordedEntry | undefined {
    const kept = this.#redact(entry);
    this.#left -= JSON.stringify(kept).length;
    if (this.#left >= 0) return kept;
    this.#cut = true;
    return undefined;
  }
}

function plainAnswer({ rc, stdout, stderr, truncated }: Answer): RecordedAnswer {
  return { rc, stdout, stderr, truncated };
}

function plainFailure({ phase, message, help }: HostFailure): RecordedFailure {
  return { phase, message, ...(help === undefined ? {} : { help }) };
}

function recordedFix({ parts, become }: FixRequest, outcome: FixOutcome): RecordedFix {
  const answers = outcome.kind === 'not_started' ? [] : outcome.answers;
  let next = 0;
  const answered = parts.map(({ label, commands }) => {
    const own = answers.slice(next, next + commands.length).map(plainAnswer);
    next += commands.length;
    return { label: overTheWire(label), answers: own };
  });
  return {
    type: 'fix',
    become,
    kind: outcome.kind,
    parts: answered,
    ...(outcome.kind === 'ended' ? {} : { failed: plainFailure(outcome.failure) }),
  };
}
