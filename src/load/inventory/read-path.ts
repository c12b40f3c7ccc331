import { constants } from 'node:fs';
import { access, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Source } from '../source.ts';
import type { Draft } from './draft.ts';
import { hostNameProblem } from './host-name.ts';
import { openFile } from './open-value.ts';
import { type Findings, fileStart } from './place.ts';
import { errorCode, kindOf, namesIn, readSource } from './read-file.ts';
import { readIni } from './read-ini.ts';
import { readListing } from './read-listing.ts';
import { readYaml } from './read-yaml.ts';
import { type ExecutableLimits, runExecutable } from './run-executable.ts';

const maxDepth = 8;
/** What Ansible passes over in a folder of inventories. */
const passedOver =
  /^\.|^(?:group_vars|host_vars|vars_plugins)$|(?:\.(?:pyc|pyo|swp|bak|rpm|md|txt|rst|orig|ini|cfg|retry)|~)$/;

/** Adds a file, a folder of files or an executable to the draft. Gives the folder whose group_vars/ and host_vars/ count. */
export async function readPath(
  path: string,
  draft: Draft,
  findings: Findings,
  limits: ExecutableLimits,
): Promise<string | undefined> {
  const kind = await kindOf(path);
  if (kind === 'folder') {
    await readFolder(path, 0, draft, findings, limits);
    return path;
  }
  if (kind !== 'file') {
    const single =
      hostNameProblem(path) === undefined ? `for the host of that name write \`-i ${path},\` with a comma` : undefined;
    const message =
      kind.code === 'ENOENT' ? `there is no file \`${path}\`` : `\`${path}\` cannot be read (${kind.code})`;
    findings.error(fileStart(path), 'inventory/not-found', { message, ...(single ? { help: single } : {}) });
    return undefined;
  }
  await readInventoryFile(path, draft, findings, limits);
  return dirname(path);
}

async function readFolder(
  folder: string,
  depth: number,
  draft: Draft,
  findings: Findings,
  limits: ExecutableLimits,
): Promise<void> {
  let files = 0;
  for (const name of await namesIn(folder, findings)) {
    const path = join(folder, name);
    if (passedOver.test(name)) {
      if (/\.(?:ini|cfg)$/.test(name)) sayPassedOver(path, findings);
      continue;
    }
    files++;
    if ((await kindOf(path)) !== 'folder') await readInventoryFile(path, draft, findings, limits);
    else if (depth < maxDepth) await readFolder(path, depth + 1, draft, findings, limits);
  }
  if (files > 0 || depth > 0) return;
  findings.error(fileStart(folder), 'inventory/not-found', {
    message: `there is no inventory in the folder \`${folder}\``,
  });
}

function sayPassedOver(path: string, findings: Findings): void {
  findings.warning(fileStart(path), 'inventory/passed-over', {
    message:
      'the file is not read: in a folder of inventories Ansible takes .ini and .cfg for configuration of scripts',
    help: 'if it is an inventory, name it without that ending, or give it with -i by itself',
  });
}

async function readInventoryFile(
  file: string,
  draft: Draft,
  findings: Findings,
  limits: ExecutableLimits,
): Promise<void> {
  if (await isExecutable(file)) {
    const output = await runExecutable(file, limits);
    if (typeof output === 'string') readListing(file, output, draft, findings);
    else findings.error(fileStart(file), 'inventory/executable-failed', output);
    return;
  }
  const source = await readSource(file);
  if ('message' in source) findings.error(fileStart(file), 'inventory/unreadable', source);
  else {
    const opened = openFile(source, draft.vault, findings);
    if (opened !== undefined) readText(opened, draft, findings);
  }
}

function readText(source: Source, draft: Draft, findings: Findings): void {
  const { file, text } = source;
  const refuse = (message: string, help: string): void =>
    findings.error(fileStart(file, text), 'inventory/unknown-format', { message, help });
  if (text.startsWith('#!')) refuse('this looks like a program, but it is not executable', `chmod +x ${file}`);
  else if (/\.toml$/.test(file))
    refuse('TOML inventories are not read', 'formats: our own YAML, Ansible YAML, Ansible INI, an executable');
  else if (isYaml(source)) readYaml(source, draft, findings);
  else readIni(source, draft, findings);
}

/** By its ending; without one that tells, by the first line that says something. */
function isYaml({ file, text }: Source): boolean {
  if (/\.(?:ya?ml|json)$/.test(file)) return true;
  if (/\.(?:ini|cfg)$/.test(file)) return false;
  const first = text.split(/\r?\n/).find((line) => !/^\s*(?:[#;].*)?$/.test(line.replace(/^\ufeff/, ''))) ?? '';
  return /^(?:---|\{|["']?[\w.-]+["']?\s*:(?:\s|$))/.test(first);
}

/** The mode alone does not tell: on some file systems every file has it. */
async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    const handle = await open(file);
    try {
      const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0);
      return buffer.toString('latin1').startsWith('#!') || buffer.toString('latin1') === '\x7fELF';
    } finally {
      await handle.close();
    }
  } catch (error) {
    errorCode(error);
    return false;
  }
}
