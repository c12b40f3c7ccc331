import type { Schema } from '../model/schema.ts';
import { misfits } from './assignable.ts';
import { type Context, plainType, truthHelp } from './check-context.ts';
import { checkNode } from './check-node.ts';
import { childrenOf, macroParts, type Node, parseCel, textOf } from './syntax.ts';
import { any, describeType, holdsSecret, type Type, toSchema } from './type.ts';
import type { ExprProblem, TypeScope } from './types.ts';

export interface Expected {
  readonly type: 'bool' | 'list' | 'any' | Schema;
  /** Names that hold a secret may be used. */
  readonly secrets?: boolean;
}

export interface CelCheck {
  readonly problems: readonly ExprProblem[];
  /** The result's type; `any` when unsure or wrong. */
  readonly type: Schema;
}

/** Checks one CEL source against the types in scope and what is expected of it. All problems at once; never throws. */
export function checkCel(source: string, scope: TypeScope, expected: Expected): CelCheck {
  const parsed = parseCel(source);
  if (!parsed.ok) return { problems: [parsed.problem], type: any };
  const problems: ExprProblem[] = [];
  const context: Context = {
    scope,
    secrets: expected.secrets ?? false,
    depth: 0,
    report: (code, message, { start, end }, help) =>
      problems.push({ code, message, start, end, ...(help === undefined ? {} : { help }) }),
    typeOf: checkNode,
  };
  const type = checkWhole(parsed.node, expected, context);
  problems.sort((a, b) => a.start - b.start || a.end - b.end);
  return { problems, type: problems.length > 0 ? any : toSchema(type) };
}

function checkWhole(node: Node, expected: Expected, context: Context): Type {
  const wanted = expected.type;
  if (wanted === 'bool' || wanted === 'list') {
    const type = plainType(node, context);
    if (wanted === 'bool' && type.type !== 'boolean' && type.type !== 'any') {
      const message = `this is ${describeType(type)}, where a condition must stand`;
      context.report('cel/not-boolean', message, node, truthHelp(node, type));
    }
    if (wanted === 'list' && type.type !== 'array' && type.type !== 'any') {
      context.report(
        'cel/not-list',
        `this is ${describeType(type)}, where a list must stand`,
        node,
        `one element: \`[${textOf(node)}]\``,
      );
    }
    return type;
  }
  const type = context.typeOf(node, context);
  if (!context.secrets && type.type !== 'string' && holdsSecret(type)) {
    context.report('cel/secret', `\`${textOf(node)}\` holds a secret and cannot be used here whole`, node);
  }
  const misfit = wanted === 'any' ? undefined : misfits(toSchema(type), wanted);
  if (misfit !== undefined) context.report('cel/type', misfit, node);
  return type;
}

/** Free names used (not macro variables), sorted, unique. Never throws: [] when it does not parse. */
export function namesUsed(source: string): readonly string[] {
  const parsed = parseCel(source);
  const names = new Set<string>();
  if (parsed.ok) collectNames(parsed.node, new Set(), names);
  return [...names].sort();
}

function collectNames(node: Node, bound: ReadonlySet<string>, into: Set<string>): void {
  if (node.op === 'id') {
    if (!bound.has(node.args)) into.add(node.args);
    return;
  }
  const macro = node.op === 'rcall' ? macroParts(node) : undefined;
  if (macro !== undefined) {
    collectNames(macro.range, bound, into);
    const inside = new Set(bound).add(macro.variable);
    for (const body of macro.bodies) collectNames(body, inside, into);
    return;
  }
  for (const child of childrenOf(node)) collectNames(child, bound, into);
}
