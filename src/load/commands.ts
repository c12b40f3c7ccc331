import { isObject } from '../model/json.ts';
import type { ObjectSchema, Schema } from '../model/schema.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';

/** The two calls whose text is the author's own: the language has rules for them (LANGUAGE, Scoping 9). */
export const commandCalls: ReadonlySet<string> = new Set(['core.command', 'core.script']);

/** The call whose `command` is a list of arguments. */
export const argumentsCall = 'core.command';

/** The call whose `script` is shell text. */
export const scriptCall = 'core.script';

const commandResult: ObjectSchema = {
  type: 'object',
  properties: {
    rc: { type: 'integer' },
    stdout: { type: 'string' },
    stderr: { type: 'string' },
    text: { type: 'string' },
    lines: { type: 'array', items: { type: 'string' } },
  },
  required: ['rc', 'stdout', 'stderr', 'text', 'lines'],
};

/** The result of a script as a probe: with `parse: json` the declared members beside the command's own. */
export function scriptResult(context: Context, params: Readonly<Record<string, unknown>>, path: Path): Schema {
  if (params['parse'] !== 'json') return commandResult;
  if (params['result'] === undefined) return { type: 'any' };
  const declared = readShape(context, params['result'], [...path, 'result']);
  if (declared.type !== 'object')
    return { ...commandResult, properties: { ...commandResult.properties, json: declared } };
  const { properties, required } = commandResult;
  for (const name of Object.keys(declared.properties).filter(
    (own) => own === 'json' || Object.hasOwn(properties, own),
  )) {
    const help = `the result has its own \`${name}\`: let the script call this member something else`;
    context.report.at([...path, 'result', name], 'runbook/reserved-name', `a member cannot be called \`${name}\``, {
      part: 'key',
      help,
    });
  }
  return {
    type: 'object',
    properties: { ...declared.properties, ...properties, json: declared },
    required: [...Object.keys(declared.properties), ...(required ?? []), 'json'],
  };
}

const shapeTypes: Readonly<Record<string, Schema>> = {
  string: { type: 'string' },
  int: { type: 'integer' },
  number: { type: 'number' },
  bool: { type: 'boolean' },
  list: { type: 'array', items: { type: 'any' } },
  map: { type: 'object', properties: {}, additionalProperties: { type: 'any' } },
};

/** `int`, `{ name: string, sizes: [int] }`: the short way to write a shape. */
function readShape(context: Context, raw: unknown, path: Path): Schema {
  if (typeof raw === 'string' && Object.hasOwn(shapeTypes, raw)) return shapeTypes[raw] ?? { type: 'any' };
  if (Array.isArray(raw) && raw.length === 1) return { type: 'array', items: readShape(context, raw[0], [...path, 0]) };
  if (isObject(raw) && isParamShape(raw)) {
    const element = typeof raw['of'] === 'string' && raw['type'] === 'list' ? raw['of'] : 'string';
    const help = raw['type'] === 'list' ? `write \`[${element}]\`` : `write \`${String(raw['type'])}\``;
    context.report.at(path, 'runbook/bad-shape', 'shapes of results are not declared like params', { help });
    return { type: 'any' };
  }
  if (isObject(raw)) {
    const members = Object.entries(raw).map(
      ([name, member]) => [name, readShape(context, member, [...path, name])] as const,
    );
    return { type: 'object', properties: Object.fromEntries(members), required: Object.keys(raw) };
  }
  const help = 'a shape is string, int, number, bool, list, map, [shape] or { name: shape }';
  context.report.at(path, 'runbook/bad-shape', 'this is no shape of a result', { help });
  return { type: 'any' };
}

/** `{ type: list, of: string }`, as a param is declared: read as a shape it would be an object with these members. */
function isParamShape(raw: Readonly<Record<string, unknown>>): boolean {
  const { type } = raw;
  if (type === 'list' || type === 'map') return Object.keys(raw).every((key) => key === 'type' || key === 'of');
  return typeof raw['of'] === 'string' && Object.keys(raw).length === 2 && typeof type === 'string';
}
