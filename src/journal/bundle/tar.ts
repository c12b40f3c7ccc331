/** One plain file of an archive. */
export interface TarFile {
  /** ASCII, at most 100 characters. */
  readonly name: string;
  readonly bytes: Buffer;
}

/** Why bytes are not an archive of plain files as we write them. */
export class TarProblem extends Error {
  override readonly name = 'TarProblem';
}

const blockBytes = 512;
/** More is no run of ours. */
const mostFiles = 64;

/** Plain files as a POSIX ustar archive; the same files and time give the same bytes. `mtimeMs`: of all of them. */
export function writeTar(files: readonly TarFile[], mtimeMs: number): Buffer {
  const parts = files.flatMap(({ name, bytes }) => [header(name, bytes.length, mtimeMs), bytes, filling(bytes.length)]);
  return Buffer.concat([...parts, Buffer.alloc(2 * blockBytes)]);
}

function header(name: string, size: number, mtimeMs: number): Buffer {
  if (!/^[ -~]{1,100}$/.test(name)) throw new Error(`no name for an archive: ${name}`);
  const block = Buffer.alloc(blockBytes);
  const octal = (value: number, length: number): string => `${value.toString(8).padStart(length - 1, '0')}\0`;
  block.write(name, 0, 'latin1');
  block.write(octal(0o600, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(size, 12), 124);
  block.write(octal(Math.floor(mtimeMs / 1000), 12), 136);
  block.write('0', 156);
  block.write('ustar\u000000', 257, 'latin1');
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/** Of a header, with its own place taken for blanks. */
function checksum(block: Buffer): number {
  return block.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 0x20 : byte), 0);
}

function filling(size: number): Buffer {
  return Buffer.alloc((blockBytes - (size % blockBytes)) % blockBytes);
}

/** The plain files of an archive. Links, folders, anything cut short or after the end is a `TarProblem`: nothing is unpacked anywhere. */
export function readTar(archive: Buffer): readonly TarFile[] {
  const files: TarFile[] = [];
  let at = 0;
  for (;;) {
    const block = archive.subarray(at, at + blockBytes);
    if (block.length < blockBytes) throw new TarProblem('it is cut short');
    at += blockBytes;
    if (block.every((byte) => byte === 0)) break;
    const text = (from: number, length: number): string =>
      block.toString('latin1', from, from + length).replace(/\0.*$/s, '');
    if (checksum(block) !== Number.parseInt(text(148, 8), 8))
      throw new TarProblem('a header is not what its checksum says');
    const name = text(0, 100);
    if (text(156, 1) !== '0') throw new TarProblem(`${JSON.stringify(name)} is no plain file`);
    const size = Number.parseInt(text(124, 12), 8);
    const bytes = archive.subarray(at, at + size);
    if (!(bytes.length === size)) throw new TarProblem('it is cut short');
    files.push({ name, bytes });
    if (files.length > mostFiles) throw new TarProblem('it holds too many files');
    at += size + filling(size).length;
  }
  if (archive.subarray(at).some((byte) => byte !== 0)) throw new TarProblem('something stands after its end');
  return files;
}
