import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { inventoryTemplate } from '../templates/inventory.ts';
import { packTemplate } from '../templates/pack.ts';
import { runbookTemplate } from '../templates/runbook.ts';
import { stepTemplate } from '../templates/step.ts';
import type { Template } from '../templates/template.ts';

/** What can be begun. */
export const kinds: Readonly<Record<string, (name: string) => Template>> = {
  runbook: runbookTemplate,
  step: stepTemplate,
  pack: packTemplate,
  inventory: inventoryTemplate,
};

/**
 * `new KIND NAME`: small, commented files that are valid at once, in this folder. Writes all of them, or none where one is
 * there already.
 */
export function newFile(io: Io, kind: string, given: string): number {
  const template = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (template === undefined) throw new UsageError(`new ${kind}: it is one of ${Object.keys(kinds).join(', ')}`);
  if (given.includes('/')) {
    const there = `cd ${dirname(given)} && mendgate new ${kind} ${basename(given)}`;
    throw new UsageError(`new ${kind} ${given}: a name has no path; it is written where you are: ${there}`);
  }
  const name = given.replace(/\.(?:ya?ml|ts)$/, '');
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name) || name.length > 60)
    throw new UsageError(`new ${kind} ${given}: a name is small letters, digits and \`-\`, like restart-app`);
  const { files, next } = template(name);
  const there = files.find(({ path }) => existsSync(path));
  if (there !== undefined) throw new UsageError(`${there.path} is there already; nothing was written`);
  for (const { path, text } of files) write(path, text);
  for (const { path } of files) io.stdout.write(`wrote ${path}\n`);
  io.stdout.write(`\nNext:\n${next.map((line) => `  ${line}\n`).join('')}`);
  return exit.ok;
}

function write(path: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    // Never over what has come meanwhile.
    writeFileSync(path, text, { flag: 'wx' });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${path} cannot be written: ${why}`, exit.notWritten);
  }
}
