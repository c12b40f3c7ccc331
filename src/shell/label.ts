import { isObject, type JsonObject } from '../model/json.ts';
import type { Label } from '../model/transport.ts';

const prefix = '# mendgate ';
const kinds: readonly Label['kind'][] = [
  'probe',
  'inspect',
  'apply',
  'undo',
  'busy',
  'clock',
  'boot_id',
  'lock',
  'dead_man',
];

/**
 * How the SSH server of a host names itself that answers by labels, in place of its software. Only to such a host do frames carry
 * theirs: a shell reads them byte by byte, and makes nothing of them.
 */
export const labelReader = 'mendgate-labels';

/** Longest text of a change that its label repeats, in UTF-16 units. */
const longestText = 4096;

/**
 * A label as one shell comment in pure ASCII: no line end can stand in it, whatever the params hold. A change may hold a
 * whole file's content, which the commands carry already: its longer texts are only `(LENGTH characters)` here.
 */
export function formatLabel(label: Label): string {
  const isChange = label.kind === 'apply' || label.kind === 'undo' || label.kind === 'dead_man';
  const json = JSON.stringify(
    { kind: label.kind, name: label.name, params: label.params },
    isChange ? (_key, value: unknown) => shortened(value) : undefined,
  );
  return prefix + json.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function shortened(value: unknown): unknown {
  return typeof value === 'string' && value.length > longestText ? `(${value.length} characters)` : value;
}

/** The label of a line made by {@link formatLabel}; `undefined` for any other line. */
export function parseLabel(line: string): Label | undefined {
  if (!line.startsWith(prefix)) return undefined;
  let parsed: unknown;
  try {
    parsed = JSON.parse(line.slice(prefix.length));
  } catch {
    return undefined;
  }
  if (!isObject(parsed)) return undefined;
  const kind = kinds.find((known) => known === parsed['kind']);
  const { name, params } = parsed;
  if (kind === undefined || typeof name !== 'string' || !isObject(params)) return undefined;
  return { kind, name, params: params as JsonObject };
}
