import type { Diagnostic, SourceRange } from '../../model/diagnostic.ts';
import { diagnosticAt, type Source } from '../source.ts';

/** Where something was written. The range is only worked out when somebody asks. */
export interface Place {
  readonly source: Source;
  readonly range: () => SourceRange;
}

/** What is wrong, in words; its place is known elsewhere. */
export interface Problem {
  readonly message: string;
  readonly help?: string;
}

/** Collects an inventory's diagnostics while it is read. */
export interface Findings {
  readonly all: readonly Diagnostic[];
  error(place: Place, code: string, problem: Problem): void;
  warning(place: Place, code: string, problem: Problem): void;
  /** Those that another reader found. */
  add(diagnostics: readonly Diagnostic[]): void;
  /** Takes everything and keeps nothing: for what has been said once already. */
  readonly silent: Findings;
}

const silent: Findings = {
  all: [],
  error: () => {},
  warning: () => {},
  add: () => {},
  get silent() {
    return silent;
  },
};

/** An empty collection. */
export function createFindings(): Findings {
  const all: Diagnostic[] = [];
  const put = ({ source, range }: Place, code: string, problem: Problem, severity: Diagnostic['severity']): void => {
    const diagnostic = masked(diagnosticAt(source, code, range(), problem.message, problem.help, severity));
    all.push(source.sealed === true && severity === 'error' ? withoutWords(diagnostic) : diagnostic);
  };
  return {
    all,
    silent,
    error: (place, code, problem) => put(place, code, problem, 'error'),
    warning: (place, code, problem) => put(place, code, problem, 'warning'),
    add: (diagnostics) => void all.push(...diagnostics.map(masked)),
  };
}

const password =
  /((?:pass|passwd|password|passphrase|secret|token)["']?[ \t]*[=:][ \t]*)("[^"\n]*"?|'[^'\n]*'?|[^\s,}]+)/gi;

/** Passwords in an excerpt become stars, so that no log keeps them. Columns stay true. */
function masked(diagnostic: Diagnostic): Diagnostic {
  const excerpt = diagnostic.excerpt.replace(
    password,
    (_, name: string, value: string) => name + '*'.repeat(value.length),
  );
  return { ...diagnostic, excerpt };
}

/** What is wrong with an encrypted file, without quoting what was encrypted. */
export function withoutWords({ code, severity, at }: Diagnostic): Diagnostic {
  const message = `line ${at.line} of what this encrypted file holds is wrong (${code})`;
  const start = { ...at, line: 1, col: 1, endLine: 1, endCol: 1 };
  return { code, severity, message, at: start, excerpt: '', help: `look at it: ansible-vault view ${at.file}` };
}

/** Columns `from` to `to` (from 0, `to` exclusive) of a line (from 1). */
export function placeOnLine(source: Source, line: number, from: number, to: number): Place {
  const range = { file: source.file, line, col: from + 1, endLine: line, endCol: to + 1 };
  return { source, range: () => range };
}

/** The start of a file, for what concerns all of it. */
export function fileStart(file: string, text = ''): Place {
  return placeOnLine({ file, text }, 1, 0, 0);
}
