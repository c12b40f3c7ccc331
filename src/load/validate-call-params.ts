import { didYouMean } from '../expr/suggest.ts';
import { isObject } from '../model/json.ts';
import type { Catalog } from '../model/pack.ts';
import type { ObjectSchema, Schema } from '../model/schema.ts';
import { Secret } from '../model/secret.ts';
import { describeViolations, type Problem } from './describe-violation.ts';
import { toJsonSchema } from './json-schema.ts';
import type { Path } from './parse-yaml.ts';
import { paramsValidator } from './validators.ts';

/**
 * Whether evaluated params fit the schema of a probe or action; empty when they do. Secrets may stand where the schema
 * says so, and only there.
 */
export function validateParams(
  kind: 'probe' | 'action',
  name: string,
  params: unknown,
  registry: Catalog,
): readonly Problem[] {
  const known = kind === 'probe' ? registry.probes : registry.actions;
  const callable = known.get(name);
  if (callable === undefined) {
    const help = didYouMean(name, known.keys());
    const problem = {
      path: [],
      part: 'value',
      code: `runbook/unknown-${kind}`,
      message: `there is no ${kind} \`${name}\``,
    } as const;
    return [help === undefined ? problem : { ...problem, help }];
  }
  const secrets: Path[] = [];
  const plain = withoutSecrets(params, [], secrets);
  const misplaced = secrets.filter((path) => !takesSecret(callable.params, path)).map(misplacedSecret);
  const problems = validateAgainst(callable.params, plain);
  return [...misplaced, ...problems.filter(({ path }) => !secrets.some((secret) => isAt(path, secret)))];
}

/** {@link validateParams} for a schema and plain data; `writtenAt`: how the author wrote it, for the help. */
export function validateAgainst(
  schema: ObjectSchema,
  params: unknown,
  writtenAt?: (path: Path) => string | undefined,
): readonly Problem[] {
  const violations = paramsValidator(schema)(params);
  if (violations.length === 0) return [];
  return describeViolations(violations, {
    schema: toJsonSchema(schema, { interpolated: false }),
    value: params,
    prefix: 'params',
    ...(writtenAt === undefined ? {} : { writtenAt }),
  });
}

function misplacedSecret(path: Path): Problem {
  return {
    path,
    part: 'value',
    code: 'params/secret',
    message: 'a secret may not stand here',
    help: 'only params marked for it can hold one',
  };
}

function withoutSecrets(value: unknown, path: Path, secrets: Path[]): unknown {
  if (value instanceof Secret) {
    secrets.push(path);
    return '';
  }
  if (Array.isArray(value))
    return value.map((element: unknown, index) => withoutSecrets(element, [...path, index], secrets));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withoutSecrets(member, [...path, key], secrets)]),
  );
}

function takesSecret(schema: Schema, path: Path): boolean {
  const found = path.reduce<Schema | undefined>(
    (at, segment) => (at === undefined ? undefined : memberSchema(at, segment)),
    schema,
  );
  return found?.type === 'string' && found.secret === true;
}

/** The schema of a member or element; `undefined`: there is none such. */
export function memberSchema(schema: Schema, segment: string | number): Schema | undefined {
  if (schema.type === 'array') return schema.items;
  if (schema.type === 'any') return schema;
  if (schema.type !== 'object') return undefined;
  if (Object.hasOwn(schema.properties, segment)) return schema.properties[segment];
  return schema.additionalProperties || undefined;
}

function isAt(path: Path, place: Path): boolean {
  return path.length === place.length && path.every((segment, index) => segment === place[index]);
}
