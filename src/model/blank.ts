import { isObject, type Json } from './json.ts';
import type { Schema } from './schema.ts';

/** The emptiest value of a shape: false, 0, an empty text or list, the first of several words. */
export function blank(schema: Schema): Json {
  switch (schema.type) {
    case 'string':
      return schema.default ?? schema.enum?.[0] ?? '';
    case 'integer':
      return schema.default ?? schema.minimum ?? 0;
    case 'number':
      return schema.default ?? 0;
    case 'boolean':
      return schema.default ?? false;
    case 'array':
      return [];
    case 'object':
      return fillBlanks({}, schema);
    case 'any':
      return null;
  }
}

/** What a shape requires and a written answer leaves out is blank. */
export function fillBlanks(value: Json, schema: Schema): Json {
  if (schema.type === 'array' && Array.isArray(value)) {
    return value.map((element: Json) => fillBlanks(element, schema.items));
  }
  if (schema.type !== 'object' || !isObject(value)) return value;
  const given = value as { readonly [name: string]: Json };
  const filled: Record<string, Json> = {};
  for (const [name, member] of Object.entries(given)) {
    const own = schema.properties[name] ?? (schema.additionalProperties || undefined);
    filled[name] = own === undefined ? member : fillBlanks(member, own);
  }
  for (const name of schema.required ?? []) {
    const own = schema.properties[name];
    if (filled[name] === undefined && own !== undefined) filled[name] = blank(own);
  }
  return filled;
}

/** Without members that are null: shapes have none. */
export function withoutNulls(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const members = Object.entries(value as { readonly [name: string]: Json });
  return Object.fromEntries(
    members.flatMap(([name, member]) => (member === null ? [] : [[name, withoutNulls(member)]])),
  );
}
