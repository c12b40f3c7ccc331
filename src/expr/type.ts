import type { ArraySchema, NumberSchema, ObjectSchema, Schema } from '../model/schema.ts';

/** A static type: a shape that can be declared, or one that only exists inside an expression. */
export type Type = Schema | { readonly type: 'null' | 'timestamp' | 'duration' };

export const any: Schema = { type: 'any' };
export const string: Schema = { type: 'string' };
export const integer: Schema = { type: 'integer' };
export const number: NumberSchema = { type: 'number' };
/** A number that is a double even when it is whole: a literal `2.0`, `double(x)`. Known by identity. */
export const double: NumberSchema = { type: 'number', description: 'a double' };
export const boolean: Schema = { type: 'boolean' };

export function listOf(items: Type): ArraySchema {
  return { type: 'array', items: toSchema(items) };
}

/** What leaves an expression: times leave as text. */
export function toSchema(type: Type): Schema {
  switch (type.type) {
    case 'null':
      return any;
    case 'timestamp':
    case 'duration':
      return string;
    default:
      return type;
  }
}

/** The elements' type of a list; `any` for what is no list. */
export function itemsOf(type: Type): Schema {
  return type.type === 'array' ? type.items : any;
}

/** A member of an object: declared, or of a map from any key. */
export function memberOf(
  type: ObjectSchema,
  name: string,
): { readonly schema: Schema; readonly optional: boolean } | undefined {
  const declared = Object.hasOwn(type.properties, name) ? type.properties[name] : undefined;
  if (declared !== undefined) {
    const optional = declared.default === undefined && !(type.required?.includes(name) ?? false);
    return { schema: declared, optional };
  }
  return type.additionalProperties ? { schema: type.additionalProperties, optional: false } : undefined;
}

export function isSecret(type: Type): boolean {
  return type.type === 'string' && type.secret === true;
}

/** Whether a secret may stand anywhere inside. */
export function holdsSecret(type: Type, depth = 0): boolean {
  if (depth > 20) return false;
  if (type.type === 'array') return holdsSecret(type.items, depth + 1);
  if (type.type !== 'object') return isSecret(type);
  const members = [...Object.values(type.properties), type.additionalProperties || any];
  return members.some((member) => holdsSecret(member, depth + 1));
}

/** "a string", "a list", … for messages. */
export function describeType(type: Type): string {
  switch (type.type) {
    case 'string':
      return isSecret(type) ? 'a secret' : 'a string';
    case 'integer':
      return 'an integer';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'array':
      return 'a list';
    case 'object':
      return 'an object';
    case 'any':
      return 'any value';
    case 'null':
      return 'null';
    default:
      return `a ${type.type}`;
  }
}

export function isNumber(type: Type): boolean {
  return type.type === 'integer' || type.type === 'number';
}

/** Whether values of the two types may be of one kind, so that comparing them makes sense. */
export function comparable(a: Type, b: Type): boolean {
  if (a.type === 'any' || b.type === 'any') return true;
  if (isNumber(a) && isNumber(b)) return true;
  if (a.type === 'array' && b.type === 'array') return comparable(a.items, b.items);
  return a.type === b.type;
}

/** The type of "one or the other"; `any` when they have nothing in common. */
export function either(a: Type, b: Type): Type {
  if (a === b) return a;
  if (isSecret(a) || isSecret(b)) return a.type === b.type ? (isSecret(a) ? a : b) : any;
  if (a.type === 'string' && b.type === 'string') {
    return a.enum && b.enum ? { type: 'string', enum: [...new Set([...a.enum, ...b.enum])] } : string;
  }
  if (a.type === 'array' && b.type === 'array') return { type: 'array', items: toSchema(either(a.items, b.items)) };
  if (isNumber(a) && isNumber(b)) return a.type === b.type ? a : number;
  if (a.type === 'object' && b.type === 'object') return JSON.stringify(a) === JSON.stringify(b) ? a : any;
  return a.type === b.type ? a : any;
}
