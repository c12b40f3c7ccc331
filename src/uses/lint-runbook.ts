// `mendgate lint`: a runbook and those it uses → what their check finds, and what the rules of lint find; test cases → what
// their check finds.

import type { LintFinding, LintInput } from '../lint/lint.ts';
import type { PackOptions } from '../registry.ts';
import { systemClock } from '../transports/clock.ts';
import { mendgateVersion } from '../version.ts';
import { checkFile } from './check-file.ts';

export type { LintFinding } from '../lint/lint.ts';

/** What lint found. */
export interface LintResult {
  readonly findings: readonly LintFinding[];
  /** Whether it can be run at all. */
  readonly valid: boolean;
}

/** Checks and lints a runbook, or checks its test cases. What is wrong with it does not keep lint from looking, as long as it is YAML. Touches no host. */
export async function lintRunbook(file: string, options: PackOptions = {}): Promise<LintResult> {
  const { lint } = await import('../lint/lint.ts');
  const inputs: LintInput[] = [];
  const { kind, value, diagnostics } = await checkFile(file, {
    ...options,
    onDocument: (document, catalog) => inputs.push({ document, catalog }),
  });
  if (kind === 'cases') return { findings: diagnostics, valid: value !== undefined };
  // Used runbooks are done first; the one that was asked for comes first in what is told.
  inputs.sort((a, b) => Number(b.document.source.file === file) - Number(a.document.source.file === file));
  const today = new Date(systemClock.now()).toISOString().slice(0, 10);
  return { findings: lint(inputs, diagnostics, today), valid: value !== undefined };
}

/** Findings as SARIF 2.1.0, as text. */
export async function lintSarif(findings: readonly LintFinding[]): Promise<string> {
  const { sarif } = await import('../lint/sarif.ts');
  return `${JSON.stringify(sarif(findings, mendgateVersion()), undefined, 2)}\n`;
}

/** What a rule looks for, or a code means, why, and the better way; no text: there is none such, and these there are. */
export async function explainLintRule(
  name: string,
): Promise<{ readonly text?: string; readonly known: readonly string[] }> {
  const [{ findRule, rules }, { explanationOf, explanations }, { explainCode, explainRule }] = await Promise.all([
    import('../lint/rules/index.ts'),
    import('../lint/codes/index.ts'),
    import('../lint/explain-rule.ts'),
  ]);
  const known = [
    ...rules.map(({ id, title }) => [id, title] as const),
    ...Object.entries(explanations).map(([code, { means }]) => [code, means] as const),
  ].map(([code, what]) => `${code.padEnd(32)} ${what}`);
  const rule = findRule(name);
  if (rule !== undefined) return { text: explainRule(rule), known };
  const explanation = explanationOf(name);
  return explanation === undefined ? { known } : { text: explainCode(name, explanation), known };
}
