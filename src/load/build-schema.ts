import type { Catalog } from '../model/pack.ts';
import type { ObjectSchema } from '../model/schema.ts';
import { type JsonSchema, toJsonSchema } from './json-schema.ts';
import { actionModifiers, probeModifiers, skeletonSchema } from './skeleton-schema.ts';

interface Callable {
  readonly name: string;
  readonly summary: string;
  readonly params: ObjectSchema;
}

/**
 * The schema for editors: the skeleton with every probe and action of the registry and its params. Wherever a value
 * stands, `${{ }}` may stand. It is laxer than `validate`, which also knows names and types.
 */
export function buildRunbookSchema(registry: Catalog): JsonSchema {
  const probes = [...registry.probes.values()];
  const actions = [...registry.actions.values()];
  const { $schema, ...skeleton } = skeletonSchema;
  return {
    $schema,
    $comment: 'generated; do not edit',
    ...skeleton,
    $defs: {
      ...skeleton.$defs,
      probeCall: callSchema(probes, 'probe', probeModifiers),
      actionCall: callSchema(actions, 'action', actionModifiers),
      ...paramsDefinitions(probes, 'probe'),
      ...paramsDefinitions(actions, 'action'),
    },
  };
}

function callSchema(callables: readonly Callable[], kind: 'probe' | 'action', modifiers: JsonSchema): JsonSchema {
  const calls = byName(callables).map(({ name, summary }) => [
    name,
    { anyOf: [{ $ref: `#/$defs/${kind}:${name}` }, { type: 'string', pattern: '\\$\\{\\{' }], description: summary },
  ]);
  return {
    type: 'object',
    properties: { ...Object.fromEntries(calls), ...modifiers },
    additionalProperties: false,
    minProperties: 1,
  };
}

function paramsDefinitions(callables: readonly Callable[], kind: 'probe' | 'action'): JsonSchema {
  return Object.fromEntries(
    byName(callables).map(({ name, params }) => [`${kind}:${name}`, toJsonSchema(params, { interpolated: true })]),
  );
}

/** Sorted, so that the generated file does not depend on the order of packs. */
function byName(callables: readonly Callable[]): readonly Callable[] {
  return callables.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
