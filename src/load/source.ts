import type { Diagnostic, SourceRange } from '../model/diagnostic.ts';

/** An author's file as read: where it lies, as given on the command line, and its whole text. */
export interface Source {
  readonly file: string;
  readonly text: string;
  /** The text was encrypted in the file: it is never shown. */
  readonly sealed?: true;
}

const lineStartsOf = new WeakMap<Source, readonly number[]>();
const excerptLines = 3;

/** The lines and columns of the offsets `start` (inclusive) to `end` (exclusive). Offsets outside the text are clamped. */
export function rangeAt(source: Source, start: number, end: number): SourceRange {
  const from = positionAt(source, start);
  const to = positionAt(source, Math.max(start, end));
  return { file: source.file, line: from.line, col: from.col, endLine: to.line, endCol: to.col };
}

/** A diagnostic over the offsets `start` to `end`, with its excerpt cut out of the source. */
export function makeDiagnostic(
  source: Source,
  code: string,
  start: number,
  end: number,
  message: string,
  help?: string,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic {
  return diagnosticAt(source, code, rangeAt(source, start, end), message, help, severity);
}

/** {@link makeDiagnostic} for a range that is already known. */
export function diagnosticAt(
  source: Source,
  code: string,
  at: SourceRange,
  message: string,
  help?: string,
  severity: Diagnostic['severity'] = 'error',
): Diagnostic {
  const last = Math.min(
    at.endCol === 1 && at.endLine > at.line ? at.endLine - 1 : at.endLine,
    at.line + excerptLines - 1,
  );
  const lines: string[] = [];
  for (let line = at.line; line <= last; line += 1) lines.push(lineText(source, line));
  const excerpt = source.sealed === true ? '' : lines.join('\n');
  return help === undefined ? { code, severity, message, at, excerpt } : { code, severity, message, at, excerpt, help };
}

/** The text of a line, counted from 1, without its line end and without a byte order mark. */
export function lineText(source: Source, line: number): string {
  const starts = lineStarts(source);
  const start = starts[line - 1];
  if (start === undefined) return '';
  const text = source.text.slice(start, starts[line] ?? source.text.length);
  return text.replace(/\r?\n$/, '');
}

/** The offset at which a line, counted from 1, begins. */
export function lineStart(source: Source, line: number): number {
  return lineStarts(source)[line - 1] ?? source.text.length;
}

function positionAt(source: Source, offset: number): { readonly line: number; readonly col: number } {
  const starts = lineStarts(source);
  const within = Math.min(Math.max(offset, starts[0] ?? 0), source.text.length);
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= within) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, col: within - (starts[low] ?? 0) + 1 };
}

/** A byte order mark takes no column: the first line begins after it. */
function lineStarts(source: Source): readonly number[] {
  const known = lineStartsOf.get(source);
  if (known !== undefined) return known;
  const starts = [source.text.startsWith('\ufeff') ? 1 : 0];
  for (let at = source.text.indexOf('\n'); at !== -1; at = source.text.indexOf('\n', at + 1)) starts.push(at + 1);
  lineStartsOf.set(source, starts);
  return starts;
}
