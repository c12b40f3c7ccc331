import { Unknown } from '../model/unknown.ts';
import {
  type CelValue,
  Failure,
  isBad,
  isList,
  isMembers,
  type List,
  nameOf,
  Pending,
  type Result,
  type Stored,
  store,
  worst,
} from './cel-value.ts';
import { presentNames } from './compare.ts';
import { type Frame, truth, weightOf } from './frame.ts';
import { callFunction } from './functions.ts';
import { macroParts, type Node } from './syntax.ts';

/** `f(x)`: `has`, `known`, or a function. */
export function evalCall(node: Node & { readonly op: 'call' }, frame: Frame): Result {
  const [name, args] = node.args;
  const [only] = args;
  if (only !== undefined && args.length === 1) {
    if (name === 'has') return has(only, frame);
    if (name === 'known') return known(only, frame);
  }
  return apply(name, 'call', args, frame);
}

/** `x.f(y)`: a macro over a list, or a function. */
export function evalMethod(node: Node & { readonly op: 'rcall' }, frame: Frame): Result {
  const macro = macroParts(node);
  if (macro === undefined) return apply(node.args[0], 'method', [node.args[1], ...node.args[2]], frame);
  const range = frame.evaluate(macro.range, frame);
  if (isBad(range)) return range;
  const elements = isMembers(range) ? presentNames(range) : range;
  if (!isList(elements)) return new Failure(`${macro.name}() works on a list, not on ${nameOf(range)}`);
  const [first, second] = macro.bodies;
  if (first === undefined) return new Failure(`${macro.name}() needs a body`);
  const at = (element: Stored): Frame => ({
    ...frame,
    local: { name: macro.variable, value: element, outer: frame.local },
  });
  switch (macro.name) {
    case 'all':
      return quantify(elements, false, (element) => test(first, at(element)));
    case 'exists':
      return quantify(elements, true, (element) => test(first, at(element)));
    case 'exists_one':
      return exactlyOne(elements, (element) => test(first, at(element)));
    case 'filter':
      return keep(elements, (element) => test(first, at(element)));
    default: {
      const kept = second === undefined ? elements : keep(elements, (element) => test(first, at(element)));
      return isBad(kept) ? kept : transform(kept, (element) => frame.evaluate(second ?? first, at(element)));
    }
  }
}

type Truth = boolean | Pending | Failure;

function test(body: Node, frame: Frame): Truth {
  return truth(frame.evaluate(body, frame), 'what is asked of each element');
}

function quantify(elements: readonly Stored[], decisive: boolean, holds: (element: Stored) => Truth): Truth {
  const bad: Truth[] = [];
  for (const element of elements) {
    const truth = holds(element);
    if (truth === decisive) return decisive;
    if (isBad(truth)) bad.push(truth);
  }
  return worst(bad) ?? !decisive;
}

function keep(elements: readonly Stored[], holds: (element: Stored) => Truth): List | Pending | Failure {
  const truths = elements.map(holds);
  return worst(truths) ?? elements.filter((_, position) => truths[position] === true);
}

function exactlyOne(elements: readonly Stored[], holds: (element: Stored) => Truth): Truth {
  const truths = elements.map(holds);
  if (truths.filter((truth) => truth === true).length > 1) return false;
  return worst(truths) ?? truths.filter((truth) => truth === true).length === 1;
}

function transform(elements: readonly Stored[], make: (element: Stored) => Result): Result {
  const results = elements.map(make);
  return worst(results) ?? results.flatMap((result) => (isBad(result) ? [] : [store(result)]));
}

/** Whether the last field is there. What it hangs on must be there itself. */
function has(argument: Node, frame: Frame): Result {
  if (argument.op !== '.') return new Failure('has() asks for a field: has(x.field)');
  const base = frame.evaluate(argument.args[0], frame);
  if (isBad(base)) return base;
  if (!isMembers(base)) return new Failure(`has() asks for a field of an object, not of ${nameOf(base)}`);
  const member = Object.hasOwn(base, argument.args[1]) ? base[argument.args[1]] : undefined;
  return member instanceof Unknown ? new Pending([member]) : member !== undefined;
}

/** False when any part of the value is unknown: then it could not be used as a whole. Never unknown itself. */
function known(argument: Node, frame: Frame): Result {
  const value = frame.evaluate(argument, frame);
  if (value instanceof Pending) return false;
  return value instanceof Failure ? value : unknownsIn(value).length === 0;
}

/** The unknowns anywhere inside a value. */
export function unknownsIn(value: Stored): readonly Unknown[] {
  if (value instanceof Unknown) return [value];
  if (isList(value)) return value.flatMap(unknownsIn);
  return isMembers(value) ? presentNames(value).flatMap((name) => unknownsIn(value[name] ?? null)) : [];
}

function apply(name: string, form: 'call' | 'method', args: readonly Node[], frame: Frame): Result {
  const results = args.map((arg) => frame.evaluate(arg, frame));
  const bad = worst(results);
  if (bad !== undefined) return bad;
  const values: CelValue[] = results.flatMap((result) => (isBad(result) ? [] : [result]));
  const weight = values.reduce<number>((sum, value) => sum + weightOf(value), 0);
  if (!frame.budget.spend(weight / 16)) return new Failure('this takes too much work: the lists are too long');
  return callFunction(name, form, values);
}
