import { didYouMean, nameList } from '../../expr/suggest.ts';
import { isObject } from '../../model/json.ts';
import { describeValue } from '../value-words.ts';

/** Keywords of each type (model/schema.ts), besides `type`, `description` and `default`. */
const keywords: Readonly<Record<string, readonly string[]>> = {
  string: ['enum', 'pattern', 'minLength', 'maxLength', 'secret', 'format'],
  integer: ['minimum', 'maximum'],
  number: [],
  boolean: [],
  array: ['items', 'maxItems'],
  object: ['properties', 'required', 'additionalProperties'],
  any: [],
};
const everywhere: readonly string[] = ['type', 'description', 'default'];
const deepest = 20;

/**
 * What is wrong with a schema that a pack declares, each in words that begin with its place (`params.properties.port`).
 * Only the small subset of JSON Schema that mendgate takes is right (no unions, no null).
 */
export function schemaProblems(schema: unknown, at: string): readonly string[] {
  return visit(schema, at, 0);
}

function visit(schema: unknown, at: string, depth: number): readonly string[] {
  if (depth > deepest) return [`${at} is nested too deep`];
  if (!isObject(schema)) return [`${at} must be a schema, an object like { type: 'string' }`];
  const { type } = schema;
  const known = typeof type === 'string' && Object.hasOwn(keywords, type) ? keywords[type] : undefined;
  if (known === undefined) {
    const names = Object.keys(keywords);
    if (type === undefined) return [`${at}.type is missing: ${nameList(names)}`];
    const meant = typeof type === 'string' ? didYouMean(type, names) : undefined;
    return [
      `${at}.type is ${describeValue(type)}; it must be one of ${names.join(', ')}${meant === undefined ? '' : ` (${meant})`}`,
    ];
  }
  const allowed = [...everywhere, ...known];
  const strange = Object.keys(schema).filter((key) => !allowed.includes(key));
  return [
    ...strange.map((key) => `${at}.${key}: a schema of type ${String(type)} has no \`${key}\`${ofOther(key)}`),
    ...(schema['description'] === undefined || typeof schema['description'] === 'string'
      ? []
      : [`${at}.description must be text`]),
    ...detailProblems(schema, String(type), at, depth),
  ];
}

function ofOther(key: string): string {
  if (['oneOf', 'anyOf', 'allOf', '$ref'].includes(key)) return ': there are no unions and no references';
  return '';
}

function detailProblems(
  schema: Readonly<Record<string, unknown>>,
  type: string,
  at: string,
  depth: number,
): readonly string[] {
  switch (type) {
    case 'string':
      return stringProblems(schema, at);
    case 'array':
      return visit(schema['items'], `${at}.items`, depth + 1);
    case 'object':
      return objectProblems(schema, at, depth);
    default:
      return [];
  }
}

function stringProblems(
  { enum: choices, pattern, format }: Readonly<Record<string, unknown>>,
  at: string,
): readonly string[] {
  const problems: string[] = [];
  if (choices !== undefined && !(isTexts(choices) && choices.length > 0))
    problems.push(`${at}.enum must be a list of texts`);
  if (pattern !== undefined && !isPattern(pattern)) problems.push(`${at}.pattern is no regular expression`);
  if (format !== undefined && format !== 'duration' && format !== 'path')
    problems.push(`${at}.format must be duration or path`);
  return problems;
}

function objectProblems(schema: Readonly<Record<string, unknown>>, at: string, depth: number): readonly string[] {
  const { properties, required = [], additionalProperties: others } = schema;
  if (!isObject(properties)) return [`${at}.properties is missing: an object, name → schema ({} for none)`];
  const members = Object.entries(properties).flatMap(([name, member]) =>
    visit(member, `${at}.properties.${name}`, depth + 1),
  );
  const more = others === undefined || others === false ? [] : visit(others, `${at}.additionalProperties`, depth + 1);
  if (!isTexts(required)) return [...members, ...more, `${at}.required must be a list of names`];
  const missing = required.filter((name) => !Object.hasOwn(properties, name));
  return [
    ...members,
    ...more,
    ...missing.map((name) => `${at}.required names \`${name}\`, which is not in properties`),
  ];
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

function isPattern(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  try {
    new RegExp(value, 'u');
    return true;
  } catch {
    return false;
  }
}
