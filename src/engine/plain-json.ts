import type { Json } from '../model/json.ts';

/** A copy that is JSON through and through: secrets are `***`, unknowns `{ "$unknown": … }`. */
export function plainJson(value: unknown): Json {
  return value === undefined ? null : (JSON.parse(JSON.stringify(value)) as Json);
}
