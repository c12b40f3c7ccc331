import { isObject } from './json.ts';
import type { Schema } from './schema.ts';

/** A copy of `value` in which every absent member with a `default` is present, at any depth. Leaves what does not fit as it is. */
export function fillDefaults(schema: Schema, value: unknown): unknown {
  if (schema.type === 'array' && Array.isArray(value)) {
    return value.map((element: unknown) => fillDefaults(schema.items, element));
  }
  if (schema.type !== 'object' || !isObject(value)) return value;
  const filled: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) {
    const memberSchema = schema.properties[name] ?? schema.additionalProperties;
    filled[name] = memberSchema ? fillDefaults(memberSchema, member) : member;
  }
  for (const [name, member] of Object.entries(schema.properties)) {
    if (!(name in filled) && member.default !== undefined) filled[name] = member.default;
  }
  return filled;
}
