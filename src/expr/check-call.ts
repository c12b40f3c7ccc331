import { type Context, checkTruth, plainType } from './check-context.ts';
import { checkField, fieldOf } from './check-field.ts';
import { callableNames, findFunction, macroForms } from './functions.ts';
import type { Kind } from './overload.ts';
import { presentWhenTrue, withPresent } from './presence.ts';
import { regexFault } from './regex.ts';
import { slipHelp } from './slips.ts';
import { didYouMean } from './suggest.ts';
import { calleeRange, macroParts, type Node, textOf } from './syntax.ts';
import { any, boolean, describeType, isNumber, listOf, string, type Type } from './type.ts';

/** Macros inside the bodies of macros cost the product of their lists' lengths. */
const maxNesting = 2;

/** `f(x)`: `has`, `known`, or a function. */
export function checkCall(node: Node & { readonly op: 'call' }, context: Context): Type {
  const [name, args] = node.args;
  const [only] = args;
  if (only !== undefined && args.length === 1) {
    if (name === 'has') return checkHas(only, context);
    if (name === 'known') {
      context.typeOf(only, { ...context, secrets: true });
      return boolean;
    }
  }
  return checkFunction(node, name, 'call', args, context);
}

/** `x.f(y)`: a macro over a list, or a function. */
export function checkMethod(node: Node & { readonly op: 'rcall' }, context: Context): Type {
  const macro = macroParts(node);
  if (macro === undefined) return checkFunction(node, node.args[0], 'method', [node.args[1], ...node.args[2]], context);
  const element = elementType(macro.range, context);
  const inner: Context = {
    ...context,
    scope: new Map([...context.scope, [macro.variable, element]]),
    depth: context.depth + 1,
  };
  if (inner.depth > maxNesting) {
    const message = `\`${macro.name}\` inside ${maxNesting} others would take too long on long lists`;
    context.report('cel/nesting', message, calleeRange(node), "filter first, or use an earlier probe's result");
  }
  const [first, second] = macro.bodies;
  if (first === undefined) return any;
  if (macro.name !== 'map') {
    checkTruth(first, inner);
    return macro.name === 'filter' ? listOf(narrowed(macro.variable, inner, first)) : boolean;
  }
  if (second === undefined) return listOf(plainType(first, inner));
  checkTruth(first, inner);
  return listOf(plainType(second, { ...inner, scope: withPresent(inner.scope, presentWhenTrue(first)) }));
}

/** What the elements that passed the condition are: fields it asked for with has() are there. */
function narrowed(variable: string, inner: Context, condition: Node): Type {
  return withPresent(inner.scope, presentWhenTrue(condition)).get(variable) ?? any;
}

function elementType(range: Node, context: Context): Type {
  const type = plainType(range, context);
  if (type.type === 'array') return type.items;
  if (type.type === 'object') return string;
  if (type.type !== 'any') {
    context.report('cel/not-list', `\`${textOf(range)}\` is ${describeType(type)}, where a list must stand`, range);
  }
  return any;
}

/** The last field may be absent, and may be a secret; what it hangs on must be there. */
function checkHas(argument: Node, context: Context): Type {
  if (argument.op !== '.') {
    context.report('cel/type', '`has` asks for a field: `has(x.field)`', argument, 'for a probe ask `known(x)`');
    return boolean;
  }
  const base = plainType(argument.args[0], context);
  const field = fieldOf(argument);
  if (field) checkField(argument, base, field, context);
  return boolean;
}

function checkFunction(
  node: Node & { readonly op: 'call' | 'rcall' },
  name: string,
  form: 'call' | 'method',
  args: readonly Node[],
  context: Context,
): Type {
  const macro = macroForms.get(name);
  const found = findFunction(name, form);
  if (found === undefined) {
    // The arguments of a misspelt macro name its variable: checking them would only add noise.
    const message = macro === undefined ? `there is no function \`${name}\`` : `\`${name}\` is written \`${macro}\``;
    context.report(
      macro === undefined ? 'cel/unknown-name' : 'cel/type',
      message,
      calleeRange(node),
      functionHelp(name, form, args),
    );
    return any;
  }
  const types = args.map((arg) => plainType(arg, context));
  const fitting = found.overloads.find(
    ({ kinds }) => kinds.length === types.length && kinds.every((kind, at) => fits(kind, types[at] ?? any)),
  );
  if (fitting === undefined) {
    context.report(
      'cel/type',
      `\`${name}\` does not work on ${types.map(describeType).join(' and ') || 'nothing'}`,
      node,
      argumentHelp(
        found.overloads.map(({ kinds }) => kinds),
        name,
        form,
      ),
    );
    return any;
  }
  if (name === 'matches') checkPattern(args[1], context);
  return fitting.result(types);
}

function functionHelp(name: string, form: 'call' | 'method', args: readonly Node[]): string | undefined {
  if (macroForms.has(name)) return undefined;
  const [first] = args;
  if (form === 'call' && findFunction(name, 'method'))
    return `it is written \`${first ? textOf(first) : 'x'}.${name}(…)\``;
  if (form === 'method' && findFunction(name, 'call'))
    return `it is written \`${name}(${first ? textOf(first) : 'x'})\``;
  return slipHelp(name) ?? didYouMean(name, callableNames(form));
}

function argumentHelp(ways: readonly (readonly Kind[])[], name: string, form: 'call' | 'method'): string {
  const written = ways.map((kinds) => {
    const [receiver, ...rest] = kinds;
    return form === 'method' ? `${receiver}.${name}(${rest.join(', ')})` : `${name}(${kinds.join(', ')})`;
  });
  return `it is ${written.map((way) => `\`${way}\``).join(' or ')}`;
}

function fits(kind: Kind, type: Type): boolean {
  if (type.type === 'any' || kind === 'any') return true;
  switch (kind) {
    case 'int':
      // A whole number is an integer at run time.
      return isNumber(type);
    case 'number':
      return isNumber(type);
    case 'bool':
      return type.type === 'boolean';
    case 'list':
      return type.type === 'array';
    case 'map':
      return type.type === 'object';
    default:
      return type.type === kind;
  }
}

/** A pattern that is written out is compiled now. */
function checkPattern(pattern: Node | undefined, context: Context): void {
  if (pattern?.op !== 'value' || typeof pattern.args !== 'string') return;
  const fault = regexFault(pattern.args);
  if (fault === undefined) return;
  context.report(
    'cel/regex',
    `not a regular expression: ${fault}`,
    pattern,
    'RE2 syntax, without look-around and back references',
  );
}
