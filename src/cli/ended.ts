import { type MendEnd, safeText } from '../index.ts';
import { leftOpen } from './crash.ts';
import { printDiagnostics } from './diagnostics.ts';
import { exit } from './exit.ts';
import type { Io } from './io.ts';
import type { ShownOptions, StateOptions } from './options.ts';
import { printResume } from './resume-hint.ts';
import { printUnrecorded } from './unrecorded.ts';

/** Says how a run ended, and what to do next. Gives the exit code. */
export async function ended(
  io: Io,
  end: MendEnd,
  options: StateOptions & Partial<ShownOptions> & { readonly dryRun?: boolean },
): Promise<number> {
  switch (end.kind) {
    case 'invalid':
      await printDiagnostics(io, end.diagnostics);
      io.stderr.write('No host was touched.\n');
      return exit.invalid;
    case 'refused':
      for (const problem of end.problems) io.stderr.write(`mendgate: ${safeText(problem)}\n`);
      io.stderr.write('No host was touched.\n');
      return end.exitCode;
    case 'ran':
      await printDiagnostics(io, end.diagnostics);
      printUnrecorded(io, end.result);
      // Reporters for people tell it in their summary.
      if (options.json === true || options.output === 'json') io.stderr.write(leftOpen());
      if (options.dryRun !== true) printResume(io, end.result, options);
      return end.result.exitCode;
  }
}
