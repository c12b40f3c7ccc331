import type { Become } from '../model/runbook.ts';
import type { AdoptRequest, FixRequest } from '../model/transport.ts';
import { markerName } from '../shell/marker-name.ts';
import { type FixKey, keyText } from './fix-key.ts';

/**
 * The markers that were left on a host over one wire, and which of them nobody will ask for again. A fix's own shell removes its
 * marker when it is told; what nobody there can be told of any more (a wire that broke) is left for who gives the lock back.
 */
export class SpentMarkers {
  readonly #tell: (key: string) => boolean;
  /** Whose, by the keys that they were sent with. */
  readonly #sent = new Map<string, Become>();
  readonly #left = new Map<Become, string[]>();

  /** `tell`: the fix's own shell; false: it is gone. */
  constructor(tell: (key: string) => boolean) {
    this.#tell = tell;
  }

  /** A script that goes to the host, or is asked for there. */
  sent({ key, become }: Pick<FixRequest | AdoptRequest, 'key' | 'become'>): void {
    if (key !== undefined) this.#sent.set(key, become);
  }

  /** How all that was sent under this key ended is written down: of no later process it is a question. */
  recorded(key: FixKey): void {
    const start = keyText(key).slice(0, -1);
    for (const [text, become] of this.#sent) {
      if (!text.startsWith(`${start},`)) continue;
      this.#sent.delete(text);
      if (this.#tell(text)) continue;
      const names = this.#left.get(become) ?? [];
      this.#left.set(become, [...names, markerName(text)]);
    }
  }

  /** The names on the host of this user's that are left. */
  left(become: Become): readonly string[] {
    return this.#left.get(become) ?? [];
  }
}
