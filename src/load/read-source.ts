import { readFile as readWhole, realpath as resolvePath } from 'node:fs/promises';
import type { Checked, Diagnostic } from '../model/diagnostic.ts';
import { maxLength } from './scan-yaml.ts';
import { makeDiagnostic, type Source } from './source.ts';

/** How files are reached; the default is the file system. */
export interface Files {
  readFile(file: string): Promise<Uint8Array>;
  /** The path with all symbolic links followed. */
  realpath(file: string): Promise<string>;
}

export const fileSystem: Files = { readFile: (file) => readWhole(file), realpath: (file) => resolvePath(file) };

/** A file's text and bytes. Missing, unreadable, too large and not UTF-8 are diagnostics at its first character. */
export async function readSource(
  file: string,
  files: Pick<Files, 'readFile'>,
): Promise<Checked<{ readonly source: Source; readonly bytes: Uint8Array }>> {
  const refuse = (code: string, message: string): { readonly diagnostics: readonly Diagnostic[] } => ({
    diagnostics: [makeDiagnostic({ file, text: '' }, code, 0, 0, message)],
  });
  let bytes: Uint8Array;
  try {
    bytes = await files.readFile(file);
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : '';
    return reason === 'ENOENT'
      ? refuse('file/missing', 'there is no such file')
      : refuse('file/unreadable', why(reason, error));
  }
  if (bytes.length > 4 * maxLength) return refuse('yaml/too-large', 'the file is larger than any runbook can be');
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { value: { source: { file, text }, bytes }, diagnostics: [] };
  } catch {
    return refuse('file/not-utf8', 'the file is not UTF-8 text');
  }
}

function why(code: string, error: unknown): string {
  if (code === 'EISDIR') return 'this is a folder, not a file';
  if (code === 'EACCES') return 'permission denied';
  return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
}
