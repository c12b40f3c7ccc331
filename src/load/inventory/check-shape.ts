import { didYouMean } from '../../expr/suggest.ts';
import { isObject } from '../../model/json.ts';
import type { Path } from '../parse-yaml.ts';
import type { Problem } from './place.ts';
import type { Shape, ShapeType } from './schema.ts';

/** Where a document departs from its shape. `part: 'key'`: the key at the path is meant, not its value. */
interface Departure {
  readonly code: 'inventory/unknown-key' | 'inventory/wrong-type' | 'inventory/wrong-value' | 'inventory/bad-name';
  readonly path: Path;
  readonly part: 'key' | 'value';
  readonly problem: Problem;
}

/** All departures of a value from its shape; says the same as a JSON Schema validator would, in better words. */
export function* checkShape(shape: Shape, value: unknown, path: Path = []): Generator<Departure> {
  const wanted: readonly (ShapeType | 'number')[] = typesOf(shape);
  const type = typeOf(value);
  if (wanted.length > 0 && !wanted.includes(type)) {
    const help =
      wanted.includes('boolean') || typeof value !== 'string'
        ? shape.description
        : (booleanHelp(value) ?? shape.description);
    const message = `${named(path)} must be ${wanted
      .filter((each) => each !== 'null')
      .map((each) => nouns[each])
      .join(' or ')}, not ${nouns[type]}`;
    yield { code: 'inventory/wrong-type', path, part: 'value', problem: withHelp(message, help) };
    return;
  }
  if (typeof value === 'string') yield* checkText(shape, value, path);
  if (typeof value === 'number') yield* checkNumber(shape, value, path);
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries())
      if (shape.items) yield* checkShape(shape.items, element, [...path, index]);
  } else if (isObject(value)) yield* checkMembers(shape, value, path);
}

function* checkMembers(shape: Shape, value: Readonly<Record<string, unknown>>, path: Path): Generator<Departure> {
  for (const [name, member] of Object.entries(value)) {
    const here = [...path, name];
    if (shape.propertyNames && !new RegExp(shape.propertyNames.pattern).test(name)) {
      const message = `${JSON.stringify(name)} cannot be a name in ${named(path)}`;
      yield {
        code: 'inventory/bad-name',
        path: here,
        part: 'key',
        problem: withHelp(message, 'letters, digits and `_`'),
      };
    }
    const known = shape.properties && Object.hasOwn(shape.properties, name) ? shape.properties[name] : undefined;
    const memberShape = known ?? shape.additionalProperties;
    if (memberShape) yield* checkShape(memberShape, member, here);
    else if (memberShape === false) {
      const names = Object.keys(shape.properties ?? {});
      const help = advice(name, path) ?? didYouMean(name, names) ?? `known here: ${names.join(', ')}`;
      yield {
        code: 'inventory/unknown-key',
        path: here,
        part: 'key',
        problem: withHelp(`unknown key \`${name}\`${path.length > 0 ? ` in ${named(path)}` : ''}`, help),
      };
    }
  }
}

function* checkText(shape: Shape, value: string, path: Path): Generator<Departure> {
  const wrong = (message: string, help = shape.description): Departure => ({
    code: 'inventory/wrong-value',
    path,
    part: 'value',
    problem: withHelp(message, help),
  });
  if (shape.enum && !shape.enum.includes(value)) {
    yield wrong(`${named(path)} must be one of ${shape.enum.join(', ')}`, didYouMean(value, shape.enum));
  } else if (value.length < (shape.minLength ?? 0)) yield wrong(`${named(path)} must not be empty`);
  else if ([...value].length > (shape.maxLength ?? Number.POSITIVE_INFINITY))
    yield wrong(`${named(path)} is longer than ${shape.maxLength} characters`);
  else if (shape.pattern && !new RegExp(shape.pattern, 'u').test(value)) {
    yield wrong(`${JSON.stringify(value)} cannot be ${named(path)}`, booleanHelp(value) ?? shape.description);
  }
}

function* checkNumber(shape: Shape, value: number, path: Path): Generator<Departure> {
  const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = shape;
  if (value >= minimum && value <= maximum) return;
  yield {
    code: 'inventory/wrong-value',
    path,
    part: 'value',
    problem: withHelp(`${named(path)} must be from ${minimum} to ${maximum}`, shape.description),
  };
}

const nouns: Readonly<Record<ShapeType | 'number', string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'empty',
};

function typesOf({ type }: Shape): readonly ShapeType[] {
  return type === undefined ? [] : typeof type === 'string' ? [type] : type;
}

function typeOf(value: unknown): ShapeType | 'number' {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value === 'string' ? 'string' : typeof value === 'boolean' ? 'boolean' : 'object';
}

function named(path: Path): string {
  const last = path.at(-1);
  if (last === undefined) return 'an inventory';
  return typeof last === 'number' ? `an entry of \`${path.at(-2)}\`` : `\`${last}\``;
}

function booleanHelp(value: string): string | undefined {
  if (/^(?:yes|on|true)$/i.test(value)) return 'write true: to YAML 1.2 this is text';
  return /^(?:no|off|false)$/i.test(value) ? 'write false: to YAML 1.2 this is text' : undefined;
}

function withHelp(message: string, help: string | undefined): Problem {
  return help === undefined ? { message } : { message, help };
}

/** Keys that people bring from elsewhere. */
function advice(name: string, path: Path): string | undefined {
  if (path.at(-1) === 'connect') return connectAdvice[name.replace(/^ansible_(?:ssh_)?/, '')];
  const own: Readonly<Record<string, string>> = {
    all: 'what holds for all hosts stands at the top: connect, vars',
    children: 'groups stand under `groups`; `children` belongs inside one of them',
    address: 'write connect: { address: … }',
    port: 'write connect: { port: … }',
    user: 'write connect: { user: … }',
    become: 'write connect: { become: … }',
  };
  if (name.startsWith('ansible_'))
    return 'how a host is reached stands in `connect`; or give the whole inventory in Ansible’s format';
  return Object.hasOwn(own, name) ? own[name] : undefined;
}

const connectAdvice: Readonly<Record<string, string>> = {
  host: 'did you mean `address`?',
  hostname: 'did you mean `address`?',
  ip: 'did you mean `address`?',
  address: '`address` belongs to one host, not to many',
  key: 'did you mean `private_key_file`?',
  key_file: 'did you mean `private_key_file`?',
  identity_file: 'did you mean `private_key_file`?',
  private_key_file: 'did you mean `private_key_file`?',
  user: 'did you mean `user`?',
  port: 'did you mean `port`?',
  connection: 'did you mean `transport`?',
  become_user: 'write become: USER',
  sudo: 'did you mean `become`?',
  password: 'passwords do not stand in files: they are asked for with -k',
  pass: 'passwords do not stand in files: they are asked for with -k',
  become_password: 'passwords do not stand in files: they are asked for with -K',
  become_pass: 'passwords do not stand in files: they are asked for with -K',
};
