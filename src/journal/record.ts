import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** `,"crc":"12345678"}` at the end of a line. */
const crcLength = 18;
const lineEnd = /,"prev":"(|[0-9a-f]{16})","crc":"([0-9a-f]{8})"\}$/;
/** `lineEnd` at its longest. */
const endLength = crcLength + 26;

/** One line of a journal, without its line feed, and what the next line's `prev` says of it. */
export interface Encoded {
  readonly line: string;
  readonly hash: string;
}

/**
 * Makes a line of an event's JSON text: the event itself, `prev` (the first 16 hex digits of the SHA-256 of the line before,
 * `''` for the first) and `crc` (CRC-32 of the line without that member).
 */
export function encodeRecord(json: string, prev: string): Encoded {
  const body = `${json.slice(0, -1)},"prev":"${prev}"`;
  const crc = crc32(`${body}}`).toString(16).padStart(8, '0');
  const line = `${body},"crc":"${crc}"}`;
  return { line, hash: hashOf(line) };
}

/** What a line's own two members say, or why it is not a line that was written by us. */
export type Decoded =
  | { readonly kind: 'whole'; readonly prev: string; readonly hash: string; readonly value: unknown }
  | { readonly kind: 'damaged'; readonly what: string };

export function decodeRecord(line: Buffer): Decoded {
  const end = lineEnd.exec(line.subarray(-endLength).toString('latin1'));
  const [, prev, crc] = end ?? [];
  if (prev === undefined || crc === undefined) return { kind: 'damaged', what: 'it does not end as a record does' };
  const found = crc32('}', crc32(line.subarray(0, line.length - crcLength)));
  if (found !== Number.parseInt(crc, 16)) return { kind: 'damaged', what: 'its text is not what its checksum says' };
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return { kind: 'whole', prev, hash: hashOf(line), value };
  } catch {
    return { kind: 'damaged', what: 'it is not JSON' };
  }
}

function hashOf(line: string | Buffer): string {
  return hash('sha256', line).slice(0, 16);
}
