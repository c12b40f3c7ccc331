import { join } from 'node:path';
import { isObject } from '../../model/json.ts';
import type { Vault } from '../../model/vault.ts';
import type { Source } from '../source.ts';
import { ansibleValue } from './ansible-value.ts';
import { createScope, type Draft, type Scope, type VarsFolder } from './draft.ts';
import { openFile } from './open-value.ts';
import { parseAnsibleYaml } from './parse-ansible-yaml.ts';
import { type Findings, fileStart } from './place.ts';
import { kindOf, namesIn, readSource } from './read-file.ts';
import { setVar } from './set-var.ts';

/** Ansible's order: the first that exists is taken, be it a file or a folder. */
const endings = ['', '.yml', '.yaml', '.json'];
const maxDepth = 8;

/** What `group_vars/` and `host_vars/` in a folder say of the draft's groups and hosts. */
export async function readVarsFolder(folder: string, draft: Draft, findings: Findings): Promise<VarsFolder> {
  return {
    groups: await readScopes(join(folder, 'group_vars'), draft.groups.keys(), draft.vault, findings),
    hosts: await readScopes(join(folder, 'host_vars'), draft.hosts.keys(), draft.vault, findings),
  };
}

async function readScopes(
  folder: string,
  names: Iterable<string>,
  vault: Vault | undefined,
  findings: Findings,
): Promise<Map<string, Scope>> {
  const scopes = new Map<string, Scope>();
  const present = new Set(await namesIn(folder, findings));
  if (present.size === 0) return scopes;
  for (const name of names) {
    const entry = endings.map((ending) => name + ending).find((candidate) => present.has(candidate));
    if (entry === undefined) continue;
    const scope = createScope();
    for (const file of await varsFiles(join(folder, entry), 0, findings))
      await readVarsFile(file, scope, vault, findings);
    scopes.set(name, scope);
  }
  return scopes;
}

/** A folder's files by name, those of folders inside it included; hidden files and backups are not. */
async function varsFiles(path: string, depth: number, findings: Findings): Promise<readonly string[]> {
  if ((await kindOf(path)) !== 'folder') return [path];
  const files: string[] = [];
  for (const name of await namesIn(path, findings)) {
    if (name.startsWith('.') || name.endsWith('~')) continue;
    const ending = /.\.[^.]*$/.test(name) ? name.slice(name.lastIndexOf('.')) : '';
    const inside = join(path, name);
    const isFolder = (await kindOf(inside)) === 'folder';
    if (isFolder && ending === '' && depth < maxDepth) files.push(...(await varsFiles(inside, depth + 1, findings)));
    if (!isFolder && endings.includes(ending)) files.push(inside);
  }
  return files;
}

async function readVarsFile(file: string, scope: Scope, vault: Vault | undefined, findings: Findings): Promise<void> {
  const source = await readSource(file);
  if ('message' in source) findings.error(fileStart(file), 'inventory/unreadable', source);
  else {
    const opened = openFile(source, vault, findings);
    if (opened !== undefined) readVars(opened, scope, vault, findings);
  }
}

function readVars(source: Source, scope: Scope, vault: Vault | undefined, findings: Findings): void {
  const located = parseAnsibleYaml(source, findings);
  if (!located || located.value === null) return;
  if (!isObject(located.value)) {
    findings.error({ source, range: () => located.rangeOf([]) }, 'inventory/wrong-type', {
      message: 'a file of variables must be a mapping',
    });
    return;
  }
  for (const [name, raw] of Object.entries(located.value)) {
    const place = { source: located.source, range: () => located.rangeOf([name]) };
    setVar(scope, { name, value: ansibleValue(located, raw, [name]), place }, findings, vault);
  }
}
