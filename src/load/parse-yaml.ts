import {
  Composer,
  type Document,
  isMap,
  isScalar,
  isSeq,
  type Pair,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Checked, Diagnostic, SourceRange } from '../model/diagnostic.ts';
import { locateInScalar } from './locate-in-scalar.ts';
import { readNode } from './read-node.ts';
import { type Scanned, scanYaml } from './scan-yaml.ts';
import { makeDiagnostic, rangeAt, type Source } from './source.ts';
import { syntaxDiagnostic } from './yaml-traps.ts';

/** Keys and indexes from the document's root to a value. */
export type Path = readonly (string | number)[];

/** How a scalar is written, for checks that look at the writing and not at the value. */
export interface Written {
  readonly style: 'plain' | 'quoted' | 'block';
  /** As it stands in the file, quotes and all. */
  readonly text: string;
  /** Offsets of that text. */
  readonly start: number;
  readonly end: number;
  /** What follows on the same line after ` #`. */
  readonly comment?: string;
}

/** A YAML document as plain data (objects without prototype), and where each part of it stands. */
export interface Located {
  readonly source: Source;
  readonly value: unknown;
  /** Range of the value (or of the key) at a path; falls back to the nearest parent that exists. */
  rangeOf(path: Path, part?: 'key' | 'value'): SourceRange;
  /** Maps an offset range inside the scalar string value at `path` back to the file (folded and literal blocks, quotes, escapes). */
  rangeInside(path: Path, start: number, end: number): SourceRange;
  /** How the scalar at a path is written; `undefined`: there is none. */
  writtenAt(path: Path): Written | undefined;
  /** Whether the key at a path stands without a value and without a colon, as in `{ key }`. */
  isBareKey(path: Path): boolean;
}

const maxSyntaxErrors = 10;

/** Whether a file of YAML says nothing at all: comments, blank lines, marks of documents. */
export function saysNothing(text: string): boolean {
  return text.split('\n').every((line) => /^\s*(?:#.*|---|\.\.\.)?\s*$/.test(line));
}

/** Reads one YAML 1.2 document. All that the language leaves out of YAML is refused here, each with its place. */
export function parseYaml(source: Source): Checked<Located> {
  const scanned = scanYaml(source);
  if (scanned.stopped) return { diagnostics: scanned.diagnostics };
  const composer = new Composer({ version: '1.2', schema: 'core', uniqueKeys: false, strict: true, merge: false });
  const document = [...composer.compose(scanned.tokens, true, source.text.length)][0];
  if (document === undefined) return { diagnostics: scanned.diagnostics };
  const diagnostics = [...scanned.diagnostics, ...syntaxErrors(source, document, scanned)];
  if (diagnostics.length > 0) return { diagnostics };
  const root = document.contents;
  if (root === null || (isScalar(root) && root.value === null)) {
    return { diagnostics: [makeDiagnostic(source, 'yaml/empty', 0, 0, 'the file is empty')] };
  }
  const value = readNode(source, root, diagnostics);
  return diagnostics.length > 0 ? { diagnostics } : { value: locate(source, root, value), diagnostics };
}

/** One for each line, and none for a line that a guard has already spoken about. */
function syntaxErrors(source: Source, document: Document.Parsed, scanned: Scanned): readonly Diagnostic[] {
  const { openQuote } = scanned;
  if (openQuote !== undefined) {
    return [makeDiagnostic(source, 'yaml/syntax', openQuote, openQuote + 1, 'this quote is never closed')];
  }
  const lines = new Set(scanned.diagnostics.map((diagnostic) => diagnostic.at.line));
  const diagnostics: Diagnostic[] = [];
  for (const error of document.errors) {
    if (error.code === 'MULTIPLE_DOCS' || diagnostics.length === maxSyntaxErrors) continue;
    const diagnostic = syntaxDiagnostic(source, error);
    if (lines.has(diagnostic.at.line)) continue;
    // What the parser stumbles over behind a trap is the same mistake.
    if (diagnostic.code === 'yaml/syntax' && [...scanned.diagnostics, ...diagnostics].some(isTrap)) continue;
    lines.add(diagnostic.at.line);
    diagnostics.push(diagnostic);
  }
  return diagnostics;
}

function isTrap({ code }: Diagnostic): boolean {
  return code.startsWith('trap/');
}

type Place = {
  readonly node: ParsedNode | null;
  readonly key: Scalar.Parsed | undefined;
  readonly pair: Pair | undefined;
};

function locate(source: Source, root: ParsedNode, value: unknown): Located {
  const indexes = new WeakMap<YAMLMap, Map<string, Pair>>();

  function step(node: ParsedNode | null, segment: string | number): Place | undefined {
    if (isSeq(node)) {
      const item = node.items[Number(segment)];
      return item === undefined ? undefined : { node: item as ParsedNode, key: undefined, pair: undefined };
    }
    if (!isMap(node)) return undefined;
    const pair = (indexes.get(node) ?? index(node)).get(String(segment));
    return pair && { node: pair.value as ParsedNode | null, key: pair.key as Scalar.Parsed, pair };
  }

  function index(map: YAMLMap): Map<string, Pair> {
    const pairs = new Map(map.items.map((pair) => [keyText(pair.key as Scalar.Parsed), pair]));
    indexes.set(map, pairs);
    return pairs;
  }

  function find(path: Path): { readonly place: Place; readonly exact: boolean } {
    let place: Place = { node: root, key: undefined, pair: undefined };
    for (const segment of path) {
      const next = step(place.node, segment);
      if (next === undefined) return { place, exact: false };
      place = next;
    }
    return { place, exact: true };
  }

  function rangeOf(path: Path, part: 'key' | 'value' = 'value'): SourceRange {
    const { place, exact } = find(path);
    const written = place.node !== null && place.node.range[1] > place.node.range[0];
    const wantsKey = (part === 'key' && exact) || (!exact && place.key !== undefined) || !written;
    const node = wantsKey && place.key !== undefined ? place.key : place.node;
    const [start, end] = node?.range ?? [0, 0];
    return rangeAt(source, start, trimmedEnd(source, start, end));
  }

  return {
    source,
    value,
    rangeOf,
    rangeInside(path, start, end) {
      const { place, exact } = find(path);
      if (!exact || !isScalar(place.node)) return rangeOf(path);
      const offsets = locateInScalar(source.text, place.node as Scalar.Parsed);
      const from = offsets?.[start];
      const last = offsets?.[Math.max(start, end - 1)];
      if (from === undefined || last === undefined) return rangeOf(path);
      return rangeAt(source, from, end > start ? last + 1 : last);
    },
    writtenAt(path) {
      const { place, exact } = find(path);
      return exact && isScalar(place.node) ? written(source, place.node as Scalar.Parsed) : undefined;
    },
    isBareKey: (path) => find(path).place.pair?.value === null,
  };
}

function written(source: Source, node: Scalar.Parsed): Written {
  const [start, end] = node.range;
  const style = node.type === 'PLAIN' ? 'plain' : node.type?.startsWith('QUOTE') === true ? 'quoted' : 'block';
  const text = source.text.slice(start, end);
  const comment = style === 'block' ? null : /^[ \t]+#(.*)/.exec(source.text.slice(end, end + 1000));
  return { style, text, start, end, ...(comment === null ? {} : { comment: comment[1] ?? '' }) };
}

/** The key as written: `80` and `1.10` stay what they look like. */
function keyText(key: Scalar.Parsed): string {
  return typeof key.value === 'string' ? key.value : (key.source ?? String(key.value));
}

function trimmedEnd(source: Source, start: number, end: number): number {
  return start + source.text.slice(start, end).trimEnd().length;
}
