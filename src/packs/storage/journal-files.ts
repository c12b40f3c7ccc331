import { parseFields, word, words } from '../core/fields.ts';

export interface JournalUsage {
  readonly exists: boolean;
  readonly persistent: boolean;
  readonly path: string;
  readonly mount: string;
  readonly bytes: number;
  readonly archived_bytes: number;
}

/** Reads the answer of `journal.usage`; absent when its end is missing. */
export function parseJournalFiles(stdout: string): JournalUsage | undefined {
  const fields = parseFields(stdout);
  if (word(fields, 'done') !== '1') return undefined;
  const files = words(fields, 'file').flatMap((line) => {
    const match = /^(\d{1,15}) (\/.*)$/.exec(line);
    return match === null ? [] : [{ bytes: Number(match[1]) * 512, name: match[2]?.split('/').at(-1) ?? '' }];
  });
  const total = (of: typeof files): number => of.reduce((sum, { bytes }) => sum + bytes, 0);
  const path = word(fields, 'folder') ?? '';
  return {
    exists: path !== '',
    persistent: path.startsWith('/var/'),
    path,
    mount: word(fields, 'mount') ?? '',
    bytes: total(files),
    archived_bytes: total(files.filter(({ name }) => name.includes('@') || name.endsWith('~'))),
  };
}
