import { isObject, type JsonObject } from '../model/json.ts';
import type { Label } from '../model/transport.ts';

const prefix = '# mendgate ';
const kinds: readonly Label['kind'][] = ['probe', 'inspect', 'apply', 'undo', 'clock', 'boot_id'];

/** A label as one shell comment in pure ASCII: no line end can stand in it, whatever the params hold. */
export function formatLabel(label: Label): string {
  const json = JSON.stringify({ kind: label.kind, name: label.name, params: label.params });
  return prefix + json.replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
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
