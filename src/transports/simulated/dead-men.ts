import { isObject } from '../../model/json.ts';
import type { SimulatedAnswer, SimulatedHost } from '../../model/simulated-host.ts';
import type { Label } from '../../model/transport.ts';

interface Waiting {
  readonly undos: readonly unknown[];
}

/** By host, then by name. No time passes on a simulated host: it never acts by itself. */
const deadMen = new WeakMap<SimulatedHost, Map<string, Waiting | string>>();

/** A simulated host's answer to a request about a dead man's switch, as the scripts of shell/dead-man.ts give it. */
export function deadManAnswer(host: SimulatedHost, { name: wish, params }: Label, become: boolean): SimulatedAnswer {
  const known = deadMen.get(host) ?? new Map<string, Waiting | string>();
  deadMen.set(host, known);
  const name = String(params['name'] ?? '');
  const found = known.get(name);
  if (wish === 'arm') {
    known.set(name, { undos: Array.isArray(params['undos']) ? params['undos'] : [] });
    return says('armed sleeper');
  }
  if (found === undefined || typeof found === 'string') return says(found ?? 'none');
  if (wish === 'look') return says('armed');
  if (wish === 'disarm') {
    known.delete(name);
    return says('disarmed');
  }
  const told = ['reverted asked', 'begun 1', ...found.undos.map((undo) => undone(host, undo, become))].join('\n');
  known.set(name, told);
  return says(told);
}

function undone(host: SimulatedHost, undo: unknown, become: boolean): string {
  if (!isObject(undo) || !isObject(undo['params'])) return 'undo 1';
  const kind = undo['kind'] === 'apply' ? 'apply' : 'undo';
  // It came as JSON, in a label of ours.
  const label = { kind, name: String(undo['name']), params: undo['params'] as Label['params'] } as const;
  return `${kind === 'apply' ? 'call' : 'undo'} ${host.apply(label, become).rc}`;
}

function says(stdout: string): SimulatedAnswer {
  return { rc: 0, stdout: `${stdout}\n` };
}
