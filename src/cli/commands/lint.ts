import { explainLintRule, type LintFinding, type LintResult, lintRunbook, lintSarif } from '../../index.ts';
import { plural, printDiagnostics } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { type PackGiven, packsGiven } from '../options.ts';

export interface LintOptions extends PackGiven {
  readonly output: 'text' | 'json' | 'sarif';
  /** `--json`. */
  readonly json?: boolean;
  readonly explain?: string | true;
}

/** Checks runbooks and their test cases, and says what in them will go wrong. 0: nothing; 2: something; 65: one of them cannot be run at all. */
export async function lint(io: Io, files: readonly string[], options: LintOptions): Promise<number> {
  if (options.explain !== undefined) return explainRules(io, options.explain);
  if (files.length === 0) throw new UsageError('which runbooks? mendgate lint FILE…');
  const packs = packsGiven(options);
  const results = await Promise.all(files.map((file) => lintRunbook(file, { packs })));
  const findings = unique(results.flatMap((result) => result.findings));
  const open = findings.filter(({ waived }) => waived === undefined);
  switch (options.json ? 'json' : options.output) {
    case 'json':
      io.stdout.write(`${JSON.stringify({ version: 1, findings: findings.map(flat) }, undefined, 2)}\n`);
      break;
    case 'sarif':
      io.stdout.write(await lintSarif(findings));
      break;
    case 'text':
      await printDiagnostics(io, open);
      printEnds(io, files, results);
  }
  if (results.some(({ valid }) => !valid)) return exit.invalid;
  return open.length === 0 ? exit.ok : exit.failed;
}

function printEnds(io: Io, files: readonly string[], results: readonly LintResult[]): void {
  for (const [index, { findings }] of results.entries()) {
    const waived = findings.filter((finding) => finding.waived !== undefined).length;
    const open = findings.length - waived;
    const allowed = waived === 0 ? '' : `, ${plural(waived, 'finding')} waived`;
    const what = open === 0 ? `nothing found${allowed}` : `${plural(open, 'finding')}${allowed}`;
    io.stdout.write(`${files[index]}: ${what}\n`);
  }
  if (results.some(({ findings }) => findings.some(({ waived }) => !waived)))
    io.stderr.write('mendgate lint --explain RULE tells why, and what to write instead.\n');
}

async function explainRules(io: Io, name: string | true): Promise<number> {
  const { text, known } = await explainLintRule(name === true ? '' : name);
  if (text === undefined && name !== true) {
    throw new UsageError(`--explain ${name}: there is no such rule or code; mendgate lint --explain lists them`);
  }
  io.stdout.write(text ?? `${known.join('\n')}\n`);
  return exit.ok;
}

function flat({ at, ...finding }: LintFinding): object {
  return { ...finding, ...at };
}

/** Two runbooks may use the same third one. */
function unique(findings: readonly LintFinding[]): readonly LintFinding[] {
  const seen = new Set<string>();
  return findings.filter(({ code, at, message }) => {
    const key = JSON.stringify([code, at, message]);
    return !seen.has(key) && seen.add(key);
  });
}
