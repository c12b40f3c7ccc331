import type { IntegerSchema } from '../../model/schema.ts';

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
