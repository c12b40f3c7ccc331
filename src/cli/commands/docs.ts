import { loadRegistry, printDocs, readPacks } from '../../index.ts';
import { printDiagnostics } from '../diagnostics.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';

/** Prints the reference of probes and actions, from the code itself. `probes` and `actions` list all of one kind. */
export async function docs(
  io: Io,
  name: string | undefined,
  options: { readonly markdown?: boolean; readonly packs: readonly string[] },
): Promise<number> {
  const { value: packs, diagnostics } = await readPacks(options.packs);
  await printDiagnostics(io, diagnostics);
  if (packs === undefined) return exit.invalid;
  const text = await printDocs(await loadRegistry(packs), {
    ...(name === undefined ? {} : { name }),
    form: options.markdown ? 'markdown' : 'text',
    colour: io.stdout.colour,
  });
  if (text === '') throw new UsageError(`no probe or action begins with ${name ?? ''}`);
  io.stdout.write(text);
  return exit.ok;
}
