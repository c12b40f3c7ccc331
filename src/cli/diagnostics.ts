import type { Diagnostic } from '../index.ts';
import type { Io } from './io.ts';

/** Prints all diagnostics, and how many there are. */
export async function printDiagnostics(io: Io, diagnostics: readonly Diagnostic[]): Promise<void> {
  if (diagnostics.length === 0) return;
  const { formatDiagnostic } = await import('../index.ts');
  for (const diagnostic of diagnostics)
    io.stderr.write(`${formatDiagnostic(diagnostic, { colour: io.stderr.colour })}\n\n`);
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const parts = [errors > 0 ? plural(errors, 'error') : '', warnings > 0 ? plural(warnings, 'warning') : ''];
  io.stderr.write(`${parts.filter((part) => part !== '').join(', ')}\n`);
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
