import { type Context, plainType } from './check-context.ts';
import type { BinaryOp } from './operators.ts';
import { didYouMean, nameList } from './suggest.ts';
import { type Node, textOf } from './syntax.ts';
import {
  any,
  boolean,
  comparable,
  describeType,
  double,
  either,
  integer,
  isNumber,
  isSecret,
  number,
  string,
  type Type,
} from './type.ts';

type Binary = Extract<Node, { readonly args: [Node, Node] }> & { readonly op: BinaryOp };

/** The type of `a OP b`; operands that cannot go together are problems. */
export function checkBinary(node: Binary, context: Context): Type {
  if (node.op === '+') return checkPlus(node, context);
  const left = plainType(node.args[0], context);
  const right = plainType(node.args[1], context);
  switch (node.op) {
    case '==':
    case '!=':
      checkEquality(node, left, right, context);
      return boolean;
    case 'in':
      checkIn(node, left, right, context);
      return boolean;
    case '<':
    case '<=':
    case '>':
    case '>=':
      checkOrder(node, left, right, context);
      return boolean;
    default:
      return checkArithmetic(node, left, right, context);
  }
}

function checkEquality(node: Binary, left: Type, right: Type, context: Context): void {
  if (!comparable(left, right)) {
    const message = `${describeType(left)} never equals ${describeType(right)}`;
    context.report('cel/type', message, node, equalityHelp(left, right));
    return;
  }
  checkChoice(left, node.args[1], context);
  checkChoice(right, node.args[0], context);
}

function equalityHelp(left: Type, right: Type): string | undefined {
  const kinds = new Set([left.type, right.type]);
  if (kinds.has('null')) return 'nothing is null here: ask `has(x.field)`, or `known(x)` for a probe';
  if (kinds.has('string') && (kinds.has('integer') || kinds.has('number')))
    return 'a number stands without quotes; `int(x)` reads one from text';
  if (kinds.has('string') && kinds.has('boolean')) return '`true` and `false` stand without quotes';
  return kinds.has('array')
    ? '`in` asks whether a list holds a value; `size(list) == 0` whether it is empty'
    : undefined;
}

/** A literal beside a string of which only some values are possible. */
function checkChoice(type: Type, other: Node, context: Context): void {
  if (type.type !== 'string' || type.enum === undefined || other.op !== 'value' || typeof other.args !== 'string')
    return;
  if (type.enum.includes(other.args)) return;
  const help = didYouMean(other.args, type.enum) ?? `it is one of ${nameList(type.enum)}`;
  context.report('cel/type', `it is never ${JSON.stringify(other.args)}`, other, help);
}

function checkIn(node: Binary, left: Type, right: Type, context: Context): void {
  const [, container] = node.args;
  if (right.type === 'any' || right.type === 'object') {
    if (right.type === 'object' && left.type !== 'string' && left.type !== 'any') {
      context.report('cel/type', `an object's keys are strings, not ${describeType(left)}`, node.args[0]);
    }
    return;
  }
  if (right.type !== 'array') {
    const help = right.type === 'string' ? `\`${textOf(container)}.contains(…)\` looks inside a string` : undefined;
    context.report(
      'cel/not-list',
      `\`${textOf(container)}\` is ${describeType(right)}, where a list must stand`,
      container,
      help,
    );
    return;
  }
  if (!comparable(left, right.items)) {
    context.report('cel/type', `a list of ${kindName(right.items)} never holds ${describeType(left)}`, node);
    return;
  }
  checkChoice(right.items, node.args[0], context);
  if (container.op === 'list') for (const element of container.args) checkChoice(left, element, context);
}

const kindNames: Readonly<Record<Type['type'], string>> = {
  string: 'strings',
  integer: 'integers',
  number: 'numbers',
  boolean: 'true and false',
  array: 'lists',
  object: 'objects',
  any: 'values',
  null: 'nulls',
  timestamp: 'timestamps',
  duration: 'durations',
};
function kindName(type: Type): string {
  return kindNames[type.type];
}

function checkOrder(node: Binary, left: Type, right: Type, context: Context): void {
  const ordered = ['string', 'integer', 'number', 'boolean', 'timestamp', 'duration', 'any'];
  if (comparable(left, right) && ordered.includes(left.type) && ordered.includes(right.type)) return;
  const list = left.type === 'array' || right.type === 'array';
  const help = list ? '`size(list)` counts' : equalityHelp(left, right);
  context.report('cel/type', `${describeType(left)} and ${describeType(right)} have no order`, node, help);
}

/** `+` adds numbers and times, joins text and lists; text joined with a secret is a secret. */
function checkPlus(node: Binary, context: Context): Type {
  const left = context.typeOf(node.args[0], context);
  const right = context.typeOf(node.args[1], context);
  const both = new Set([left.type, right.type]);
  if (isNumber(left) && isNumber(right)) return numeric(left, right);
  if (both.has('string') && (both.size === 1 || both.has('any'))) {
    return isSecret(left) || isSecret(right) ? { type: 'string', secret: true } : string;
  }
  if (left.type === 'array' && right.type === 'array') return either(left, right);
  if (both.has('any')) return any;
  if (left.type === 'duration' && right.type === 'duration') return left;
  if (both.has('timestamp') && both.has('duration')) return { type: 'timestamp' };
  const help = both.has('string')
    ? `\`string(${textOf(node.args[left.type === 'string' ? 1 : 0])})\` makes text`
    : undefined;
  return mismatch(node, left, right, context, help);
}

function checkArithmetic(node: Binary, left: Type, right: Type, context: Context): Type {
  if (left.type === 'any' || right.type === 'any') return any;
  if (node.op === '-') {
    if (left.type === 'timestamp' && right.type === 'timestamp') return { type: 'duration' };
    if ((left.type === 'timestamp' || left.type === 'duration') && right.type === 'duration') return left;
  }
  if (!isNumber(left) || !isNumber(right)) return mismatch(node, left, right, context);
  if (node.op === '%' && (left.type !== 'integer' || right.type !== 'integer')) {
    return mismatch(node, left, right, context, '`%` is for integers: `int(x)` cuts off the fraction');
  }
  const result = numeric(left, right);
  if (node.op === '/' && result === number) {
    // 3 arrives as an integer, 3.5 as a double: 3 / 2 would be 1, and 3.5 / 2 would be 1.75.
    const message = 'whether this drops the remainder depends on whether the number is whole';
    context.report('cel/type', message, node, `\`double(${textOf(node.args[0])}) / …\`, or \`int(…)\` on both sides`);
  }
  return result;
}

function numeric(left: Type, right: Type): Type {
  if (left === double || right === double) return double;
  return left.type === 'integer' && right.type === 'integer' ? integer : number;
}

function mismatch(node: Binary, left: Type, right: Type, context: Context, help?: string): Type {
  context.report(
    'cel/type',
    `\`${node.op}\` does not work on ${describeType(left)} and ${describeType(right)}`,
    node,
    help,
  );
  return any;
}
