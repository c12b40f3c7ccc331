import type { JsonSchema } from './json-schema.ts';

/** What a runbook says of one of its params. */
export const param: JsonSchema = {
  type: 'object',
  properties: {
    type: {
      enum: ['string', 'int', 'number', 'bool', 'dur', 'bytes', 'secret', 'list', 'map'],
      description: 'Kind of value.',
    },
    of: {
      enum: ['string', 'int', 'number', 'bool', 'dur', 'bytes', 'list', 'map'],
      description: 'Kind of the elements of a list or map.',
    },
    enum: { type: 'array', minItems: 1, items: { type: 'string' }, description: 'The only values allowed.' },
    default: { description: 'Used when neither -e nor the inventory gives a value.' },
    optional: { type: 'boolean', default: false, description: 'May be absent; reached behind has().' },
    description: { type: 'string', description: 'What it is for.' },
  },
  additionalProperties: false,
};
