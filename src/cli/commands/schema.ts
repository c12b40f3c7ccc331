import { printSchema, readPacks } from '../../index.ts';
import { printDiagnostics } from '../diagnostics.ts';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';

/** Prints the schema of runbooks: with every probe and action that comes with mendgate, and those of these packs. */
export async function schema(io: Io, packs: readonly string[]): Promise<number> {
  const { value, diagnostics } = await readPacks(packs);
  await printDiagnostics(io, diagnostics);
  if (value === undefined) return exit.invalid;
  io.stdout.write(await printSchema(value));
  return exit.ok;
}
