import type { Label } from '../model/transport.ts';

/** The dead man's switches of a case's host. No time passes there: none acts before it is asked. */
export class FakeDeadMen {
  readonly #armed = new Set<string>();

  /** What a host says to such a wish, as the scripts of shell/dead-man.ts would; `revert` takes the fix back. */
  answer({ name: wish, params }: Label, revert: () => void): string {
    const name = String(params['name'] ?? '');
    if (wish === 'arm') {
      this.#armed.add(name);
      return 'armed sleeper\n';
    }
    if (!this.#armed.has(name)) return 'none\n';
    if (wish === 'look') return 'armed\n';
    this.#armed.delete(name);
    if (wish === 'disarm') return 'disarmed\n';
    revert();
    return 'reverted asked\nbegun 1\n';
  }
}
