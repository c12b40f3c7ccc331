import { createHash } from 'node:crypto';
import { isObject } from '../../model/json.ts';

/** Grows when a reader of bundles would have to change. */
export const bundleVersion = 1;

/** What a bundle says of itself, in `manifest.json`. */
export interface Manifest {
  readonly version: typeof bundleVersion;
  readonly run: string;
  /** When its last record was written: the same run gives the same bundle. ISO 8601, UTC. */
  readonly ended: string;
  /** Of the program that made it. */
  readonly mendgate: string;
  /** Why the runbook is not in it, where it is not. */
  readonly withoutRunbook?: string;
  /** Every file beside this one, with the hex SHA-256 of its bytes. */
  readonly files: readonly { readonly name: string; readonly sha256: string }[];
}

export function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A manifest from somebody's file; `undefined`: it is none. */
export function parseManifest(text: string): Manifest | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value['version'] !== bundleVersion || !Array.isArray(value['files'])) return undefined;
  const texts = [value['run'], value['ended'], value['mendgate']];
  const files: readonly unknown[] = value['files'];
  const named = files.every(
    (file) => isObject(file) && typeof file['name'] === 'string' && typeof file['sha256'] === 'string',
  );
  // Checked member by member.
  return named && texts.every((text) => typeof text === 'string') ? (value as unknown as Manifest) : undefined;
}
