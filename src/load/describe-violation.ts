import { didYouMean, nameList } from '../expr/suggest.ts';
import { isObject } from '../model/json.ts';
import type { JsonSchema } from './json-schema.ts';
import type { Path } from './parse-yaml.ts';
import { flowScalar, inWords } from './quote-cel.ts';
import type { Violation } from './validators.ts';
import { describeValue, meantBoolean, rangeText, typeWords } from './value-words.ts';

/** Something wrong at a place of a value, in an author's words. */
export interface Problem {
  readonly path: Path;
  /** Whether the key at the path is meant, or its value. */
  readonly part: 'key' | 'value';
  readonly code: string;
  readonly message: string;
  readonly help?: string;
  /** The key that is missing here. */
  readonly missing?: string;
  /** The key that was probably meant. */
  readonly meant?: string;
}

/** A key that nobody knows, and where: for those who know better what was meant. */
export type ExplainKey = (key: string, container: JsonSchema, path: Path) => Omit<Problem, 'path' | 'part'> | undefined;

interface Subject {
  readonly schema: JsonSchema;
  readonly value: unknown;
  /** First word of the codes: `runbook`, `params`. */
  readonly prefix: string;
  readonly explainKey?: ExplainKey;
  /** How a value is written: 0o644 where the value is 420. */
  readonly writtenAt?: (path: Path) => string | undefined;
}

/** More are not told one by one. */
const mostViolations = 500;

/** ajv's violations as problems, one for each place. */
export function describeViolations(violations: readonly Violation[], subject: Subject): readonly Problem[] {
  const problems = new Map<string, Problem>();
  for (const violation of violations.slice(0, mostViolations)) {
    const problem = describe(violation, subject);
    if (problem === undefined) continue;
    const place = `${problem.part} ${problem.missing ?? ''} ${JSON.stringify(problem.path)}`;
    if (!problems.has(place)) problems.set(place, problem);
  }
  const all = [...problems.values()];
  return joinMissing(all.filter((problem) => !isMisspelt(problem, all)));
}

/** Several keys that are missing at one place, in one message. */
function joinMissing(problems: readonly Problem[]): readonly Problem[] {
  const joined = new Map<string, Problem>();
  return problems.flatMap((problem) => {
    if (problem.missing === undefined) return [problem];
    const place = JSON.stringify(problem.path);
    if (joined.has(place)) return [];
    const together = problems.filter(({ missing, path }) => missing !== undefined && JSON.stringify(path) === place);
    joined.set(place, problem);
    if (together.length === 1) return [problem];
    const { path, part, code } = problem;
    return [
      { path, part, code, message: `the keys ${nameList(together.map(({ missing }) => missing ?? ''))} are missing` },
    ];
  });
}

/** A key that is missing because it is misspelt needs one message, not two. */
function isMisspelt(problem: Problem, all: readonly Problem[]): boolean {
  if (problem.missing === undefined) return false;
  const container = JSON.stringify(problem.path);
  return all.some(
    (other) =>
      other.part === 'key' && other.meant === problem.missing && JSON.stringify(other.path.slice(0, -1)) === container,
  );
}

function describe(violation: Violation, subject: Subject): Problem | undefined {
  const path = toPath(violation.instancePath, subject.value);
  const container = schemaAt(subject.schema, path);
  const { params, keyword } = violation;
  switch (keyword) {
    case 'additionalProperties':
      return unknownKey(String(params['additionalProperty']), path, container, subject);
    case 'required': {
      const key = String(params['missingProperty']);
      const message = `the key \`${key}\` is missing`;
      return {
        path,
        part: 'value',
        code: `${subject.prefix}/missing-key`,
        message,
        missing: key,
        ...helpOf(summary(container, key)),
      };
    }
    case 'propertyNames':
      return undefined;
    default: {
      const name = violation.propertyName;
      return name === undefined
        ? wrongValue(keyword, path, valueAt(subject.value, path), container, subject)
        : badName([...path, name], name, subject);
    }
  }
}

function unknownKey(key: string, path: Path, container: JsonSchema, { prefix, explainKey }: Subject): Problem {
  const place = { path: [...path, key], part: 'key' } as const;
  const explained = explainKey?.(key, container, path);
  if (explained !== undefined) return { ...place, ...explained };
  const known = Object.keys(members(container));
  const help = didYouMean(key, known) ?? (known.length > 0 ? `known keys: ${nameList(known, 40)}` : 'it takes no keys');
  const meant = known.find((name) => help === `did you mean \`${name}\`?`);
  const problem = { ...place, code: `${prefix}/unknown-key`, message: `there is no key \`${key}\` here`, help };
  return meant === undefined ? problem : { ...problem, meant };
}

function badName(path: Path, name: string, { prefix }: Subject): Problem {
  const message = `\`${name}\` is no name`;
  const help = `names are small letters, digits and _, and begin with a letter: \`${asName(name)}\``;
  return { path, part: 'key', code: `${prefix}/bad-name`, message, help };
}

function wrongValue(keyword: string, path: Path, value: unknown, schema: JsonSchema, subject: Subject): Problem {
  const { prefix } = subject;
  const place = { path, part: 'value' } as const;
  const found = describeValue(value);
  const isDuration = String(schema['pattern']).includes('ms|s|m|h|d');
  if (isDuration) {
    const help = typeof value === 'number' ? `write the unit: ${value}s or ${value}m` : 'write 30s, 5m or 1h30m';
    return { ...place, code: `${prefix}/bad-duration`, message: `expected a duration, found ${found}`, help };
  }
  switch (keyword) {
    case 'type':
      return { ...place, ...wrongType(path, value, schema, subject) };
    case 'enum': {
      const choices = (schema['enum'] as readonly unknown[]).map(String);
      const help = didYouMean(String(value), choices);
      const message = `expected one of ${nameList(choices, 40)}, found ${found}`;
      return { ...place, code: `${prefix}/not-one-of`, message, ...helpOf(help) };
    }
    case 'pattern':
      if (meantBoolean(schema, value) !== undefined) return { ...place, ...wrongType(path, value, schema, subject) };
      if (String(schema['pattern']).startsWith('^[a-z][a-z0-9_'))
        return { ...badName(path, String(value), { prefix, schema, value }), part: 'value' };
      if (String(schema['pattern']).includes('file:/'))
        return {
          ...place,
          code: `${prefix}/bad-resource`,
          message: `${found} is no resource`,
          ...helpOf(described(schema)),
        };
      return {
        ...place,
        code: `${prefix}/bad-form`,
        message: `${found} does not have the form ${String(schema['pattern'])}`,
        ...helpOf(described(schema)),
      };
    case 'minimum':
    case 'maximum':
      return { ...place, code: `${prefix}/out-of-range`, message: `expected ${rangeText(schema)}, found ${found}` };
    case 'minItems':
      return { ...place, code: `${prefix}/empty`, message: 'the list must not be empty' };
    case 'maxItems':
    case 'maxProperties':
      return { ...place, code: `${prefix}/too-many`, message: `more than ${String(schema[keyword])} entries` };
    default:
      return { ...place, code: `${prefix}/wrong-size`, message: `${found} is too short or too long` };
  }
}

function wrongType(path: Path, value: unknown, schema: JsonSchema, subject: Subject): Omit<Problem, 'path' | 'part'> {
  const types = [schema['type']].flat().map(String);
  const expected = types.map((type) => typeWords[type] ?? type).join(' or ');
  const message = `expected ${expected}, found ${describeValue(value)}`;
  const meant = meantBoolean(schema, value);
  if (meant !== undefined)
    return { code: 'trap/boolean-word', message, help: `YAML 1.2 reads ${String(value)} as text; write \`${meant}\`` };
  const code = `${subject.prefix}/wrong-type`;
  // Text beside something else is CEL: in quotes it would still be wrong.
  if (typeof value === 'number' || typeof value === 'boolean') {
    const written = subject.writtenAt?.(path) ?? String(value);
    return { code, message, ...helpOf(expectedHelp(types, written, schema)) };
  }
  if (types.includes('array') && typeof value === 'string')
    return { code, message, help: path.at(-1) === 'command' ? inWords(value) : `write a list: [${flowScalar(value)}]` };
  return { code, message, ...helpOf(described(schema)) };
}

function expectedHelp(types: readonly string[], written: string, schema: JsonSchema): string | undefined {
  if (types.includes('array')) return types.includes('string') ? described(schema) : `write a list: [${written}]`;
  if (!types.includes('string')) return described(schema);
  return types.length === 1 ? `quote it: "${written.replace(/^0o(?=[0-7]+$)/, '0')}"` : undefined;
}

function asName(text: string): string {
  return (
    text
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '_')
      .replace(/^[^a-z]+/, '')
      .replace(/_$/, '') || 'name'
  );
}

function members(schema: JsonSchema): JsonSchema {
  const properties = schema['properties'];
  return isObject(properties) ? properties : {};
}

function summary(schema: JsonSchema, key: string): string | undefined {
  const member = members(schema)[key];
  return isObject(member) ? described(member) : undefined;
}

function described(schema: JsonSchema): string | undefined {
  return typeof schema['description'] === 'string' ? schema['description'] : undefined;
}

function helpOf(help: string | undefined): { readonly help?: string } {
  return help === undefined ? {} : { help };
}

/** The schema that belongs to a place: ours have no unions, so a path leads to one. */
function schemaAt(root: JsonSchema, path: Path): JsonSchema {
  return path.reduce<JsonSchema>((schema, segment) => resolveRef(root, memberOf(schema, segment)), root);
}

function memberOf(schema: JsonSchema, segment: string | number): unknown {
  if (typeof segment === 'number') return schema['items'];
  const properties = members(schema);
  return Object.hasOwn(properties, segment) ? properties[segment] : schema['additionalProperties'];
}

/** Keywords beside a `$ref` describe the place; the target says what fits. */
function resolveRef(root: JsonSchema, schema: unknown): JsonSchema {
  if (!isObject(schema)) return {};
  const ref = schema['$ref'];
  const definitions = root['$defs'];
  if (typeof ref !== 'string' || !isObject(definitions)) return schema;
  const target = definitions[ref.replace('#/$defs/', '')];
  return isObject(target) ? target : {};
}

function toPath(pointer: string, root: unknown): Path {
  let value: unknown = root;
  return pointer
    .split('/')
    .slice(1)
    .map((escaped) => {
      const segment = unescapePointer(escaped);
      const step = Array.isArray(value) ? Number(segment) : segment;
      value = valueAt(value, [step]);
      return step;
    });
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, segment) => {
    if (Array.isArray(value)) return (value as readonly unknown[])[Number(segment)];
    return isObject(value) && Object.hasOwn(value, segment) ? value[segment] : undefined;
  }, root);
}

function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
