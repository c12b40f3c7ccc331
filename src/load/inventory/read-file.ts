import { readdir, readFile, stat } from 'node:fs/promises';
import type { Source } from '../source.ts';
import { type Findings, fileStart, type Problem } from './place.ts';

/** Largest inventory file, in bytes. */
const maxBytes = 10 * 1024 * 1024;

/** A file's text; or why it cannot be had. */
export async function readSource(file: string): Promise<Source | Problem> {
  try {
    const { size } = await stat(file);
    if (size > maxBytes) return { message: `the file is larger than ${maxBytes} bytes` };
    return { file, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(await readFile(file)) };
  } catch (error) {
    if (error instanceof TypeError) return { message: 'the file is not UTF-8 text' };
    return { message: `the file cannot be read (${errorCode(error)})` };
  }
}

/** `ENOENT`, `EACCES`, …; anything that is no error of the file system is thrown again. */
export function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  throw error;
}

/** Names in a folder, sorted. Empty when there is no such folder; one that cannot be read is reported. */
export async function namesIn(folder: string, findings: Findings): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      findings.error(fileStart(folder), 'inventory/unreadable', { message: `the folder cannot be read (${code})` });
    }
    return [];
  }
}

/** What a path is; or the error's code. A link is what it leads to. */
export async function kindOf(path: string): Promise<'file' | 'folder' | { readonly code: string }> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    return { code: errorCode(error) };
  }
}
