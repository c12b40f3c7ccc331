import { type Node, textOf } from './syntax.ts';
import { describeType, isSecret, string, type Type } from './type.ts';
import type { ProblemCode } from './types.ts';

/** Where a node is checked, and where its problems go. */
export interface Context {
  readonly scope: ReadonlyMap<string, Type>;
  /** Names that hold a secret may be used (whole, or joined with text). */
  readonly secrets: boolean;
  /** Macros around this node. */
  readonly depth: number;
  readonly report: (code: ProblemCode, message: string, at: Range, help?: string) => void;
  /** Checks a node and all below it; gives its type, `any` when unsure. */
  readonly typeOf: (node: Node, context: Context) => Type;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The type of a node where a secret must not stand. */
export function plainType(node: Node, context: Context): Type {
  const type = context.typeOf(node, context);
  if (!isSecret(type)) return type;
  context.report(
    'cel/secret',
    `\`${textOf(node)}\` is a secret: it can only be given on whole or joined with text`,
    node,
    '`has(x.field)` asks whether it is there',
  );
  return string;
}

/** Checks a node that must be true or false. */
export function checkTruth(node: Node, context: Context): void {
  const type = plainType(node, context);
  if (type.type === 'boolean' || type.type === 'any') return;
  context.report(
    'cel/not-boolean',
    `\`${textOf(node)}\` is ${describeType(type)}, where a condition must stand`,
    node,
    truthHelp(node, type),
  );
}

/** How to make a condition of a value of this type. */
export function truthHelp(node: Node, type: Type): string | undefined {
  const text = textOf(node);
  switch (type.type) {
    case 'array':
      return `\`size(${text}) > 0\` or \`${text}.exists(x, …)\``;
    case 'string':
      return `compare it: \`${text} == "…"\` or \`${text} != ""\``;
    case 'integer':
    case 'number':
      return `compare it: \`${text} > 0\``;
    case 'object':
      return `ask for one of its fields, or \`known(${text})\``;
    default:
      return undefined;
  }
}
