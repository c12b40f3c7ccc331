import { isObject, type Json } from '../model/json.ts';

/**
 * One answer over another: members of objects are laid over those below, `null` says that there is none (it stays, for what
 * lies further below), all else replaces.
 */
export function layOver(over: Json, below: Json): Json {
  if (!isObject(over) || !isObject(below)) return over;
  const laid: Record<string, Json> = { ...(below as { readonly [name: string]: Json }) };
  for (const [name, member] of Object.entries(over as { readonly [name: string]: Json })) {
    laid[name] = layOver(member, laid[name] ?? null);
  }
  return laid;
}
