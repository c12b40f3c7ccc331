import { clipped } from '../model/clipped.ts';
import { Secret } from '../model/secret.ts';
import type { Value } from '../model/value.ts';
import { type Evaluation, evaluate, type Scope } from './evaluate.ts';
import { reasonsOf } from './interpolate.ts';
import { childrenOf, macroParts, type Node, parseCel, pathOf } from './syntax.ts';

/** A part of an expression and what it came to, in words for the author. */
export interface TracedPart {
  readonly text: string;
  readonly value: string;
  /** How deep it stands in the whole, from 1. */
  readonly depth: number;
}

/** An expression, what it came to, and its parts from the outside in. */
export interface Trace {
  readonly expression: string;
  readonly value: string;
  readonly parts: readonly TracedPart[];
}

const maxParts = 40;
const maxText = 160;
/** Elements of a list that are shown where a macro went over it. */
const maxElements = 3;

/** What each part of an expression is, so that its author sees why the whole is what it is. Never throws. */
export function traceExpression(expression: string, scope: Scope): Trace {
  const parsed = parseCel(expression);
  const value = valueText(evaluate(expression, scope));
  if (!parsed.ok) return { expression, value, parts: [] };
  const tracer = new Tracer();
  tracer.below(parsed.node, scope, 1);
  return { expression, value, parts: tracer.parts };
}

/** A result as an author reads it: strings in quotes, secrets hidden, at most some hundred characters. */
export function valueText(result: Evaluation): string {
  switch (result.kind) {
    case 'known':
      return clipped(shown(result.value));
    case 'unknown':
      return `unknown (${clipped(reasonsOf(result.unknowns))})`;
    default:
      return `error: ${clipped(result.message)}`;
  }
}

function shown(value: Value): string {
  return value instanceof Secret ? '***' : JSON.stringify(value);
}

class Tracer {
  readonly parts: TracedPart[] = [];
  /** Each scope's own: in a macro every element has one. */
  readonly #seen = new WeakMap<Scope, Set<string>>();

  /** The parts of a node, and theirs. */
  below(node: Node, scope: Scope, depth: number): void {
    const macro = node.op === 'rcall' ? macroParts(node) : undefined;
    if (macro !== undefined) {
      this.#part(macro.range, scope, depth);
      this.#elements(macro, scope, depth);
      return;
    }
    for (const child of childrenOf(node)) this.#part(child, scope, depth);
  }

  #part(node: Node, scope: Scope, depth: number): void {
    if (this.parts.length >= maxParts) return;
    if (node.op === 'value' || isLiteral(node)) return;
    const text = sourceOf(node);
    const seen = this.#seen.get(scope) ?? new Set<string>();
    if (seen.has(text)) return;
    this.#seen.set(scope, seen.add(text));
    this.#add(text, valueText(evaluate(text, scope)), depth);
    if (pathOf(node) === undefined) this.below(node, scope, depth + 1);
  }

  /** The elements that decided, or the first ones. */
  #elements(macro: NonNullable<ReturnType<typeof macroParts>>, scope: Scope, depth: number): void {
    const range = evaluate(sourceOf(macro.range), scope);
    const [body] = macro.bodies;
    if (range.kind !== 'known' || !Array.isArray(range.value) || body === undefined) return;
    const elements = (range.value as readonly Value[]).slice(0, 1000).map((element, index) => {
      const inner = new Map<string, Value>([...scope, [macro.variable, element]]);
      return { index, inner, result: evaluate(sourceOf(body), inner) };
    });
    const wanted = macro.name === 'all' ? false : macro.name.startsWith('exists');
    const deciding = elements.filter(({ result }) => result.kind === 'known' && result.value === wanted);
    for (const { index, inner, result } of (deciding.length > 0 ? deciding : elements).slice(0, maxElements)) {
      if (this.parts.length >= maxParts) return;
      const where = `${macro.variable} = ${shortText(sourceOf(macro.range))}[${index}]`;
      this.#add(`${shortText(sourceOf(body))} (${where})`, valueText(result), depth);
      this.below(body, inner, depth + 1);
    }
  }

  #add(text: string, value: string, depth: number): void {
    this.parts.push({ text: shortText(text), value, depth });
  }
}

function isLiteral(node: Node): boolean {
  if (node.op === 'list' || node.op === 'map') return /^[[{]\s*[\]}]$/.test(sourceOf(node));
  return node.op === '-_' && node.args.op === 'value';
}

function sourceOf(node: Node): string {
  return node.input.slice(node.start, node.end);
}

function shortText(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > maxText ? `${line.slice(0, maxText - 1)}…` : line;
}
