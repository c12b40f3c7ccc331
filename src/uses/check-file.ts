// `mendgate validate` and `lint`: a file by what it is, a runbook or the test cases of one.

import type { CaseFile } from '../model/case-file.ts';
import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import type { Runbook } from '../model/runbook.ts';
import { checkRunbook } from '../registry.ts';

/** What a file is, and what is wrong with it. */
export type CheckedFile =
  | ({ readonly kind: 'runbook' } & Checked<Runbook>)
  /** Warnings of their runbook are not among the diagnostics. */
  | ({ readonly kind: 'cases' } & Checked<CaseFile>);

/** Reads and checks a runbook, or, by its name or its keys, a file of test cases. Runs no case and touches no host. */
export async function checkFile(file: string, options: Parameters<typeof checkRunbook>[1] = {}): Promise<CheckedFile> {
  if (file.endsWith('.test.yaml')) return checkCases(file, options.packs ?? []);
  const checked = await checkRunbook(file, options);
  const isCases = checked.diagnostics.some(({ code }) => code === 'runbook/is-cases');
  return isCases ? checkCases(file, options.packs ?? []) : { kind: 'runbook', ...checked };
}

async function checkCases(file: string, packs: readonly string[]): Promise<CheckedFile> {
  const [{ loadCaseFile }, { bookLoader }] = await Promise.all([
    import('../load/cases/load-case-file.ts'),
    import('./load-books.ts'),
  ]);
  const { value, diagnostics } = await loadCaseFile(file, bookLoader(packs));
  const isOwn = ({ at, severity }: Diagnostic): boolean => at.file === file || severity === 'error';
  const own = diagnostics.filter(isOwn);
  return { kind: 'cases', ...(value === undefined ? {} : { value: value.cases }), diagnostics: own };
}
