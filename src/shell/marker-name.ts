import { createHash } from 'node:crypto';

/** The name of a fix's marker on the host: always 64 hex digits, whatever stands in the key. */
export function markerName(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
