import type { Clock } from '../model/clock.ts';

/** What is told of one host, and may have the same words on others. */
export interface Foldable {
  /** Hosts with the same key are told in one go. */
  readonly key: string;
  readonly host: string;
  readonly ms: number;
  /** `ms`: the longest of theirs. */
  readonly lay: (hosts: readonly string[], ms: number) => readonly string[];
}

interface Group {
  readonly lay: Foldable['lay'];
  readonly hosts: Set<string>;
  ms: number;
}

/** After so long without another line all that is held is told; it is told after so long anyway. */
const quietMs = 500;
const longestMs = 3000;

/** Holds lines for a moment, so that what many hosts have in common is told once; in the order of first appearance. */
export class HeldLines {
  readonly #clock: Clock;
  readonly #write: (lines: readonly string[]) => void;
  readonly #closing = new AbortController();
  readonly #groups = new Map<string, Group>();
  #added = 0;
  #waiting = false;

  constructor(clock: Clock, write: (lines: readonly string[]) => void) {
    this.#clock = clock;
    this.#write = write;
  }

  add({ key, host, ms, lay }: Foldable): void {
    const group = this.#groups.get(key);
    // A host that says the same twice, says it twice.
    if (group?.hosts.has(host) === true) this.flush();
    const open = this.#groups.get(key) ?? { lay, hosts: new Set(), ms: 0 };
    this.#groups.set(key, open);
    open.hosts.add(host);
    open.ms = Math.max(open.ms, ms);
    this.#added += 1;
    if (!this.#waiting) void this.#flushLater();
  }

  flush(): void {
    const groups = [...this.#groups.values()];
    this.#groups.clear();
    for (const { lay, hosts, ms } of groups) this.#write(lay([...hosts], ms));
  }

  close(): void {
    this.#closing.abort();
    this.flush();
  }

  async #flushLater(): Promise<void> {
    const { signal } = this.#closing;
    const begun = this.#clock.monotonic();
    this.#waiting = true;
    for (let seen = -1; seen !== this.#added && this.#clock.monotonic() - begun < longestMs; ) {
      seen = this.#added;
      await this.#clock.sleep(quietMs, signal);
      if (signal.aborted) return;
    }
    this.#waiting = false;
    this.flush();
  }
}
