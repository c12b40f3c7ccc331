import type { Schema } from '../model/schema.ts';

/** A JSON Schema (draft 2020-12) as plain data. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** `5s`, `2m`, `1h30m`; what `parseDuration` takes. */
export const durationPattern = '^(?:[0-9]{1,9}(?:ms|s|m|h|d))+$';
const probeDurationPattern = '^(?:boot|change|(?:[0-9]{1,9}(?:ms|s|m|h|d))+)$';

/**
 * A params schema as JSON Schema.
 * `interpolated`: for editors, a string with `${{ }}` may stand in place of every value.
 */
export function toJsonSchema(schema: Schema, options: { readonly interpolated: boolean }): JsonSchema {
  const exact = exactSchema(schema, options);
  if (!options.interpolated || schema.type === 'any' || (schema.type === 'string' && isUnbounded(schema))) return exact;
  const { description, default: preset, ...rest } = exact;
  return {
    ...(description === undefined ? {} : { description }),
    ...(preset === undefined ? {} : { default: preset }),
    anyOf: [rest, { type: 'string', pattern: '\\$\\{\\{' }],
  };
}

function isUnbounded(schema: Schema & { readonly type: 'string' }): boolean {
  return (schema.enum ?? schema.pattern ?? schema.minLength ?? schema.maxLength ?? schema.format) === undefined;
}

function exactSchema(schema: Schema, options: { readonly interpolated: boolean }): JsonSchema {
  const described = {
    ...(schema.description === undefined ? {} : { description: schema.description }),
    ...(schema.default === undefined ? {} : { default: schema.default }),
  };
  switch (schema.type) {
    case 'any':
      return described;
    case 'string': {
      const { enum: choices, pattern, minLength, maxLength, format } = schema;
      const wanted = pattern ?? (format === 'duration' ? probeDurationPattern : undefined);
      return { ...described, type: 'string', ...defined({ enum: choices, pattern: wanted, minLength, maxLength }) };
    }
    case 'integer':
      return { ...described, type: 'integer', ...defined({ minimum: schema.minimum, maximum: schema.maximum }) };
    case 'number':
    case 'boolean':
      return { ...described, type: schema.type };
    case 'array':
      return {
        ...described,
        type: 'array',
        items: toJsonSchema(schema.items, options),
        ...defined({ maxItems: schema.maxItems }),
      };
    case 'object':
      return { ...described, ...objectSchema(schema, options) };
  }
}

function objectSchema(
  schema: Schema & { readonly type: 'object' },
  options: { readonly interpolated: boolean },
): JsonSchema {
  const properties = Object.entries(schema.properties).map(([name, member]) => [name, toJsonSchema(member, options)]);
  const { required, additionalProperties } = schema;
  return {
    type: 'object',
    properties: Object.fromEntries(properties) as JsonSchema,
    ...(required === undefined || required.length === 0 ? {} : { required }),
    additionalProperties: additionalProperties ? toJsonSchema(additionalProperties, options) : false,
  };
}

function defined(members: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== undefined));
}
