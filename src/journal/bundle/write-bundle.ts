import { gzipSync } from 'node:zlib';
import { harmlessJson } from '../../model/harmless-json.ts';
import { bundleVersion, type Manifest, sha256 } from './manifest.ts';
import { writeTar } from './tar.ts';

/** What goes into a bundle. */
export interface BundleParts {
  readonly run: string;
  readonly mendgate: string;
  /** When its last record was written, epoch ms. */
  readonly endedMs: number;
  /** By their names in it. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly withoutRunbook?: string;
}

/** A run as one file that can be checked elsewhere: a gzipped tar archive with a manifest of hashes. */
export function writeBundle({ run, mendgate, endedMs, files, withoutRunbook }: BundleParts): Buffer {
  const manifest: Manifest = {
    version: bundleVersion,
    run,
    ended: new Date(endedMs).toISOString(),
    mendgate,
    ...(withoutRunbook === undefined ? {} : { withoutRunbook }),
    files: [...files].map(([name, bytes]) => ({ name, sha256: sha256(bytes) })),
  };
  const all = [['manifest.json', Buffer.from(`${harmlessJson(manifest, 2)}\n`)] as const, ...files];
  return gzipSync(
    writeTar(
      all.map(([name, bytes]) => ({ name: `mendgate-${run}/${name}`, bytes })),
      endedMs,
    ),
  );
}
