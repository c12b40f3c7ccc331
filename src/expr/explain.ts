import { evaluate, type Scope } from './evaluate.ts';
import { printValue } from './interpolate.ts';
import { type Node, parseCel, pathOf, textOf } from './syntax.ts';

const maxShown = 3;
const maxLength = 60;

/** What a decided condition rested on: "request.status is 200; size(errors) is 0". `undefined` when there is nothing short to say. */
export function explain(source: string, scope: Scope): string | undefined {
  const parsed = parseCel(source);
  if (!parsed.ok) return undefined;
  const shown: string[] = [];
  for (const text of operandsOf(parsed.node)) {
    if (shown.length >= maxShown) break;
    const result = evaluate(text, scope);
    const value = result.kind === 'known' ? printValue(result.value) : undefined;
    if (value !== undefined && value.length <= maxLength) shown.push(`${text} is ${value === '' ? '""' : value}`);
  }
  return shown.length > 0 ? shown.join('; ') : undefined;
}

/** Source texts of the operands whose values decide: names with fields, and sizes. Bodies of macros have none of their own. */
function operandsOf(node: Node): ReadonlySet<string> {
  const found = new Set<string>();
  collect(node, found);
  return found;
}

function collect(node: Node, into: Set<string>): void {
  if (isOperand(node)) {
    into.add(textOf(node));
    return;
  }
  switch (node.op) {
    case '!_':
      collect(node.args, into);
      return;
    case '?:':
    case '&&':
    case '||':
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
      for (const operand of node.args) collect(operand, into);
      return;
    case 'call':
      for (const argument of node.args[1]) collect(argument, into);
      return;
    case 'rcall':
      collect(node.args[1], into);
      return;
    default:
      return;
  }
}

function isOperand(node: Node): boolean {
  if (pathOf(node) !== undefined) return node.end - node.start <= maxLength;
  if (node.op !== 'call' || node.args[0] !== 'size') return false;
  const [argument] = node.args[1];
  return argument !== undefined && pathOf(argument) !== undefined && node.end - node.start <= maxLength;
}
