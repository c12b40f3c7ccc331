import { createHash } from 'node:crypto';
import { defineProbe, unreadable } from '../../model/probe.ts';
import { exactText } from './exact-text.ts';
import { readFile } from './file-reading.ts';
import { absolutePath } from './params.ts';

export default defineProbe({
  name: 'file.content',
  summary: 'The exact text of a file.',
  params: {
    type: 'object',
    properties: {
      path: { ...absolutePath, description: 'Absolute path; symbolic links are followed' },
      max: {
        type: 'integer',
        minimum: 1,
        maximum: 500_000,
        default: 500_000,
        description: 'A file of more bytes is not read',
      },
    },
    required: ['path'],
  },
  result: {
    type: 'object',
    properties: {
      path: { type: 'string', description: 'The path asked for' },
      exists: { type: 'boolean', description: 'The file is there' },
      text: { type: 'string', description: 'Its content, exactly' },
      size: { type: 'integer', description: 'Bytes' },
      sha256: { type: 'string', description: 'Hex digest of the content' },
    },
    required: ['path', 'exists'],
  },
  reads: ({ path }) => [`file:${path}`],
  fingerprint: ({ exists, sha256 }) => ({ exists, sha256: sha256 ?? '' }),
  async read(host, { path, max }) {
    const reading = await readFile(host, path, { follow: true, max });
    switch (reading.kind) {
      case 'unreadable':
        return unreadable(reading.reason);
      case 'missing':
        return { path, exists: false };
      case 'found': {
        const text = exactText(reading.bytes);
        if (text === undefined) return unreadable(`${path} is not text: it holds NUL or is not UTF-8`);
        return { path, exists: true, text, ...sizeAndDigest(reading.bytes) };
      }
    }
  },
});

/** What the probe tells of these bytes besides their text. */
export function sizeAndDigest(bytes: Uint8Array): { readonly size: number; readonly sha256: string } {
  return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}
