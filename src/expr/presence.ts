import type { Cel } from '../model/runbook.ts';
import type { ObjectSchema, Schema } from '../model/schema.ts';
import { type Node, parseCel, pathOf } from './syntax.ts';
import { memberOf, type Type } from './type.ts';
import type { TypeScope } from './types.ts';

type Path = readonly string[];

/** The fields that are surely there when the condition is true: `has(a.b) && …`. */
export function presentWhenTrue(node: Node): readonly Path[] {
  switch (node.op) {
    case 'call': {
      const [name, [argument]] = node.args;
      const path = name === 'has' && argument ? pathOf(argument) : undefined;
      return path ? [path] : [];
    }
    case '&&':
      return [...presentWhenTrue(node.args[0]), ...presentWhenTrue(node.args[1])];
    case '||':
      return inBoth(presentWhenTrue(node.args[0]), presentWhenTrue(node.args[1]));
    case '!_':
      return presentWhenFalse(node.args);
    default:
      return [];
  }
}

/** The fields that are surely there when the condition is false: `!has(a.b) || …`. */
export function presentWhenFalse(node: Node): readonly Path[] {
  switch (node.op) {
    case '||':
      return [...presentWhenFalse(node.args[0]), ...presentWhenFalse(node.args[1])];
    case '&&':
      return inBoth(presentWhenFalse(node.args[0]), presentWhenFalse(node.args[1]));
    case '!_':
      return presentWhenTrue(node.args);
    default:
      return [];
  }
}

function inBoth(some: readonly Path[], others: readonly Path[]): readonly Path[] {
  const keys = new Set(others.map((path) => path.join('.')));
  return some.filter((path) => keys.has(path.join('.')));
}

/** The scope with these fields no longer optional. */
export function withPresent<T extends Type>(
  scope: ReadonlyMap<string, T>,
  paths: readonly Path[],
): ReadonlyMap<string, T | ObjectSchema> {
  if (paths.length === 0) return scope;
  const narrowed = new Map<string, T | ObjectSchema>(scope);
  for (const [name, ...fields] of paths) {
    const type = name === undefined ? undefined : narrowed.get(name);
    if (name !== undefined && type?.type === 'object') narrowed.set(name, requireIn(type, fields));
  }
  return narrowed;
}

function requireIn(type: ObjectSchema, [name, ...rest]: Path): ObjectSchema {
  if (name === undefined) return type;
  const member = memberOf(type, name)?.schema;
  if (member === undefined) return type;
  const narrowed: Schema = member.type === 'object' ? requireIn(member, rest) : member;
  return {
    ...type,
    properties: { ...type.properties, [name]: narrowed },
    required: [...(type.required ?? []), name],
  };
}

/**
 * The scope behind conditions that have held: what `has(a.b)` in one of them proved is no longer optional. For text and
 * params that stand behind a `when` or `gate`.
 */
export function assuming(scope: TypeScope, held: readonly Cel[]): TypeScope {
  const paths = held.flatMap((source) => {
    const parsed = parseCel(source);
    return parsed.ok ? presentWhenTrue(parsed.node) : [];
  });
  return withPresent(scope, paths);
}
