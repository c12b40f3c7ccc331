import { constants } from 'node:fs';
import { access, readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { Secret } from '../model/secret.ts';
import { runCommand } from './run-command.ts';

/**
 * The password that a file holds, without blanks around it, or that it prints where it is a program; or why there is none. As
 * in Ansible a program whose name ends in `-client` is asked with `--vault-id LABEL`.
 */
export async function readPasswordFile(file: string, label = 'default'): Promise<Secret | { readonly why: string }> {
  const found = await textOf(file, label);
  if (!('text' in found)) return found;
  const password = found.text.trim();
  return password === '' ? { why: `${file} holds no password` } : new Secret(password);
}

async function textOf(file: string, label: string): Promise<{ text: string } | { why: string }> {
  try {
    if (await isProgram(file)) {
      const isClient = /-client(?:\.\w+)?$/.test(basename(file));
      return await runCommand([resolve(file), ...(isClient ? ['--vault-id', label] : [])]);
    }
    return { text: await readFile(file, 'utf8') };
  } catch (error) {
    return { why: `${file} cannot be read (${codeOf(error)})` };
  }
}

async function isProgram(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EACCES') return false;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
