import { isMap, isScalar, parseDocument } from 'yaml';
import type { CaseMode, ExpectationEdit } from '../../model/case-file.ts';
import { isObject, type Json, type JsonObject } from '../../model/json.ts';
import { rewriteValue } from './rewrite-value.ts';

/** What a case expects otherwise than its file says. */
export interface NewExpectation {
  /** Index in `cases`. */
  readonly at: number;
  readonly mode: CaseMode;
  readonly edits: readonly ExpectationEdit[];
}

/** A case file's text with these expectations. All else stays as it is written: comments, quotes, order, indentation. */
export function writeExpectations(text: string, changes: readonly NewExpectation[]): string {
  const document = parseDocument(text, { version: '1.2', schema: 'core' });
  const splices = changes.flatMap(({ at, mode, edits }) => {
    const found = document.getIn(['cases', at], true);
    if (!isMap(found)) return [];
    const pair = found.items.find(({ key }) => isScalar(key) && key.value === mode);
    if (pair === undefined) return [];
    const old = found.toJSON() as JsonObject;
    const now = edits.reduce<Json | undefined>(
      (value, { path, value: wanted }) => edited(value, path, wanted),
      old[mode] ?? {},
    );
    return rewriteValue(text, found, pair, now ?? {});
  });
  // From the end on; of two at one place the later one goes first, and so comes to stand behind.
  return splices
    .toReversed()
    .toSorted((one, other) => other.from - one.from)
    .reduce((whole, { from, to, now }) => whole.slice(0, from) + now + whole.slice(to), text);
}

/** The value with what stands at a path replaced, or taken away. */
function edited(value: Json | undefined, path: readonly string[], wanted: Json | undefined): Json | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return wanted;
  // A step by its result alone.
  if (!isObject(value)) return name === 'result' ? wanted : value;
  const { [name]: old, ...others } = value;
  const now = edited(old, rest, wanted);
  if (now === undefined) return others;
  return Object.fromEntries(Object.entries({ ...value, [name]: now }));
}
