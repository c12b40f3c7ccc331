import { writeFile } from 'node:fs/promises';
import { printJunit, printTestResults, safeLine, testRunbooks } from '../../index.ts';
import { printDiagnostics } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { type PackGiven, packsGiven } from '../options.ts';

export interface TestOptions extends PackGiven {
  readonly update?: boolean;
  /** `true`: show it; a number: at least so many percent. */
  readonly coverage?: true | number;
  readonly mutate?: boolean;
  readonly junit?: string;
}

/** Runs case files without any host. 0; 2: a case failed, too little is covered, an answer is unnoticed; or 65. */
export async function test(io: Io, paths: readonly string[], options: TestOptions): Promise<number> {
  const wanted = paths.length === 0 ? ['.'] : paths;
  const { coverage: asked, junit } = options;
  const end = await testRunbooks({
    paths: wanted,
    update: options.update === true,
    mutate: options.mutate === true,
    leastCoverage: typeof asked === 'number' ? asked : 0,
    packs: packsGiven(options),
  });
  const { results, diagnostics, missing } = end;
  if (missing.length > 0) throw new UsageError(`${safeLine(missing.join(', '))}: there is no such file or folder`);
  await printDiagnostics(io, diagnostics);
  const invalid = diagnostics.some(({ severity }) => severity === 'error');
  if (results.length === 0 && !invalid) {
    throw new UsageError(`no case file (NAME.test.yaml) in ${safeLine(wanted.join(', '))}`);
  }
  const coverage = asked === undefined ? [] : end.coverage;
  io.stdout.write(await printTestResults({ ...end, coverage }, { colour: io.stdout.colour }));
  if (junit !== undefined) await write(junit, await printJunit(end));
  if (invalid) return exit.invalid;
  return end.ok ? exit.ok : exit.failed;
}

async function write(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${safeLine(file)}: ${why}`, exit.notWritten);
  }
}
