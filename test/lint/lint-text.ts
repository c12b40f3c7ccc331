import { type LintFinding, lint } from '../../src/lint/lint.ts';
import { loadRunbook } from '../../src/load/load-runbook.ts';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { buildRegistry } from '../../src/model/pack.ts';
import { builtInPacks } from '../../src/packs/index.ts';

const catalog = buildRegistry(builtInPacks);

export interface Linted {
  readonly findings: readonly LintFinding[];
  /** Errors of the check itself. */
  readonly errors: readonly Diagnostic[];
}

/** Checks and lints a runbook's text, as `mendgate lint` does. */
export async function lintText(text: string, today = '2026-06-01'): Promise<Linted> {
  const inputs: Parameters<typeof lint>[0][number][] = [];
  const { diagnostics } = await loadRunbook('book.yaml', catalog, {
    readFile: async () => new TextEncoder().encode(text),
    realpath: async (file) => `/${file}`,
    onDocument: (document) => inputs.push({ document, catalog }),
  });
  const findings = lint(inputs, diagnostics, today);
  return { findings, errors: diagnostics.filter(({ severity }) => severity === 'error') };
}

/** A rule's example as a whole runbook: a document's keys, or the inside of a step. */
export function wholeRunbook(example: string): string {
  const head = 'runbook: example\ntitle: An example\n';
  if (/^(?:params|symptom|steps):/.test(example)) return head + example;
  const params = example.includes('params.')
    ? 'params:\n  old: { type: bool, default: true }\n  unit: { type: string, default: app }\n'
    : '';
  const needsRollback = example.includes('core.') && example.includes('fix:') && !example.includes('rollback:');
  const rollback = needsRollback ? '    rollback: { irreversible: an example }\n' : '';
  const verify =
    example.includes('fix:') && !/^verify:/m.test(example)
      ? '    verify: { probes: { after: { tcp.connect: { address: 127.0.0.1, port: 80 } } }, that: after.connected }\n'
      : '';
  const inside = example
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');
  return `${head}${params}steps:\n  - id: one\n${inside}\n${rollback}${verify}`;
}
