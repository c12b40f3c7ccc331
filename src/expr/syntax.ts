import { type ASTNode, Environment, ParseError } from '@marcbachmann/cel-js';
import { remember } from './remember.ts';
import { syntaxProblem } from './slips.ts';
import type { ExprProblem } from './types.ts';

/** A node of CEL's syntax tree. Of cel-js we use the parser only: `check-*` and `eval-*` give it meaning. */
export type Node = ASTNode;

export type Parsed = { readonly ok: true; readonly node: Node } | { readonly ok: false; readonly problem: ExprProblem };

/** Longer sources are refused, so that no chain of operators can exhaust the parser's stack. */
const maxLength = 8000;

const parser = new Environment({
  unlistedVariablesAreDyn: true,
  limits: { maxAstNodes: 2000, maxDepth: 60, maxListElements: 1000, maxMapEntries: 1000, maxCallArguments: 16 },
});

/** Parses one CEL source, remembering the last 2,000. Never throws. */
export const parseCel: (source: string) => Parsed = remember(parseNew);

function parseNew(source: string): Parsed {
  if (source.length > maxLength) return tooLarge(source, `more than ${maxLength} characters`);
  try {
    return { ok: true, node: parser.parse(source).ast };
  } catch (error) {
    if (error instanceof ParseError) {
      if (error.code === 'limit_exceeded') return tooLarge(source, 'too many parts, or parts nested too deep');
      return { ok: false, problem: syntaxProblem(source, error.code, error.range) };
    }
    // `!!!!…` overflows the parser's stack before its own limits see it.
    if (error instanceof RangeError) return tooLarge(source, 'parts nested too deep');
    throw error;
  }
}

function tooLarge(source: string, how: string): Parsed {
  return {
    ok: false,
    problem: { code: 'cel/syntax', message: `this expression is too large: ${how}`, start: 0, end: source.length },
  };
}

/** Where the name of a called function or method stands. */
export function calleeRange(node: Node & { readonly op: 'call' | 'rcall' }): { start: number; end: number } {
  if (node.op === 'call') return { start: node.start, end: node.start + node.args[0].length };
  const [name, receiver] = node.args;
  // Between receiver and name stand only closing brackets of the receiver, blanks and comments.
  const dot = node.input.indexOf('.', receiver.end);
  const start = node.input.indexOf(name, dot < 0 ? receiver.end : dot);
  return start < 0 ? { start: node.start, end: node.end } : { start, end: start + name.length };
}

/** The source text of a node, for messages; shortened. */
export function textOf(node: Node): string {
  const text = node.input.slice(node.start, node.end).replaceAll(/\s+/g, ' ');
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

/** `a.b.c` as its names, when the node is nothing but a name and fields. */
export function pathOf(node: Node): readonly string[] | undefined {
  if (node.op === 'id') return [node.args];
  if (node.op !== '.') return undefined;
  const base = pathOf(node.args[0]);
  return base && [...base, node.args[1]];
}

/** Macros that bind a variable in their first argument. */
const bindingMacros: ReadonlySet<string> = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);

/** A macro's parts when this call is one: `list.all(x, …)`. */
export function macroParts(
  node: Node & { readonly op: 'rcall' },
):
  | { readonly name: string; readonly range: Node; readonly variable: string; readonly bodies: readonly Node[] }
  | undefined {
  const [name, range, args] = node.args;
  const [variable, ...bodies] = args;
  if (!bindingMacros.has(name) || variable?.op !== 'id') return undefined;
  const arities = name === 'map' ? [1, 2] : [1];
  return arities.includes(bodies.length) ? { name, range, variable: variable.args, bodies } : undefined;
}

/** The nodes right below a node, in the order of the source. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.op) {
    case 'value':
    case 'id':
      return [];
    case '.':
    case '.?':
      return [node.args[0]];
    case '!_':
    case '-_':
      return [node.args];
    case 'call':
      return node.args[1];
    case 'rcall':
      return [node.args[1], ...node.args[2]];
    case 'map':
      return node.args.flat();
    default:
      return node.args;
  }
}
