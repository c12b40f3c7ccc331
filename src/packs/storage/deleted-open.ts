import { unitOfCgroup } from '../core/cgroup.ts';
import { parseFields, word, words } from '../core/fields.ts';

export interface DeletedOpen {
  readonly bytes: number;
  readonly files: readonly {
    readonly path: string;
    readonly bytes: number;
    readonly pid: number;
    readonly process: string;
    readonly unit: string;
  }[];
}

const least = 1_048_576;

/** Reads the answer of `disk.deleted_open`; absent when its end is missing. Several holders of one file are one file. */
export function parseDeletedOpen(stdout: string): DeletedOpen | undefined {
  const fields = parseFields(stdout);
  if (word(fields, 'done') !== '1') return undefined;
  const text = (name: string, at: number): string => Buffer.from(words(fields, name)[at] ?? '', 'hex').toString('utf8');
  const held = words(fields, 'held').flatMap((line, at) => {
    const match = /^(\d{1,20}) (\d{1,15}) (\d{1,10})$/.exec(line);
    if (match === null) return [];
    return [
      {
        inode: match[1] ?? '',
        path: text('path', at).replace(/ \(deleted\)$/, ''),
        bytes: Number(match[2]) * 512,
        pid: Number(match[3]),
        process: text('process', at).trim(),
        unit:
          text('cgroup', at)
            .split('\n')
            .map(unitOfCgroup)
            .find((unit) => unit !== '') ?? '',
      },
    ];
  });
  const once = held.filter(({ inode }, at) => held.findIndex((other) => other.inode === inode) === at);
  return {
    bytes: once.reduce((sum, { bytes }) => sum + bytes, 0),
    files: once.filter(({ bytes }) => bytes >= least).map(({ inode: _, ...file }) => file),
  };
}
