import type { LoadBook } from '../load/cases/load-case-file.ts';
import type { Checked } from '../model/diagnostic.ts';
import type { Registry } from '../model/pack.ts';
import { packsOf, type Runbook } from '../model/runbook.ts';
import { checkRunbook, loadRegistry } from '../registry.ts';

type LoadedBook = Checked<Runbook> & { readonly registry: Registry };

/** Reads the runbooks of case files: each once, with the packs that it names. */
export function bookLoader(packs: readonly string[]): (file: string) => Promise<LoadedBook> {
  const known = new Map<string, Promise<LoadedBook>>();
  const load = async (file: string): Promise<LoadedBook> => {
    const checked = await checkRunbook(file, { packs });
    const registry = await loadRegistry(checked.value === undefined ? [] : packsOf(checked.value));
    return { ...checked, registry };
  };
  return (file): ReturnType<LoadBook> & Promise<LoadedBook> => {
    const book = known.get(file) ?? load(file);
    known.set(file, book);
    return book;
  };
}
