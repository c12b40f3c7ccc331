import { spentLine } from '../shell/marker.ts';
import type { HostShell } from './host-shell.ts';

/** So many wait at once: each takes one of the sessions that a host allows (MaxSessions). */
const most = 4;

/**
 * The shells of fixes that have ended, by the fixes' keys. Each lives on until it hears that the result is written down, and then
 * removes its marker. One that is let go of keeps it.
 */
export class EndedFixes {
  readonly #waiting = new Map<string, { readonly shell: HostShell; readonly nonce: string }>();

  keep(key: string, shell: HostShell, nonce: string): void {
    const [oldest] = this.#waiting;
    if (oldest !== undefined && this.#waiting.size >= most) this.#letGo(...oldest);
    this.#waiting.set(key, { shell, nonce });
  }

  /** Tells the host that nobody will ask it for this fix. False: there is nobody to be told. */
  tell(key: string): boolean {
    const found = this.#waiting.get(key);
    if (found === undefined || found.shell.over) return false;
    this.#waiting.delete(key);
    found.shell.write(Buffer.from(spentLine(found.nonce)));
    return true;
  }

  /** Frees their sessions. */
  letGo(): void {
    for (const waiting of [...this.#waiting]) this.#letGo(...waiting);
  }

  #letGo(key: string, { shell }: { readonly shell: HostShell }): void {
    this.#waiting.delete(key);
    shell.destroy();
  }
}
