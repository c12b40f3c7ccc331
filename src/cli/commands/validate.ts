import { setFlagsFromString } from 'node:v8';
import { type CheckedFile, checkFile } from '../../index.ts';
import { plural, printDiagnostics } from '../diagnostics.ts';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';

/** Checks runbooks, and files of their test cases, and says everything that is wrong with them. 0 or 65. */
export async function validate(io: Io, files: readonly string[], packs: readonly string[] = []): Promise<number> {
  // It is over in a fifth of a second: V8's optimising compiler would take a sixth of that and give nothing back.
  setFlagsFromString('--no-opt');
  const checked = await Promise.all(files.map(async (file) => ({ file, result: await checkFile(file, { packs }) })));
  await printDiagnostics(
    io,
    checked.flatMap(({ result }) => result.diagnostics),
  );
  for (const { file, result } of checked) {
    if (result.value !== undefined) io.stdout.write(`${file}: valid, ${sizeOf(result)}\n`);
  }
  return checked.every(({ result }) => result.value !== undefined) ? exit.ok : exit.invalid;
}

function sizeOf(checked: CheckedFile): string {
  return checked.kind === 'cases'
    ? plural(checked.value?.cases.length ?? 0, 'case')
    : plural(checked.value?.steps.length ?? 0, 'step');
}
