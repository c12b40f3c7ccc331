import type { Diagnostic, SourceRange } from '../model/diagnostic.ts';
import type { Located, Path } from './parse-yaml.ts';
import { diagnosticAt } from './source.ts';

export interface Remark {
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
  /** `LINE:COL` of a path's key, for messages that name a second place. */
  place(path: Path): string;
}

/** More than these help nobody. */
export const maxDiagnostics = 200;

export function createReport(located: Located): Report {
  const diagnostics: Diagnostic[] = [];
  const taken = new Set<string>();

  function add(at: SourceRange, code: string, message: string, remark: Remark): void {
    const place = `${at.line}:${at.col}`;
    if (taken.has(place) || diagnostics.length >= maxDiagnostics) return;
    const severity = remark.severity ?? 'error';
    if (severity === 'error') taken.add(place);
    diagnostics.push(diagnosticAt(located.source, code, at, message, remark.help, severity));
  }

  return {
    diagnostics,
    at: (path, code, message, remark = {}) => add(located.rangeOf(path, remark.part), code, message, remark),
    inside: (path, start, end, code, message, remark = {}) =>
      add(located.rangeInside(path, start, end), code, message, remark),
    place(path) {
      const { line, col } = located.rangeOf(path, 'key');
      return `${line}:${col}`;
    },
  };
}
