import { parseBytes } from '../model/bytes.ts';
import { parseDuration } from '../model/duration.ts';
import { isObject, type Json } from '../model/json.ts';
import type { ParamDeclaration, ParamType } from '../model/runbook.ts';
import type { ObjectSchema, Schema } from '../model/schema.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import { listOf, mappingOf, textOf } from './raw.ts';
import { isCelName } from './scope.ts';
import { describeValue } from './value-words.ts';

type ElementType = NonNullable<ParamDeclaration['of']>;

const types: readonly ParamType[] = ['string', 'int', 'number', 'bool', 'dur', 'bytes', 'secret', 'list', 'map'];
const elementTypes: readonly ElementType[] = ['string', 'int', 'number', 'bool', 'dur', 'bytes', 'list', 'map'];

/** The declared params; each default must fit its type. */
export function readParams(context: Context, raw: unknown): readonly ParamDeclaration[] {
  return Object.entries(mappingOf(raw)).map(([name, entry]) => {
    const path = ['params', name];
    isCelName(context, name, path, 'key');
    const param = readParam(context, name, mappingOf(entry), path);
    const problem = param.default === undefined ? undefined : paramProblem(param, param.type, param.default);
    if (problem !== undefined)
      context.report.at([...path, 'default'], 'runbook/bad-default', `the default does not fit: ${problem}`);
    return param;
  });
}

function readParam(
  { report }: Context,
  name: string,
  raw: Readonly<Record<string, unknown>>,
  path: Path,
): ParamDeclaration {
  const choices = raw['enum'] === undefined ? undefined : listOf(raw['enum']).map(String);
  const named = types.find((type) => type === raw['type']);
  if (choices !== undefined && named !== undefined && named !== 'string') {
    report.at([...path, 'enum'], 'runbook/exclusive-keys', `\`enum\` is for strings, and the type is ${named}`, {
      part: 'key',
    });
  }
  if (choices === undefined && raw['type'] === undefined) {
    report.at(path, 'runbook/missing-key', `the param \`${name}\` has no type`, {
      part: 'key',
      help: 'type: string, or enum: [a, b]',
    });
  }
  const of = elementTypes.find((type) => type === raw['of']);
  if (of !== undefined && named !== 'list' && named !== 'map') {
    report.at([...path, 'of'], 'runbook/exclusive-keys', '`of` is for lists and maps', { part: 'key' });
  }
  if (named === 'secret' && raw['default'] !== undefined) {
    const help = `give it in the inventory (a variable of host or group), or with -e ${name}=…`;
    report.at([...path, 'default'], 'runbook/secret-default', 'a secret has no default: the runbook would hold it', {
      part: 'key',
      help,
    });
  }
  const description = textOf(raw['description']);
  return {
    name,
    type: choices === undefined ? (named ?? 'string') : 'enum',
    ...(of === undefined ? {} : { of }),
    ...(choices === undefined ? {} : { choices }),
    ...(raw['default'] === undefined || named === 'secret' ? {} : { default: raw['default'] as Json }),
    optional: raw['optional'] === true,
    ...(description === undefined ? {} : { description }),
  };
}

/** Why a value does not fit a param's declaration, in words. */
export function paramProblem(param: ParamDeclaration, type: ParamType, value: unknown): string | undefined {
  const wrong = (expected: string): string => `expected ${expected}, found ${describeValue(value)}`;
  switch (type) {
    case 'string':
    case 'secret':
      return typeof value === 'string' ? undefined : wrong('text');
    case 'int':
      return Number.isSafeInteger(value) ? undefined : wrong('a whole number');
    case 'number':
      return typeof value === 'number' ? undefined : wrong('a number');
    case 'bool':
      return typeof value === 'boolean' ? undefined : wrong('`true` or `false`');
    case 'dur':
      return typeof value === 'string' && parseDuration(value) !== undefined ? undefined : wrong('a duration like 30s');
    case 'bytes':
      return isSize(value) ? undefined : wrong('a size like 500M');
    case 'enum':
      return param.choices?.some((choice) => choice === value) === true
        ? undefined
        : wrong(`one of ${param.choices?.join(', ')}`);
    case 'list':
      return Array.isArray(value) ? elementProblem(param, value) : wrong('a list');
    case 'map':
      return isObject(value) ? elementProblem(param, Object.values(value)) : wrong('a mapping');
  }
}

function elementProblem(param: ParamDeclaration, elements: readonly unknown[]): string | undefined {
  const { of, ...bare } = param;
  if (of === undefined) return undefined;
  for (const element of elements) {
    const problem = paramProblem(bare, of, element);
    if (problem !== undefined) return `in one element ${problem}`;
  }
  return undefined;
}

function isSize(value: unknown): boolean {
  return typeof value === 'string' ? parseBytes(value) !== undefined : Number.isSafeInteger(value);
}

/** The type of `params` in expressions. A param is absent only when it is optional and has no default. */
export function paramsSchema(params: readonly ParamDeclaration[]): ObjectSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(params.map((param) => [param.name, paramSchema(param, param.type)])),
    required: params.filter((param) => !param.optional || param.default !== undefined).map(({ name }) => name),
  };
}

function paramSchema(param: ParamDeclaration, type: ParamType): Schema {
  const { of, ...bare } = param;
  const elements: Schema = of === undefined ? { type: 'any' } : paramSchema(bare, of);
  switch (type) {
    case 'string':
    case 'dur':
      return { type: 'string' };
    case 'secret':
      return { type: 'string', secret: true };
    case 'enum':
      return { type: 'string', enum: param.choices ?? [] };
    case 'int':
    case 'bytes':
      return { type: 'integer' };
    case 'number':
      return { type: 'number' };
    case 'bool':
      return { type: 'boolean' };
    case 'list':
      return { type: 'array', items: elements };
    case 'map':
      return { type: 'object', properties: {}, additionalProperties: elements };
  }
}
