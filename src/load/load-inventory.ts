import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Checked } from '../model/diagnostic.ts';
import type { Inventory } from '../model/inventory.ts';
import type { Vault } from '../model/vault.ts';
import { createDraft } from './inventory/draft.ts';
import { createFindings, fileStart } from './inventory/place.ts';
import { readHostList } from './inventory/read-host-list.ts';
import { readPath } from './inventory/read-path.ts';
import { readVarsFolder } from './inventory/read-vars-folder.ts';
import { resolveInventory } from './inventory/resolve-inventory.ts';
import type { ExecutableLimits } from './inventory/run-executable.ts';
import { warnOfSlips } from './inventory/warn-of-slips.ts';

export interface InventoryOptions {
  /** For inventories that are programs. */
  readonly executable?: ExecutableLimits;
  /** Opens values and files that ansible-vault encrypted. Absent: they are left out, with a warning. */
  readonly vault?: Vault;
}

/**
 * The inventory of all sources together. Each is a file (our YAML, Ansible's YAML or INI), a folder of such files, a list
 * `h1,h2,` (it has a comma) or an executable that prints Ansible's `--list` JSON; later ones add to earlier ones and
 * win where they say something else. group_vars/ and host_vars/ beside a file, or in a folder, are read too.
 */
export async function loadInventory(
  sources: readonly string[],
  options: InventoryOptions = {},
): Promise<Checked<Inventory>> {
  const findings = createFindings();
  const draft = createDraft(options.vault);
  const folders: string[] = [];
  for (const source of sources) {
    if (source.includes(',') && !existsSync(source)) readHostList(source, draft, findings);
    else {
      const folder = await readPath(source, draft, findings, options.executable ?? {});
      if (folder !== undefined) folders.push(folder);
    }
  }
  if (sources.length === 0) {
    findings.error(fileStart('-i'), 'inventory/none', {
      message: 'no inventory is given',
      help: 'give one with -i FILE, or hosts with -i host1,host2',
    });
  }
  const vars = [];
  for (const folder of lastOfEach(folders)) vars.push(await readVarsFolder(folder, draft, findings));
  if (hasError()) return { diagnostics: findings.all };
  const resolved = resolveInventory(draft, vars, sources);
  warnOfSlips(resolved, draft, findings);
  return { value: resolved.inventory, diagnostics: findings.all };

  function hasError(): boolean {
    return findings.all.some(({ severity }) => severity === 'error');
  }
}

/** Each folder once, at its last place: there it wins. */
function lastOfEach(folders: readonly string[]): readonly string[] {
  const paths = folders.map((folder) => resolve(folder));
  return folders.filter((_, index) => !paths.includes(paths[index] ?? '', index + 1));
}
