import type { Catalog } from '../../model/pack.ts';
import { type JsonSchema, toJsonSchema } from '../json-schema.ts';
import { caseFileSchema } from './case-file-schema.ts';

/** The schema of case files for editors: with the result of every probe that `answers` may name. */
export function buildTestSchema(registry: Catalog): JsonSchema {
  const probes = [...registry.probes.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const actions = [...registry.actions.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const answers = Object.fromEntries(
    probes.map(({ name, summary }) => [name, { $ref: `#/$defs/result:${name}`, description: summary }]),
  );
  const states = Object.fromEntries(actions.map(({ name, summary }) => [name, { description: summary }]));
  const inHost = (properties: JsonSchema): JsonSchema => ({
    ...properties,
    answers: { ...(properties['answers'] as JsonSchema), properties: answers },
    states: { ...(properties['states'] as JsonSchema), properties: states },
  });
  const { host, reading } = caseFileSchema.$defs;
  const own = host['properties'] as JsonSchema;
  const after = own['after'] as JsonSchema;
  const afterStep = after['additionalProperties'] as JsonSchema;
  const inAfter = { ...afterStep, properties: inHost(afterStep['properties'] as JsonSchema) };
  return {
    ...caseFileSchema,
    $defs: {
      reading,
      host: { ...host, properties: { ...inHost(own), after: { ...after, additionalProperties: inAfter } } },
      ...Object.fromEntries(
        probes.map(({ name, result }) => [`result:${name}`, partly(toJsonSchema(result, { interpolated: false }))]),
      ),
    },
  };
}

/** As it may be written: what must be there may be left out (it is blank then), and null takes a member away. */
function partly(schema: JsonSchema): JsonSchema {
  const { required: _filledIn, properties, items, additionalProperties, ...rest } = schema;
  return {
    ...rest,
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties as JsonSchema).map(([name, member]) => [name, partly(member as JsonSchema)]),
          ),
        }),
    ...(items === undefined ? {} : { items: partly(items as JsonSchema) }),
    ...(additionalProperties === undefined
      ? {}
      : {
          additionalProperties: additionalProperties === false ? false : partly(additionalProperties as JsonSchema),
        }),
    ...(typeof rest['type'] === 'string' ? { type: [rest['type'], 'null'] } : {}),
    ...(Array.isArray(rest['enum']) ? { enum: [...(rest['enum'] as readonly unknown[]), null] } : {}),
  };
}
