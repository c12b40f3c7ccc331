import { isMap, isScalar, type Pair, parseDocument, stringify, type YAMLMap } from 'yaml';
import type { CaseMode } from '../../model/case-file.ts';
import type { JsonObject } from '../../model/json.ts';

/** An expectation to be written into a case file. */
export interface NewExpectation {
  /** Index in `cases`. */
  readonly at: number;
  readonly mode: CaseMode;
  readonly expectation: JsonObject;
}

/** A case file's text with these expectations in place of the old ones; all else stays as it is written, comments too. */
export function writeExpectations(text: string, changes: readonly NewExpectation[]): string {
  const document = parseDocument(text, { version: '1.2', schema: 'core' });
  const splices = changes.flatMap(({ at, mode, expectation }) => {
    const found = document.getIn(['cases', at], true);
    if (!isMap(found)) return [];
    const pair = found.items.find(({ key }) => isScalar(key) && key.value === mode);
    return pair === undefined ? [] : [splice(text, found, pair, expectation)];
  });
  return splices
    .toSorted((one, other) => other.from - one.from)
    .reduce((whole, { from, to, now }) => whole.slice(0, from) + now + whole.slice(to), text);
}

function splice(text: string, map: YAMLMap, { key, value }: Pair, expectation: JsonObject) {
  const keyEnd = rangeOf(key)?.[1] ?? 0;
  const from = text.indexOf(':', keyEnd) + 1;
  const old = rangeOf(value);
  const end = old === undefined || old[1] < from ? from : old[1];
  const to = from + text.slice(from, end).trimEnd().length;
  if (map.flow === true) return { from, to, now: ` ${JSON.stringify(expectation)}` };
  const column = (rangeOf(key)?.[0] ?? 0) - text.lastIndexOf('\n', (rangeOf(key)?.[0] ?? 0) - 1) - 1;
  const block = stringify(expectation, { lineWidth: 0, blockQuote: 'literal', indentSeq: true }).trimEnd();
  const indented = block
    .split('\n')
    .map((line) => (line === '' ? line : `${' '.repeat(column + 2)}${line}`))
    .join('\n');
  return { from, to, now: `\n${indented}` };
}

function rangeOf(node: unknown): readonly [number, number, number] | undefined {
  return isScalar(node) || isMap(node) ? (node.range ?? undefined) : undefined;
}
