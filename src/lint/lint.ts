import type { Diagnostic, SourceRange } from '../model/diagnostic.ts';
import type { AuthoredDocument } from '../model/document.ts';
import type { Catalog } from '../model/pack.ts';
import type { Finding, Rule } from './rule.ts';
import { rules } from './rules/index.ts';
import { viewOf } from './view.ts';
import { readWaivers, type Waiver } from './waivers.ts';

/** A document, and what its calls are checked against. */
export interface LintInput {
  readonly document: AuthoredDocument;
  readonly catalog: Catalog;
}

/** A diagnostic; `waived`: its author says that it may stay. */
export interface LintFinding extends Diagnostic {
  readonly waived?: { readonly reason: string; readonly until: string };
}

/**
 * Everything that lint has to say about a runbook and those it uses, in the order of files and lines. `told` is what their
 * check found: errors stay as they are, warnings can be waived like findings. `today`: YYYY-MM-DD.
 */
export function lint(inputs: readonly LintInput[], told: readonly Diagnostic[], today: string): readonly LintFinding[] {
  const seen = new Set(inputs.map(({ document }) => document.source.file));
  // A file that is no YAML has no document.
  const elsewhere = told.filter(({ at }) => !seen.has(at.file));
  return [...elsewhere, ...inputs.flatMap((input) => lintOne(input, told, today))];
}

function lintOne({ document, catalog }: LintInput, told: readonly Diagnostic[], today: string): readonly LintFinding[] {
  const view = viewOf(document, catalog);
  const own = told.filter(({ at }) => at.file === document.source.file);
  const found = rules.flatMap((rule) => (rule.check?.(view) ?? []).map((finding) => diagnose(document, rule, finding)));
  // Where the check of the runbook speaks already, and says that it cannot work, nobody needs a second opinion.
  const fresh = unique(found).filter(
    (entry) => !own.some((error) => error.severity === 'error' && isSame(error, entry)),
  );
  const { waivers, problems } = readWaivers(document, today);
  const used = new Set<Waiver>();
  const judged = [...own, ...fresh].map((entry): LintFinding => {
    const waiver = waivers.find(({ codes, line }) => codes.includes(entry.code) && line === entry.at.line);
    if (waiver === undefined || isError(entry)) return entry;
    used.add(waiver);
    return { ...entry, waived: { reason: waiver.reason, until: waiver.until } };
  });
  const idle = waivers
    .filter((waiver) => !used.has(waiver))
    .map(({ at, codes }): Omit<Diagnostic, 'excerpt'> => {
      const message = `line ${at.line} allows ${codes.join(', ')}, and there is nothing of it`;
      const help = 'remove it, or put it on the line of the finding, or alone on the line before';
      return { code: 'lint/waiver-unused', severity: 'warning', message, help, at };
    });
  const ofWaivers = [...problems, ...idle].map((problem) => ({ ...problem, excerpt: excerptOf(document, problem.at) }));
  return [...judged, ...ofWaivers].sort((a, b) => a.at.line - b.at.line || a.at.col - b.at.col);
}

/** An error of the check itself: the runbook does not run at all. */
function isError({ code, severity }: Diagnostic): boolean {
  return severity === 'error' && !code.startsWith('lint/');
}

function isSame(a: Diagnostic, b: Diagnostic): boolean {
  return a.at.line === b.at.line && a.at.col === b.at.col;
}

function diagnose(document: AuthoredDocument, rule: Rule, { path, part, inside, message, help }: Finding): Diagnostic {
  const at = inside === undefined ? document.rangeOf(path, part) : document.rangeInside(path, ...inside);
  const { id: code, severity, instead } = rule;
  return { code, severity, message, at, excerpt: excerptOf(document, at), help: help ?? instead };
}

function excerptOf({ source }: AuthoredDocument, { line, endLine }: SourceRange): string {
  const lines = source.text.replace(/^\ufeff/, '').split('\n');
  return lines
    .slice(line - 1, Math.min(endLine, line + 2))
    .map((text) => text.replace(/\r$/, ''))
    .join('\n');
}

/** Two commands of one line may break one rule: once is enough. */
function unique(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const seen = new Set<string>();
  return diagnostics.filter(({ code, at, message }) => {
    const key = `${code} ${at.line}:${at.col} ${message}`;
    return !seen.has(key) && seen.add(key);
  });
}
