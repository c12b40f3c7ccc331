import type { ObjectSchema, Schema } from '../../src/model/schema.ts';

export const string: Schema = { type: 'string' };
export const integer: Schema = { type: 'integer' };
export const boolean: Schema = { type: 'boolean' };
export const any: Schema = { type: 'any' };

export function list(items: Schema): Schema {
  return { type: 'array', items };
}

/** An object schema: a name that ends with `?` is optional. */
export function object(members: { readonly [name: string]: Schema }): ObjectSchema {
  const entries = Object.entries(members);
  return {
    type: 'object',
    properties: Object.fromEntries(entries.map(([name, schema]) => [name.replace(/\?$/, ''), schema])),
    required: entries.map(([name]) => name).filter((name) => !name.endsWith('?')),
  };
}

/** A scope as the flagship's gates find it. */
export const flagship: ReadonlyMap<string, Schema> = new Map<string, Schema>([
  [
    'params',
    object({
      urls: list(string),
      prefer: { type: 'string', enum: ['least-reach', 'boolean'] },
      'token?': { type: 'string', secret: true },
      limit: integer,
      'note?': string,
    }),
  ],
  ['errors', list(object({ errno: integer, upstream: string, 'client?': string }))],
  ['requests', list(object({ status: integer, url: string, ms: { type: 'number' } }))],
  ['selinux', object({ mode: { type: 'string', enum: ['enforcing', 'permissive', 'disabled'] } })],
  ['worker', object({ domain: string, user: string, 'apparmor?': object({ profile: string, 'mode?': string }) })],
  ['units', { type: 'object', properties: {}, additionalProperties: string }],
  ['body', any],
  ['load', { type: 'number' }],
  ['secret_key', { type: 'string', secret: true }],
]);
