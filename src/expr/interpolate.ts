import { isObject } from '../model/json.ts';
import type { Text, Tree } from '../model/runbook.ts';
import { Secret } from '../model/secret.ts';
import { Unknown } from '../model/unknown.ts';
import type { Value } from '../model/value.ts';
import { type Evaluation, evaluate, type Scope } from './evaluate.ts';
import { remember } from './remember.ts';
import { type ParsedText, parseText, soleIn } from './text.ts';

/**
 * Puts values where `${{ CEL }}` stands. A string that is wholly one interpolation becomes that value; inside longer text
 * numbers and booleans stand plainly, lists and objects as JSON, and a secret makes the whole text one. Anything unknown
 * that is used makes the result unknown. Keys are never interpolated.
 */
export function interpolate(tree: Tree, scope: Scope): Evaluation {
  if (typeof tree === 'string') return interpolateString(tree, scope);
  if (Array.isArray(tree)) {
    const elements = tree.map((element: Tree) => interpolate(element, scope));
    return together(elements, (values) => values);
  }
  if (!isObject(tree)) return { kind: 'known', value: tree };
  const names = Object.keys(tree);
  const members = Object.values(tree).map((member) => interpolate(member, scope));
  return together(members, (values) => Object.fromEntries(names.map((name, at) => [name, values[at] ?? null])));
}

function interpolateString(text: string, scope: Scope): Evaluation {
  const parsed = splitText(text);
  if (parsed === undefined) return { kind: 'known', value: text };
  const [problem] = parsed.problems;
  if (problem !== undefined) return { kind: 'error', message: problem.message };
  if (parsed.sole !== undefined) return evaluate(parsed.sole, scope);
  const parts = parsed.parts.map(
    (part): Evaluation => (part.kind === 'text' ? { kind: 'known', value: part.text } : evaluate(part.source, scope)),
  );
  return together(parts, joinText);
}

function joinText(values: readonly Value[]): Value {
  const text = values.map(clearText).join('');
  return values.some(holdsSecret) ? new Secret(text) : text;
}

/** All evaluations as one: what is unknown outweighs an error, as inside an expression. */
function together(parts: readonly Evaluation[], make: (values: readonly Value[]) => Value): Evaluation {
  const values: Value[] = [];
  const unknowns = new Set<Unknown>();
  let failed: Evaluation | undefined;
  for (const part of parts) {
    if (part.kind === 'known') values.push(part.value);
    else if (part.kind === 'unknown') for (const unknown of part.unknowns) unknowns.add(unknown);
    else failed ??= part;
  }
  if (unknowns.size > 0) return { kind: 'unknown', unknowns: [...unknowns] };
  return failed ?? { kind: 'known', value: make(values) };
}

/** A value inside longer text, with its secrets in the clear: the whole becomes a secret then. */
function clearText(value: Value): string {
  if (typeof value === 'string') return value;
  return value instanceof Secret ? value.reveal() : JSON.stringify(cleared(value));
}

function cleared(value: Value): unknown {
  if (value instanceof Secret) return value.reveal();
  if (isElements(value)) return value.map(cleared);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, cleared(member)]));
}

function holdsSecret(value: Value): boolean {
  if (value instanceof Secret) return true;
  if (isElements(value)) return value.some(holdsSecret);
  return !(value instanceof Unknown) && isObject(value) && Object.values(value).some(holdsSecret);
}

function isElements(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** For titles and messages: never fails. Unknown parts print `‹unknown: reason›`, errors `‹error›`, secrets `***`. */
export function interpolateText(text: Text, scope: Scope): string {
  const parsed = splitText(text);
  if (parsed === undefined) return text;
  if (parsed.problems.length > 0) return '‹error›';
  return parsed.parts
    .map((part) => (part.kind === 'text' ? part.text : printed(evaluate(part.source, scope))))
    .join('');
}

function printed(result: Evaluation): string {
  switch (result.kind) {
    case 'known':
      return printValue(result.value);
    case 'unknown':
      return `‹unknown: ${reasonsOf(result.unknowns)}›`;
    default:
      return '‹error›';
  }
}

/** A value for a reader: strings plainly, secrets as `***`, the rest as JSON. */
export function printValue(value: Value): string {
  return typeof value === 'string' ? value : value instanceof Secret ? '***' : JSON.stringify(value);
}

/** Why something is unknown, each reason once. */
export function reasonsOf(unknowns: readonly Unknown[]): string {
  const reasons = unknowns.map(({ reason, waitsOn }) =>
    waitsOn === undefined || reason.includes(waitsOn) ? reason : `${reason} (waits on ${waitsOn})`,
  );
  return [...new Set(reasons)].join('; ');
}

interface SplitText extends ParsedText {
  /** The CEL that the text wholly is. */
  readonly sole: string | undefined;
}

/** The text split, or `undefined` when there is nothing to interpolate. */
function splitText(text: string): SplitText | undefined {
  return text.includes('${{') ? split(text) : undefined;
}

const split = remember((text): SplitText => {
  const parsed = parseText(text);
  return { ...parsed, sole: soleIn(parsed) };
});
