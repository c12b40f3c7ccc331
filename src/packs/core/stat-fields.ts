import { type Fields, integer, word } from './fields.ts';

/**
 * Format for `stat -c` (GNU and BusyBox) whose output `parseFields` reads: raw mode in hex, ids, size, times, names.
 * Owner names are the last: only they are chosen by somebody.
 */
export const statFormat = 'raw_mode:%f\nuid:%u\ngid:%g\nsize:%s\nmtime:%Y\nowner:%U\ngroup:%G';

export const fileTypes = [
  'file',
  'directory',
  'symlink',
  'socket',
  'fifo',
  'block_device',
  'char_device',
  'other',
] as const;
type FileType = (typeof fileTypes)[number];

/** S_IFMT of st_mode (inode(7)), without its twelve permission bits. */
const typesByBits: ReadonlyMap<number, FileType> = new Map([
  [0o10, 'file'],
  [0o04, 'directory'],
  [0o12, 'symlink'],
  [0o14, 'socket'],
  [0o01, 'fifo'],
  [0o06, 'block_device'],
  [0o02, 'char_device'],
]);

export interface FileStat {
  readonly type: FileType;
  /** Four octal digits. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  /** The name, or the number where there is no name. */
  readonly owner: string;
  readonly group: string;
  readonly size: number;
  /** Epoch seconds. */
  readonly mtime: number;
}

/** What `stat -c statFormat` printed; absent when any of it is missing. */
export function parseStat(fields: Fields): FileStat | undefined {
  const raw = word(fields, 'raw_mode');
  const uid = integer(fields, 'uid');
  const gid = integer(fields, 'gid');
  const size = integer(fields, 'size');
  const mtime = integer(fields, 'mtime');
  if (raw === undefined || !/^[0-9a-f]{1,8}$/.test(raw)) return undefined;
  if (uid === undefined || gid === undefined || size === undefined || mtime === undefined) return undefined;
  const bits = Number.parseInt(raw, 16);
  return {
    type: typesByBits.get(bits >> 12) ?? 'other',
    mode: (bits & 0o7777).toString(8).padStart(4, '0'),
    uid,
    gid,
    owner: known(word(fields, 'owner')) ?? String(uid),
    group: known(word(fields, 'group')) ?? String(gid),
    size,
    mtime,
  };
}

function known(name: string | undefined): string | undefined {
  return name === 'UNKNOWN' ? undefined : name;
}
