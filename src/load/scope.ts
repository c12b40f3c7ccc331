import type { Cond } from '../model/runbook.ts';
import type { ObjectSchema, Schema } from '../model/schema.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';

/** The names that expressions at one place may use: their types, and where each was declared. */
export interface Scope {
  readonly types: ReadonlyMap<string, Schema>;
  readonly places: ReadonlyMap<string, Path>;
}

/** Names of the language itself. */
const taken: ReadonlySet<string> = new Set(['params', 'host', 'run', 'steps']);

/** Words that CEL keeps for itself. */
const celWords: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

const text: Schema = { type: 'string' };
const anything: Schema = { type: 'any' };

/** The inventory's variable that a secret param is filled from is as secret. */
function hostOf(params: Schema): Schema {
  const members = params.type === 'object' ? Object.entries(params.properties) : [];
  const secrets = members.filter(([, member]) => member.type === 'string' && member.secret === true);
  return {
    type: 'object',
    properties: {
      name: text,
      address: text,
      groups: { type: 'array', items: text },
      vars: {
        type: 'object',
        properties: Object.fromEntries(secrets),
        additionalProperties: anything,
        required: secrets.map(([name]) => name),
      },
    },
    required: ['name', 'address', 'groups', 'vars'],
  };
}

const run: Schema = { type: 'object', properties: { id: text, started: text }, required: ['id', 'started'] };
const noSteps: ObjectSchema = { type: 'object', properties: {}, required: [] };

/** What every expression of a runbook may use. */
export function baseScope(params: Schema): Scope {
  const types = new Map<string, Schema>([
    ['params', params],
    ['host', hostOf(params)],
    ['run', run],
    ['steps', noSteps],
  ]);
  return { types, places: new Map() };
}

/** The scope with one more name, unless the name is no name or shadows another: that is reported with both places. */
export function declare(
  context: Context,
  scope: Scope,
  name: string,
  type: Schema,
  path: Path,
  part: 'key' | 'value',
): Scope {
  const { report } = context;
  const first = scope.places.get(name);
  if (first !== undefined) {
    report.at(
      path,
      'runbook/shadowed-name',
      `\`${name}\` already has a meaning here: it is declared at ${report.place(first)}`,
      {
        part,
        help: 'use another name; nothing shadows anything',
      },
    );
    return scope;
  }
  if (!isFreeName(context, name, path, part)) return scope;
  return { types: new Map([...scope.types, [name, type]]), places: new Map([...scope.places, [name, path]]) };
}

/** Reports a name that is a word of CEL, which not even a field may be called. */
export function isCelName({ report }: Context, name: string, path: Path, part: 'key' | 'value'): boolean {
  if (!celWords.has(name)) return true;
  report.at(path, 'runbook/reserved-name', `\`${name}\` is a word of CEL and cannot be a name`, { part });
  return false;
}

/** Reports a name that is a word of CEL or of the language. */
function isFreeName(context: Context, name: string, path: Path, part: 'key' | 'value'): boolean {
  if (!isCelName(context, name, path, part)) return false;
  const { report } = context;
  if (taken.has(name)) {
    report.at(
      path,
      'runbook/reserved-name',
      `\`${name}\` always means the ${name === 'params' ? 'params of the runbook' : name}`,
      { part },
    );
    return false;
  }
  return true;
}

/** What later steps may ask of a step: `steps.ID`. */
export function withStep(scope: Scope, id: string, item: Schema, outputs: Schema): Scope {
  const known = scope.types.get('steps');
  const steps = known?.type === 'object' ? known : noSteps;
  const outcome = { result: text, changed: { type: 'boolean' } } as const;
  const items: Schema = {
    type: 'array',
    items: { type: 'object', properties: { item, ...outcome }, required: ['item', 'result', 'changed'] },
  };
  const step: Schema = {
    type: 'object',
    properties: { ...outcome, outputs, items },
    required: ['result', 'changed', 'outputs', 'items'],
  };
  const type: Schema = {
    ...steps,
    properties: { ...steps.properties, [id]: step },
    required: [...(steps.required ?? []), id],
  };
  return { ...scope, types: new Map([...scope.types, ['steps', type]]) };
}

/**
 * The scope behind a condition that holds: what `has(a.b)` asked for is there. Only whole conjuncts count: alternatives
 * (`||`, `?`) and negations prove nothing.
 */
export function behind(scope: Scope, condition: Cond): Scope {
  const types = new Map(scope.types);
  for (const { check } of condition) {
    if (/\|\||[?!]/.test(check)) continue;
    for (const conjunct of check.split('&&')) {
      const [name, ...fields] = /^\s*has\(\s*([a-z_]\w*(?:\.\w+)+)\s*\)\s*$/.exec(conjunct)?.[1]?.split('.') ?? [];
      const type = name === undefined ? undefined : types.get(name);
      if (name !== undefined && type !== undefined) types.set(name, withField(type, fields));
    }
  }
  return { ...scope, types };
}

function withField(type: Schema, [field, ...deeper]: readonly string[]): Schema {
  if (field === undefined || type.type !== 'object') return type;
  const member = Object.hasOwn(type.properties, field) ? type.properties[field] : undefined;
  if (member === undefined) return type;
  const required = [...new Set([...(type.required ?? []), field])];
  return { ...type, properties: { ...type.properties, [field]: withField(member, deeper) }, required };
}
