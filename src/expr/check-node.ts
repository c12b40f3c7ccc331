import { assertNever } from '../model/assert-never.ts';
import type { ObjectSchema, Schema } from '../model/schema.ts';
import { checkCall, checkMethod } from './check-call.ts';
import { type Context, checkTruth, plainType, type Range } from './check-context.ts';
import { checkReference } from './check-field.ts';
import { checkBinary } from './check-operators.ts';
import { presentWhenFalse, presentWhenTrue, withPresent } from './presence.ts';
import { slipHelp } from './slips.ts';
import { didYouMean, nameList } from './suggest.ts';
import type { Node } from './syntax.ts';
import {
  any,
  boolean,
  describeType,
  double,
  either,
  integer,
  isNumber,
  listOf,
  string,
  type Type,
  toSchema,
} from './type.ts';

/** Checks a node and everything below it against the types in scope; gives its type, `any` when unsure. */
export function checkNode(node: Node, context: Context): Type {
  switch (node.op) {
    case 'value':
      return literal(node.args, node, context);
    case 'id':
      return name(node.args, node, context);
    case '.':
    case '[]':
      return checkReference(node, context);
    case 'call':
      return checkCall(node, context);
    case 'rcall':
      return checkMethod(node, context);
    case 'list':
      return listOf(unite(node.args.map((element) => plainType(element, context))));
    case 'map':
      return members(node.args, context);
    case '?:':
      return ternary(node.args, context);
    case '&&':
      return logic(node.args, presentWhenTrue, context);
    case '||':
      return logic(node.args, presentWhenFalse, context);
    case '!_':
      checkTruth(node.args, context);
      return boolean;
    case '-_':
      return negate(node, node.args, context);
    case '.?':
    case '[?]':
      context.report('cel/syntax', 'optional access is not supported', node, 'ask `has(x.field)` first');
      return any;
    case '==':
    case '!=':
    case 'in':
    case '<':
    case '<=':
    case '>':
    case '>=':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
      return checkBinary(node, context);
    default:
      return assertNever(node);
  }
}

function literal(value: unknown, node: Node, context: Context): Type {
  switch (typeof value) {
    case 'string':
      return string;
    case 'boolean':
      return boolean;
    case 'bigint':
      return integer;
    case 'number':
      return double;
    default:
      if (value === null) return { type: 'null' };
      context.report('cel/type', 'unsigned integers and byte strings are not supported', node);
      return any;
  }
}

function name(wanted: string, node: Node, context: Context): Type {
  const type = context.scope.get(wanted);
  if (type !== undefined) return secretName(type, wanted, node, context);
  const names = [...context.scope.keys()].sort();
  const help = subtraction(wanted, node) ?? slipHelp(wanted) ?? didYouMean(wanted, names);
  const inScope = names.length > 0 ? `names here: ${nameList(names)}` : undefined;
  context.report('cel/unknown-name', `there is no \`${wanted}\` here`, node, help ?? inScope);
  return any;
}

function secretName(type: Type, wanted: string, node: Range, context: Context): Type {
  if (context.secrets || type.type !== 'string' || type.secret !== true) return type;
  context.report('cel/secret', `\`${wanted}\` is a secret and cannot be used here`, node);
  return string;
}

/** `steps.a-b` subtracts `b`. */
function subtraction(wanted: string, node: Node): string | undefined {
  const before = /([A-Za-z_]\w*)-$/.exec(node.input.slice(0, node.start))?.[1];
  return before && `\`${before}-${wanted}\` subtracts: names here have \`_\`, never \`-\``;
}

function unite(types: readonly Type[]): Type {
  const [first, ...rest] = types;
  return first === undefined ? any : rest.reduce(either, first);
}

function members(entries: readonly (readonly [Node, Node])[], context: Context): ObjectSchema {
  const properties: [string, Schema][] = [];
  for (const [key, value] of entries) {
    const keyType = plainType(key, context);
    if (keyType.type !== 'string' && keyType.type !== 'any') {
      context.report('cel/type', `an object's keys are strings, not ${describeType(keyType)}`, key, 'quote the key');
    }
    const valueType = toSchema(plainType(value, context));
    if (key.op === 'value' && typeof key.args === 'string') properties.push([key.args, valueType]);
  }
  const required = properties.map(([key]) => key);
  const closed: ObjectSchema = { type: 'object', properties: Object.fromEntries(properties), required };
  return properties.length === entries.length ? closed : { ...closed, additionalProperties: any };
}

function ternary([condition, yes, no]: readonly [Node, Node, Node], context: Context): Type {
  checkTruth(condition, context);
  const whenTrue = { ...context, scope: withPresent(context.scope, presentWhenTrue(condition)) };
  const whenFalse = { ...context, scope: withPresent(context.scope, presentWhenFalse(condition)) };
  return either(context.typeOf(yes, whenTrue), context.typeOf(no, whenFalse));
}

/** The right side is only looked at when the left one has not decided: what that proves holds there. */
function logic([left, right]: readonly [Node, Node], proves: typeof presentWhenTrue, context: Context): Type {
  checkTruth(left, context);
  checkTruth(right, { ...context, scope: withPresent(context.scope, proves(left)) });
  return boolean;
}

function negate(node: Range, operand: Node, context: Context): Type {
  const type = plainType(operand, context);
  if (isNumber(type) || type.type === 'any') return type;
  context.report('cel/type', `\`-\` does not work on ${describeType(type)}`, node);
  return any;
}
