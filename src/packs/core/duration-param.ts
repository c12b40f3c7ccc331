import { parseDuration } from '../../model/duration.ts';
import type { StringSchema } from '../../model/schema.ts';

/** How long a look over the network may take. */
export const timeoutParam = {
  type: 'string',
  format: 'duration',
  pattern: '^(?:[0-9]{1,6}(?:ms|s|m))+$',
  default: '10s',
  description: 'How long to wait for the answer, as in 10s',
} as const satisfies StringSchema;

/** The param as ms; at least one, since 0 means "for ever" to most tools. */
export function timeoutMs(text: string): number {
  return Math.max(1, parseDuration(text) ?? 10_000);
}
