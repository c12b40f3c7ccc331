import { assertNever } from '../model/assert-never.ts';
import {
  Failure,
  isBad,
  isList,
  isMembers,
  load,
  nameOf,
  type Result,
  type Stored,
  store,
  worst,
} from './cel-value.ts';
import { isNumeric } from './compare.ts';
import { evalCall, evalMethod } from './eval-call.ts';
import { type Frame, truth, weightOf } from './frame.ts';
import { applyBinary, inRange } from './operators.ts';
import { type Node, textOf } from './syntax.ts';

/**
 * CEL in three-valued logic: a value, `Pending` (not known, because of …) or `Failure`. `&&`, `||`, `?:`, `all` and
 * `exists` come out known whenever the known operands decide.
 */
export function evalNode(node: Node, frame: Frame): Result {
  if (!frame.budget.spend(1)) return new Failure('this takes too much work: the lists are too long');
  switch (node.op) {
    case 'value':
      return literal(node.args);
    case 'id':
      return lookup(node.args, frame);
    case '.':
      return select(evalNode(node.args[0], frame), node.args[1], node);
    case '[]':
      return index(evalNode(node.args[0], frame), evalNode(node.args[1], frame), node);
    case 'call':
      return evalCall(node, frame);
    case 'rcall':
      return evalMethod(node, frame);
    case 'list':
      return list(node.args, frame);
    case 'map':
      return members(node.args, frame);
    case '?:':
      return ternary(node.args, frame);
    case '&&':
      return logic(node.args, false, frame);
    case '||':
      return logic(node.args, true, frame);
    case '!_':
      return not(evalNode(node.args, frame));
    case '-_':
      return negate(evalNode(node.args, frame));
    case '.?':
    case '[?]':
      return new Failure('optional access is not supported');
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
      return binary(node, frame);
    default:
      return assertNever(node);
  }
}

function literal(value: unknown): Result {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'number':
    case 'bigint':
      return value;
    default:
      return value === null ? null : new Failure('unsigned integers and byte strings are not supported');
  }
}

function lookup(name: string, frame: Frame): Result {
  for (let local = frame.local; local !== undefined; local = local.outer) {
    if (local.name === name) return load(local.value);
  }
  const value = frame.names.get(name);
  return value === undefined ? new Failure(`there is no \`${name}\` here`) : load(value);
}

/** `base.name`, or an error that names the absent member. */
export function select(base: Result, name: string, node: Node & { readonly op: '.' | '[]' }): Result {
  if (isBad(base)) return base;
  if (!isMembers(base)) return new Failure(`\`${textOf(node.args[0])}\` is ${nameOf(base)}: it has no \`${name}\``);
  const member = Object.hasOwn(base, name) ? base[name] : undefined;
  return member === undefined ? new Failure(`there is no \`${name}\` in \`${textOf(node.args[0])}\``) : load(member);
}

function index(base: Result, at: Result, node: Node & { readonly op: '[]' }): Result {
  const bad = worst([base, at]);
  if (bad !== undefined || isBad(base) || isBad(at)) return bad ?? null;
  if (typeof at === 'string') return select(base, at, node);
  if (!isList(base))
    return new Failure(`\`${textOf(node.args[0])}\` is ${nameOf(base)}: it has no element ${nameOf(at)}`);
  const position = isNumeric(at) ? Number(at) : Number.NaN;
  if (!Number.isInteger(position)) return new Failure(`an element of a list is named by an integer, not ${nameOf(at)}`);
  const element = base[position];
  return element === undefined
    ? new Failure(`\`${textOf(node.args[0])}\` has ${base.length} elements: there is no [${position}]`)
    : load(element);
}

function list(nodes: readonly Node[], frame: Frame): Result {
  const results = nodes.map((node) => evalNode(node, frame));
  return worst(results) ?? results.flatMap((result) => (isBad(result) ? [] : [store(result)]));
}

function members(entries: readonly (readonly [Node, Node])[], frame: Frame): Result {
  const keys = entries.map(([key]) => evalNode(key, frame));
  const values = entries.map(([, value]) => evalNode(value, frame));
  const bad = worst([...keys, ...values]);
  if (bad !== undefined) return bad;
  const made: [string, Stored][] = [];
  for (const [position, key] of keys.entries()) {
    const value = values[position];
    if (typeof key !== 'string') return new Failure("an object's keys are strings");
    if (value !== undefined && !isBad(value)) made.push([key, store(value)]);
  }
  return Object.fromEntries(made);
}

function ternary([condition, yes, no]: readonly [Node, Node, Node], frame: Frame): Result {
  const decided = truth(evalNode(condition, frame), 'the condition before `?`');
  return isBad(decided) ? decided : evalNode(decided ? yes : no, frame);
}

/** `&&` (decided by false) and `||` (decided by true): either operand decides, even beside an unknown or an error. */
function logic([left, right]: readonly [Node, Node], decisive: boolean, frame: Frame): Result {
  const operand = decisive ? 'each side of `||`' : 'each side of `&&`';
  const first = truth(evalNode(left, frame), operand);
  if (first === decisive) return decisive;
  const second = truth(evalNode(right, frame), operand);
  if (second === decisive) return decisive;
  return worst([first, second]) ?? !decisive;
}

function not(result: Result): Result {
  const decided = truth(result, 'what `!` turns');
  return isBad(decided) ? decided : !decided;
}

function negate(result: Result): Result {
  if (isBad(result)) return result;
  if (typeof result === 'bigint') return inRange(-result);
  return typeof result === 'number' ? -result : new Failure(`\`-\` does not work on ${nameOf(result)}`);
}

function binary(
  node: Extract<Node, { readonly args: [Node, Node] }> & { readonly op: Parameters<typeof applyBinary>[0] },
  frame: Frame,
): Result {
  const left = evalNode(node.args[0], frame);
  const right = evalNode(node.args[1], frame);
  const bad = worst([left, right]);
  if (bad !== undefined || isBad(left) || isBad(right)) return bad ?? null;
  const weight = weightOf(left) + weightOf(right);
  if (weight > 64 && !frame.budget.spend(weight / 64))
    return new Failure('this takes too much work: the values are too long');
  return applyBinary(node.op, left, right);
}
