import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type InventoryOptions, loadInventory } from '../../../src/load/load-inventory.ts';
import type { Diagnostic } from '../../../src/model/diagnostic.ts';
import type { Host, Inventory } from '../../../src/model/inventory.ts';

/** A temporary folder with these files; those that begin with `#!` are executable. It goes when the test ends. */
export function folderOf(files: { readonly [path: string]: string }): string {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-inventory-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
  return folder;
}

export interface Loaded {
  readonly inventory: Inventory | undefined;
  readonly diagnostics: readonly Diagnostic[];
  /** `CODE LINE:COL` of each. */
  readonly codes: readonly string[];
  host(name: string): Host;
}

/** The inventory of one file with this text. */
export function loadText(text: string, name = 'hosts'): Promise<Loaded> {
  return loadFrom(join(folderOf({ [name]: text }), name));
}

export async function loadFrom(source: string | readonly string[], options?: InventoryOptions): Promise<Loaded> {
  const { value, diagnostics } = await loadInventory(typeof source === 'string' ? [source] : source, options);
  return {
    inventory: value,
    diagnostics,
    codes: diagnostics.map(({ code, at }) => `${code} ${at.line}:${at.col}`),
    host(name) {
      const found = value?.hosts.find((host) => host.name === name);
      if (!found) throw new Error(`no host ${name}: ${JSON.stringify(diagnostics)}`);
      return found;
    },
  };
}
