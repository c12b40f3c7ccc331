import type { ObjectSchema, Schema } from '../model/schema.ts';
import { didYouMean, nameList } from './suggest.ts';
import { describeType, memberOf } from './type.ts';

/**
 * Why a value of one type does not go where another is wanted, or `undefined`. Patterns, ranges and the like are left to
 * the validation of the value itself.
 */
export function misfits(given: Schema, wanted: Schema, where = 'this'): string | undefined {
  if (given.type === 'any' || wanted.type === 'any') return undefined;
  if (given.type === 'integer' && wanted.type === 'number') return undefined;
  // A `number` that happens to be whole is an integer; the value decides.
  if (given.type === 'number' && wanted.type === 'integer') return undefined;
  if (given.type === 'array' && wanted.type === 'array')
    return misfits(given.items, wanted.items, `each element of ${where}`);
  if (given.type === 'object' && wanted.type === 'object') return objectMisfits(given, wanted, where);
  if (given.type !== wanted.type) return `${where} is ${describeType(given)}, where ${describeType(wanted)} must stand`;
  if (given.type === 'string' && wanted.type === 'string' && given.enum && wanted.enum) {
    const wrong = given.enum.filter((choice) => !wanted.enum?.includes(choice));
    if (wrong.length === given.enum.length)
      return `${where} is one of ${nameList(given.enum)}, where one of ${nameList(wanted.enum)} must stand`;
  }
  return undefined;
}

function objectMisfits(given: ObjectSchema, wanted: ObjectSchema, where: string): string | undefined {
  for (const [name, schema] of Object.entries(given.properties)) {
    const member = memberOf(wanted, name);
    if (member === undefined) {
      const help = didYouMean(name, Object.keys(wanted.properties));
      return `${where} has \`${name}\`, which is not wanted here${help === undefined ? '' : ` (${help})`}`;
    }
    const misfit = misfits(schema, member.schema, `\`${name}\``);
    if (misfit !== undefined) return misfit;
  }
  if (given.additionalProperties) return undefined;
  for (const [name, schema] of Object.entries(wanted.properties)) {
    if (schema.default !== undefined || !wanted.required?.includes(name)) continue;
    const member = memberOf(given, name);
    if (member === undefined) return `${where} has no \`${name}\`, which must be given here`;
    if (member.optional) return `\`${name}\` may be absent in ${where}, and must be given here`;
  }
  return undefined;
}
