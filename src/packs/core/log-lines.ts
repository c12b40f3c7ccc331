import type { ArraySchema, IntegerSchema } from '../../model/schema.ts';

/** The param of probes that read a unit's last journal lines. */
export function logLinesParam(maximum: number) {
  return {
    type: 'integer',
    minimum: 0,
    maximum,
    default: 0,
    description: 'How many of its last journal lines to read',
  } as const satisfies IntegerSchema;
}

/** Those lines in such a probe's result. */
export const logLines = {
  type: 'array',
  items: { type: 'string' },
  description: 'Its last journal lines, oldest first; empty without log_lines',
} as const satisfies ArraySchema;
