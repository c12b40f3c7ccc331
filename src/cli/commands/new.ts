import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { inventoryTemplate } from '../templates/inventory.ts';
import { packTemplate } from '../templates/pack.ts';
import { runbookTemplate } from '../templates/runbook.ts';
import { stepTemplate } from '../templates/step.ts';
import type { Template } from '../templates/template.ts';

const kinds: Readonly<Record<string, (name: string) => Template>> = {
  runbook: runbookTemplate,
  step: stepTemplate,
  pack: packTemplate,
  inventory: inventoryTemplate,
};

/** `new KIND NAME`: small, commented files that are valid at once. Writes all of them, or none where one is there already. */
export function newFile(io: Io, kind: string, given: string): number {
  const template = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  if (template === undefined) throw new UsageError(`new ${kind}: it is one of ${Object.keys(kinds).join(', ')}`);
  const name = given.replace(/^.*\//, '').replace(/\.(?:ya?ml|ts)$/, '');
  if (!/^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/.test(name) || name.length > 60)
    throw new UsageError(`new ${kind} ${given}: a name is small letters, digits and \`-\`, like restart-app`);
  const folder = dirname(given);
  const { files, next } = template(name);
  const written = files.map(({ path, text }) => ({ path: join(folder, path), text }));
  const there = written.find(({ path }) => existsSync(path));
  if (there !== undefined) throw new UsageError(`${there.path} is there already; nothing was written`);
  for (const { path, text } of written) write(path, text);
  for (const { path } of written) io.stdout.write(`wrote ${path}\n`);
  const where = relative('.', folder) === '' ? '' : `, in ${folder}`;
  io.stdout.write(`\nNext${where}:\n${next.map((line) => `  ${line}\n`).join('')}`);
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
