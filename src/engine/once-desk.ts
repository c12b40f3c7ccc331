import type { StepResult } from '../model/result.ts';
import type { Value } from '../model/value.ts';
import type { Touch } from './host-run.ts';
import type { Limit } from './limit.ts';
import type { OnceBefore } from './once-before.ts';

/** What a `run_once` step came to on the host that ran it, for those that share it. */
export interface Shared {
  readonly host: string;
  readonly result: StepResult;
  /** What later steps see as `steps.ID`. */
  readonly value: Value;
  /** Its probes, as they were read there. */
  readonly names: readonly (readonly [string, Value])[];
  /** What was changed there, or would be. */
  readonly touches: readonly Touch[];
  /** It was changed: what is read from now on is the truth. Else somebody has only looked. */
  readonly made: boolean;
  /** Its host's way ended with it, though that only looked. */
  readonly ends?: true;
}

/** A host at a `run_once` step. */
export interface OnceAt {
  readonly host: string;
  readonly phase: 'look' | 'change';
  /** The step's id with the items around it. */
  readonly key: string;
  /** The host to which what was shown to somebody leaves it. `firmly`: somebody approved just that. */
  readonly leftTo?: { readonly host: string; readonly firmly: boolean };
}

/** What a host is to do about a step that runs once. */
export type Turn =
  | { readonly kind: 'mine' }
  | { readonly kind: 'shared'; readonly shared: Shared }
  /** Nobody may run it: the host that should did not. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'interrupted' };

type Decision = Turn | { readonly kind: 'wait'; readonly on: string };

interface Entry {
  readonly host: string;
  /** Absent: it is at it. */
  shared?: Shared;
  /** Who took it over. */
  readonly sharing: Set<string>;
}

export interface OnceDeskParts {
  /** The run's places: who waits for a host that has none gives its own away. */
  readonly limit: Limit;
  readonly stopping: AbortSignal;
  /** What an earlier process of the run began. */
  readonly before: (key: string) => OnceBefore | undefined;
}

/**
 * Who of a run's hosts runs a `run_once` step, and what it came to. It is the first in the run's order that gets there; those behind
 * it wait for it, and for those before it that may still get there. Looking and changing are two phases, each with one host of its
 * own; it is the same one wherever it can be.
 */
export class OnceDesk {
  readonly #parts: OnceDeskParts;
  /** Hosts that are on their way together, in their order; whether they have a place. */
  readonly #together = new Map<string, { placed: boolean }>();
  /** By phase and host: keys of the steps that are behind them. */
  readonly #passed = new Map<string, Set<string>>();
  /** By phase and key. */
  readonly #entries = new Map<string, Entry>();
  readonly #waiting = new Set<() => void>();

  constructor(parts: OnceDeskParts) {
    this.#parts = parts;
    parts.stopping.addEventListener('abort', () => this.#tell(), { once: true });
  }

  /** Takes these hosts on their way, in this order; each as soon as there is a place for it. */
  async together<T extends { readonly name: string }>(hosts: readonly T[], work: (host: T) => Promise<void>) {
    for (const { name } of hosts) {
      this.#together.set(name, { placed: false });
      this.#passed.delete(`look ${name}`);
      this.#passed.delete(`change ${name}`);
    }
    await Promise.all(
      hosts.map((host) =>
        this.#parts.limit(async () => {
          this.#place(host.name, true);
          try {
            await work(host);
          } finally {
            this.#together.delete(host.name);
            this.#tell();
          }
        }),
      ),
    );
  }

  /** For a host that is being reached: once that is a wait, its place is another's meanwhile. */
  async lend<T>(host: string, work: (waits: () => void) => Promise<T>): Promise<T> {
    try {
      return await this.#parts.limit.lend((waits) =>
        work(() => {
          this.#place(host, false);
          waits();
        }),
      );
    } finally {
      this.#place(host, true);
    }
  }

  /** A step, whether it runs once or not, and all that is inside it are behind this host. */
  pass({ host, phase, key }: OnceAt): void {
    const passed = this.#passed.get(`${phase} ${host}`) ?? new Set();
    this.#passed.set(`${phase} ${host}`, passed.add(key));
    this.#tell();
  }

  /** Waits until it is known who runs a step. `aside`: gives away, while it waits, what others may need. */
  async take(at: OnceAt, aside: <T>(wait: () => Promise<T>) => Promise<T>): Promise<Turn> {
    for (;;) {
      const decision = this.#decide(at);
      if (decision.kind !== 'wait') {
        if (decision.kind === 'mine') this.#entries.set(entryOf(at), { host: at.host, sharing: new Set() });
        if (decision.kind === 'shared') this.#entries.get(entryOf(at))?.sharing.add(at.host);
        return decision;
      }
      if (this.#parts.stopping.aborted) return { kind: 'interrupted' };
      await aside(() => this.#wait(at, decision.on));
    }
  }

  /** The host whose turn it was has run it, or (`undefined`) leaves it to the next one. */
  settle(at: OnceAt, shared: Shared | undefined): void {
    if (shared === undefined) this.#entries.delete(entryOf(at));
    else this.#entries.set(entryOf(at), { host: at.host, shared, sharing: new Set() });
    this.#tell();
  }

  /** What the host did was taken back there: gives those who had counted on it. Whoever comes later gets this instead. */
  replace(at: OnceAt, shared: Shared): readonly string[] {
    const entry = this.#entries.get(entryOf(at));
    if (entry === undefined) return [];
    entry.shared = shared;
    return [...entry.sharing];
  }

  async #wait(at: OnceAt, on: string): Promise<void> {
    // A place that is kept by those who wait must not be the one that is waited for.
    if (this.#together.get(on)?.placed === true) return this.#news();
    this.#place(at.host, false);
    await this.#parts.limit.aside(async () => {
      while (this.#decide(at).kind === 'wait' && !this.#parts.stopping.aborted) await this.#news();
    });
    this.#place(at.host, true);
  }

  #decide({ host, phase, key, leftTo }: OnceAt): Decision {
    const made = this.#entries.get(`change ${key}`);
    if (made?.shared !== undefined && made.host !== host) return { kind: 'shared', shared: made.shared };
    const entry = this.#entries.get(`${phase} ${key}`);
    if (entry !== undefined && entry.host !== host) {
      return entry.shared === undefined ? { kind: 'wait', on: entry.host } : { kind: 'shared', shared: entry.shared };
    }
    const before = this.#parts.before(key);
    if (before?.shared !== undefined && before.host !== host) return { kind: 'shared', shared: before.shared };
    const owner = before === undefined ? leftTo : { host: before.host, firmly: true };
    if (owner?.host === host) return { kind: 'mine' };
    if (owner !== undefined && this.#mayCome(owner.host, phase, key)) return { kind: 'wait', on: owner.host };
    const looked = this.#entries.get(`look ${key}`)?.shared;
    if (owner !== undefined && before === undefined && looked?.host === owner.host && isSettled(looked.result)) {
      return { kind: 'shared', shared: looked };
    }
    if (owner?.firmly === true) {
      const reason = `${owner.host}, which runs this step for all (run_once), has not run it; look again`;
      return { kind: 'refused', reason };
    }
    for (const ahead of this.#together.keys()) {
      if (ahead === host) break;
      if (this.#mayCome(ahead, phase, key)) return { kind: 'wait', on: ahead };
    }
    return { kind: 'mine' };
  }

  #mayCome(host: string, phase: OnceAt['phase'], key: string): boolean {
    if (!this.#together.has(host)) return false;
    const passed = [...(this.#passed.get(`${phase} ${host}`) ?? [])];
    return !passed.some((other) => key === other || key.startsWith(`${other}/`) || key.startsWith(`${other}[`));
  }

  #place(host: string, placed: boolean): void {
    const state = this.#together.get(host);
    if (state !== undefined) state.placed = placed;
    this.#tell();
  }

  /** Resolves with the next thing that happens. */
  #news(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #tell(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}

function entryOf({ phase, key }: OnceAt): string {
  return `${phase} ${key}`;
}

/** A look that leaves nothing to be done: it holds for the change too. */
function isSettled({ outcome, waitsOn = [] }: StepResult): boolean {
  return outcome !== 'would_change' && !(outcome === 'undetermined' && waitsOn.length > 0);
}
