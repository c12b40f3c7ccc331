import type { Become } from '../model/runbook.ts';
import type { AdoptRequest, FixRequest } from '../model/transport.ts';
import { markerName } from '../shell/marker-name.ts';
import { type FixKey, keyText } from './fix-key.ts';

/** The markers that were left on a host over one wire, and which of them nobody will ask for again. */
export class SpentMarkers {
  /** Whose, by the keys that they were sent with. */
  readonly #sent = new Map<string, Become>();
  readonly #spent = new Map<Become, string[]>();

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
      const names = this.#spent.get(become) ?? [];
      this.#spent.set(become, [...names, markerName(text)]);
    }
  }

  /** Their names on the host, by the user whose they are. */
  get spent(): ReadonlyMap<Become, readonly string[]> {
    return this.#spent;
  }
}
