import type { JsonObject } from '../../model/json.ts';
import type { SimulatedAnswer } from '../../model/simulated-host.ts';
import type { Label } from '../../model/transport.ts';

/** Who holds the lock of each host; as long as the host lasts. No process holds it, so that it never comes free by itself. */
const locks = new WeakMap<object, JsonObject>();

/** A simulated or replayed host's answer to a request about its lock, as the scripts of shell/host-lock.ts give it. */
export function lockAnswer(host: object, { name, params }: Label): SimulatedAnswer {
  const held = locks.get(host);
  const ours = held !== undefined && held['run'] === params['run'] && held['host'] === params['host'];
  switch (name) {
    case 'take':
      if (held !== undefined && !ours) return says(heldBy(held));
      locks.set(host, params);
      return says('taken');
    case 'release':
      if (held?.['nonce'] === params['nonce']) locks.delete(host);
      return says('free');
    case 'unlock':
      if (held === undefined) return says('free');
      if (held['nonce'] !== params['nonce']) return says(heldBy(held));
      locks.delete(host);
      return says(heldBy(held, 'unlocked 0'));
    default:
      return says(held === undefined ? 'free' : heldBy(held));
  }
}

function heldBy(owner: JsonObject, word = 'held 1'): string {
  const text = (name: string): string => String(owner[name] ?? '');
  const words = [text('host'), text('operator'), text('since'), text('comment')];
  return [word, `${text('nonce')} 2 - - ${text('run')}`, ...words].join('\n');
}

function says(stdout: string): SimulatedAnswer {
  return { rc: 0, stdout: `${stdout}\n` };
}
