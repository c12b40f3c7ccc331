import {
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  Scalar,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { canonicalJson, isObject, type Json } from '../../model/json.ts';
import { longestCommon } from '../../model/longest-common.ts';

/** A part of a text, and what stands there instead. */
export interface Splice {
  readonly from: number;
  readonly to: number;
  readonly now: string;
}

/** Where a value stands in a YAML text. */
interface Slot {
  readonly text: string;
  readonly node: ParsedNode | null;
  /** Behind the colon of its key, or where it begins as an item of a list. */
  readonly from: number;
  /** Where its lines begin if it is written as a block. */
  readonly column: number;
  readonly isItem: boolean;
  readonly inFlow: boolean;
}

/** What must change in a text so that the value of this pair becomes another one. All else stays as it is written. */
export function rewriteValue(text: string, map: YAMLMap, pair: Pair, value: Json): readonly Splice[] {
  return rewrite(slotOfPair(text, map, pair, map.flow === true), value);
}

function rewrite(slot: Slot, value: Json): readonly Splice[] {
  const { node } = slot;
  if (node !== null && same(node.toJSON(), value)) return [];
  if (isScalar(node) && !isObject(value) && !Array.isArray(value)) return scalar(slot, node, value);
  if (isMap(node) && isObject(value)) return members(slot, node, value) ?? whole(slot, value);
  if (isSeq(node) && Array.isArray(value)) return items(slot, node, value) ?? whole(slot, value);
  return whole(slot, value);
}

function same(one: unknown, other: unknown): boolean {
  return canonicalJson(one as Json) === canonicalJson(other as Json);
}

/** Quoted as before, where that can be. */
function scalar(slot: Slot, node: Scalar.Parsed, value: Json): readonly Splice[] {
  const [from, to] = node.range;
  if (from === to || node.type?.startsWith('BLOCK') === true) return whole(slot, value);
  const now = new Scalar(value);
  if (typeof value === 'string' && node.type !== 'PLAIN' && !value.includes('\n')) now.type = node.type as Scalar.Type;
  return [{ from, to, now: inline(now, slot.inFlow) }];
}

/** Members that are gone, and those that changed. `undefined`: it cannot be done piece by piece. */
function members(slot: Slot, map: YAMLMap, value: { readonly [name: string]: Json }): readonly Splice[] | undefined {
  const names = map.items.map(({ key }) => String(isScalar(key) ? key.value : key));
  const kept = names.map((name) => Object.hasOwn(value, name));
  const isNew = Object.keys(value).some((name) => !names.includes(name));
  if (isNew || !kept.includes(true)) return undefined;
  const inFlow = slot.inFlow || map.flow === true;
  const changed = map.items.flatMap((pair, at) => {
    const now = value[names[at] ?? ''];
    return now === undefined ? [] : rewrite(slotOfPair(slot.text, map, pair, inFlow), now);
  });
  const spans = map.items.map(({ key, value: node }) => ({ from: startOf(key), to: endOf(slot.text, node, key) }));
  const gone = without(slot.text, spans, kept, map.flow === true, /^\s*$/);
  return gone === undefined ? undefined : [...changed, ...gone];
}

/** Items that are in both lists stay; between those, one by one as far as both have any. */
function items(slot: Slot, list: YAMLSeq, value: readonly Json[]): readonly Splice[] | undefined {
  const { text } = slot;
  const nodes = list.items as readonly ParsedNode[];
  if (nodes.length === 0 || value.length === 0) return undefined;
  const common = longestCommon(nodes, value, (node, now) => same(node.toJSON(), now));
  const isFlow = list.flow === true;
  const inFlow = slot.inFlow || isFlow;
  const spans = nodes.map((node) => ({ from: startOf(node), to: endOf(text, node) }));
  const kept = nodes.map(() => true);
  const splices: Splice[] = [];
  let [left, right] = [0, 0];
  for (const [atLeft, atRight] of [...common, [nodes.length, value.length] as const]) {
    for (; left < atLeft && right < atRight; left += 1, right += 1) {
      const node = nodes[left] ?? null;
      const from = startOf(node);
      splices.push(
        ...rewrite({ text, node, from, column: columnAt(text, from), isItem: true, inFlow }, value[right] ?? null),
      );
    }
    const more = inserted({ ...slot, inFlow }, spans, left, value.slice(right, atRight));
    if (more === undefined) return undefined;
    splices.push(...more);
    for (; left < atLeft; left += 1) kept[left] = false;
    [left, right] = [atLeft + 1, atRight + 1];
  }
  const gone = without(text, spans, kept, isFlow, lonelyDash);
  return gone === undefined ? undefined : [...splices, ...gone];
}

type Span = Readonly<Record<'from' | 'to', number>>;

/** Takes parts of a collection away. `before`: what may stand before the first of its parts on the same line. */
function without(text: string, spans: readonly Span[], kept: readonly boolean[], isFlow: boolean, before: RegExp) {
  const lastKept = kept.lastIndexOf(true);
  const gone = spans.flatMap((span, at) => (kept[at] === true ? [] : [{ ...span, at }]));
  if (gone.length === 0) return [];
  if (isFlow) {
    const inside = gone.filter(({ at }) => at < lastKept);
    const [from, to] = [spans[lastKept]?.to, spans.at(-1)?.to];
    const end = lastKept < spans.length - 1 && from !== undefined && to !== undefined ? [{ from, to, now: '' }] : [];
    return [
      ...inside.map(({ from: start, to: stop, at }) => ({ from: start, to: spans[at + 1]?.from ?? stop, now: '' })),
      ...end,
    ];
  }
  // Each must have lines of its own.
  if (!gone.every(({ from }) => before.test(text.slice(lineStart(text, from), from)))) return undefined;
  return gone.map(({ from, to }) => ({ from: lineStart(text, from), to: lineEnd(text, to) + 1, now: '' }));
}

/** What stands before an item that has lines of its own. */
const lonelyDash = /^\s*-\s+$/;

/** New items of a list, behind the first `at` of its old ones. `undefined`: there is no line for them. */
function inserted(
  { text, inFlow }: Slot,
  spans: readonly Span[],
  at: number,
  values: readonly Json[],
): readonly Splice[] | undefined {
  const [previous, next] = [spans[at - 1], spans[at]];
  if (values.length === 0) return [];
  if (inFlow) {
    const now = values.map((value) => inline(value, true)).join(', ');
    if (previous !== undefined) return [{ from: previous.to, to: previous.to, now: `, ${now}` }];
    return next === undefined ? [] : [{ from: next.from, to: next.from, now: `${now}, ` }];
  }
  const like = previous ?? next;
  const dash = like === undefined ? '' : text.slice(lineStart(text, like.from), like.from);
  if (like === undefined || !lonelyDash.test(dash)) return undefined;
  const lines = values.map((value) => `${dash}${block(value, dash.length)}`);
  const from = previous === undefined ? lineStart(text, like.from) : lineEnd(text, previous.to);
  return [{ from, to: from, now: lines.map((line) => (previous === undefined ? `${line}\n` : `\n${line}`)).join('') }];
}

/** Written anew as a whole. */
function whole({ text, node, from: slotStart, column, isItem, inFlow }: Slot, value: Json): readonly Splice[] {
  const to = Math.max(slotStart, endOf(text, node));
  const isLong = (Array.isArray(value) || isObject(value)) && Object.keys(value).length > 0;
  if (isLong && !inFlow) {
    return [{ from: slotStart, to, now: `${isItem ? '' : `\n${' '.repeat(column)}`}${block(value, column)}` }];
  }
  const start = node === null ? slotStart : startOf(node);
  const isBeside = node !== null && !text.slice(slotStart, start).includes('\n');
  const now = inFlow ? inline(value, true) : block(value, column);
  return isBeside ? [{ from: start, to, now }] : [{ from: slotStart, to, now: isItem ? now : ` ${now}` }];
}

function slotOfPair(text: string, map: YAMLMap, { key, value }: Pair, inFlow: boolean): Slot {
  const start = startOf(key);
  const from = text.indexOf(':', endOf(text, key)) + 1;
  // A key without a value has a place of its own, which may lie behind a comment.
  const node = value === null || startOf(value) === endOf(text, value) ? null : (value as ParsedNode);
  return { text, node, from, column: columnAt(text, start) + 2, isItem: false, inFlow: inFlow || map.flow === true };
}

/** Long text stays on one line. */
const options = { lineWidth: 0, doubleQuotedAsJSON: true };

function inline(value: unknown, inFlow: boolean): string {
  if (!inFlow) return stringify(value, { ...options, blockQuote: false }).trimEnd();
  // Inside of a list YAML quotes what braces and commas would end.
  return stringify([value], { ...options, collectionStyle: 'flow' })
    .trim()
    .slice(1, -1)
    .trim();
}

/** Its lines but the first are indented. */
function block(value: Json, column: number): string {
  // What ends with a line end is quoted: its last lines would be lost among those of the file.
  const blockQuote = /\\n *"/.test(JSON.stringify(value)) ? false : 'literal';
  const lines = stringify([value], { ...options, blockQuote, indentSeq: true }).trimEnd();
  return lines.replaceAll(/\n {2}(?=[^\n])/g, `\n${' '.repeat(column)}`).replace(/^- /, '');
}

function startOf(node: unknown): number {
  return (node as ParsedNode).range[0];
}

/** A block ends with its last line; the comments behind it are not its own. */
function endOf(text: string, node: unknown, otherwise?: unknown): number {
  const [start, end] = ((node ?? otherwise) as ParsedNode | null)?.range ?? [0, 0];
  return start + text.slice(start, end).trimEnd().length;
}

function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at);
  return end === -1 ? text.length : end;
}

function columnAt(text: string, at: number): number {
  return at - lineStart(text, at);
}
