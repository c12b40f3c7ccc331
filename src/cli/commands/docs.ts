import { loadRegistry, printDocs } from '../../index.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';

/** Prints the reference of probes and actions, from the code itself. `probes` and `actions` list all of one kind. */
export async function docs(
  io: Io,
  name: string | undefined,
  options: { readonly markdown?: boolean },
): Promise<number> {
  const text = await printDocs(await loadRegistry(), {
    ...(name === undefined ? {} : { name }),
    form: options.markdown ? 'markdown' : 'text',
    colour: io.stdout.colour,
  });
  if (text === '') throw new UsageError(`no probe or action begins with ${name ?? ''}`);
  io.stdout.write(text);
  return exit.ok;
}
