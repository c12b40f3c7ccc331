import type { Diagnostic, SourceRange } from '../model/diagnostic.ts';
import type { Located, Path } from './parse-yaml.ts';
import { diagnosticAt } from './source.ts';

interface Remark {
  readonly help?: string | undefined;
  readonly part?: 'key' | 'value';
  readonly severity?: Diagnostic['severity'];
}

/** Collects what is wrong with one document. A place that an error was reported for gets no second one. */
export interface Report {
  readonly diagnostics: readonly Diagnostic[];
  /** About the value (or key) at a path. */
  at(path: Path, code: string, message: string, remark?: Remark): void;
  /** About offsets inside the string at a path. */
  inside(path: Path, start: number, end: number, code: string, message: string, remark?: Remark): void;
  /** So much is wrong that nothing more is taken up: readers may stop checking. */
  isFull(): boolean;
  /** Nothing more is said about this key or value, nor about anything inside it. */
  silence(path: Path, part: 'key' | 'value'): void;
  /** `LINE:COL` of a path's key, for messages that name a second place. */
  place(path: Path): string;
}

/** More than these help nobody. */
const maxDiagnostics = 200;

export function createReport(located: Located): Report {
  const diagnostics: Diagnostic[] = [];
  const taken = new Set<string>();
  const silenced: SourceRange[] = [];

  const isFull = (): boolean => diagnostics.length >= maxDiagnostics;

  function add(at: SourceRange, code: string, message: string, remark: Remark): void {
    const place = `${at.line}:${at.col}-${at.endLine}:${at.endCol}`;
    if (taken.has(place) || silenced.some((range) => covers(range, at))) return;
    const severity = remark.severity ?? 'error';
    if (severity === 'error') taken.add(place);
    diagnostics.push(diagnosticAt(located.source, code, at, message, remark.help, severity));
  }

  return {
    diagnostics,
    at(path, code, message, remark = {}) {
      if (!isFull()) add(located.rangeOf(path, remark.part), code, message, remark);
    },
    inside(path, start, end, code, message, remark = {}) {
      if (!isFull()) add(located.rangeInside(path, start, end), code, message, remark);
    },
    isFull,
    silence: (path, part) => silenced.push(located.rangeOf(path, part)),
    place(path) {
      const { line, col } = located.rangeOf(path, 'key');
      return `${line}:${col}`;
    },
  };
}

function covers(outer: SourceRange, { line, col }: SourceRange): boolean {
  const begins = line > outer.line || (line === outer.line && col >= outer.col);
  return begins && (line < outer.endLine || (line === outer.endLine && col < outer.endCol));
}
