import { spentLine } from '../shell/marker.ts';
import type { HostShell } from './host-shell.ts';

/** So many are kept at once: each takes one of the sessions that a host allows (MaxSessions). */
const most = 4;

interface Ended {
  readonly shell: HostShell;
  readonly nonce: string;
  told: boolean;
}

/**
 * The shells of fixes that have ended, by the fixes' keys. Each lives on until it hears that the result is written down, and then
 * removes its marker. One that is let go of before keeps it. A service that its fix started may hold its channel for ever.
 */
export class EndedFixes {
  /** The oldest first. */
  readonly #kept = new Map<string, Ended>();

  keep(key: string, shell: HostShell, nonce: string): void {
    for (const [other, kept] of this.#kept) if (kept.shell.over) this.#kept.delete(other);
    const [oldest] = this.#kept;
    if (oldest !== undefined && this.#kept.size >= most) this.#letGo(...oldest);
    this.#kept.set(key, { shell, nonce, told: false });
  }

  /** Tells the host that nobody will ask it for this fix. False: there is nobody to be told. */
  tell(key: string): boolean {
    const ended = this.#kept.get(key);
    if (ended === undefined || ended.told || ended.shell.over) return false;
    ended.told = true;
    ended.shell.write(Buffer.from(spentLine(ended.nonce)));
    return true;
  }

  /** Frees their sessions. */
  letGo(): void {
    for (const ended of [...this.#kept]) this.#letGo(...ended);
  }

  #letGo(key: string, { shell }: Ended): void {
    this.#kept.delete(key);
    shell.destroy();
  }
}
