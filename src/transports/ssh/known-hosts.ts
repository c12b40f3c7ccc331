import { createHmac, randomBytes } from 'node:crypto';
import { matchesPatterns } from '../glob.ts';
import { keyType } from './fingerprint.ts';

/** A known_hosts file's name and text. */
export interface KnownHostsFile {
  readonly file: string;
  readonly text: string;
}

/** One usable line. */
export interface KnownKey {
  readonly marker: 'none' | 'revoked' | 'cert-authority';
  /** The names as written: `web1,10.0.0.1`, `[web1]:2222`, `|1|…|…`. */
  readonly names: string;
  readonly type: string;
  readonly key: Buffer;
  readonly file: string;
  readonly line: number;
}

/** What the files say of a host's key; the same as OpenSSH would say. */
export type KeyVerdict =
  | { readonly kind: 'ok'; readonly at: KnownKey }
  /** No key of this host is known; `authorities`: certificate authorities that are (only `openssh` can use them). */
  | { readonly kind: 'unknown'; readonly authorities: readonly KnownKey[] }
  /** Others of its keys are known; perhaps also authorities. */
  | { readonly kind: 'changed'; readonly known: readonly KnownKey[]; readonly authorities: readonly KnownKey[] }
  | { readonly kind: 'revoked'; readonly at: KnownKey };

/** The usable lines of known_hosts files, in order. What OpenSSH skips (comments, broken keys) is skipped. */
export function parseKnownHosts(files: readonly KnownHostsFile[]): readonly KnownKey[] {
  return files.flatMap(({ file, text }) =>
    text.split('\n').flatMap((line, index) => parseLine(line, file, index + 1) ?? []),
  );
}

function parseLine(text: string, file: string, line: number): KnownKey | undefined {
  const [, mark, names, type, base64] =
    /^[ \t]*(?:(@\S+)[ \t]+)?([^\s#@]\S*)[ \t]+(\S+)[ \t]+([A-Za-z0-9+/]+={0,2})(?=[ \t\r]|$)/.exec(text) ?? [];
  if (names === undefined || type === undefined || base64 === undefined) return undefined;
  const marker = markerOf(mark);
  const key = Buffer.from(base64, 'base64');
  if (marker === undefined || keyType(key) !== type || key.toString('base64') !== base64) return undefined;
  return { marker, names, type, key, file, line };
}

function markerOf(mark: string | undefined): KnownKey['marker'] | undefined {
  if (mark === undefined) return 'none';
  if (mark === '@revoked') return 'revoked';
  return mark === '@cert-authority' ? 'cert-authority' : undefined;
}

/** The name under which a host's keys stand: `web1`, or `[web1]:2222` for any port but 22. */
export function knownHostName(address: string, port: number): string {
  const host = address.toLowerCase();
  return port === 22 ? host : `[${host}]:${port}`;
}

/** The lines that speak of a host. Like OpenSSH, a host at another port may also be known by its bare name. */
export function keysOf(known: readonly KnownKey[], address: string, port: number): readonly KnownKey[] {
  const name = knownHostName(address, port);
  const { plain, others } = indexOf(known);
  const exact = plain.get(name) ?? [];
  const matching = others.filter(([{ names }]) => matches(names, name));
  if (matching.length === 0) return exact.map(([key]) => key);
  return [...exact, ...matching].sort(([, a], [, b]) => a - b).map(([key]) => key);
}

/** A line and its place. */
type Placed = readonly [key: KnownKey, at: number];

/** Lines by name, so that a fleet's file is not gone through for each of its hosts. */
interface KnownIndex {
  readonly plain: Map<string, Placed[]>;
  /** Hashed, with wildcards or exclusions. */
  readonly others: Placed[];
  /** Lines that are in it; the list may have grown since. */
  lines: number;
}

const indexes = new WeakMap<readonly KnownKey[], KnownIndex>();

function indexOf(known: readonly KnownKey[]): KnownIndex {
  const index: KnownIndex = indexes.get(known) ?? { plain: new Map(), others: [], lines: 0 };
  indexes.set(known, index);
  for (; index.lines < known.length; index.lines += 1) {
    const key = known[index.lines];
    if (key === undefined) continue;
    const placed: Placed = [key, index.lines];
    if (/^\||[*?!]/.test(key.names)) index.others.push(placed);
    else
      for (const name of new Set(key.names.toLowerCase().split(','))) {
        const list = index.plain.get(name) ?? [];
        list.push(placed);
        index.plain.set(name, list);
      }
  }
  return index;
}

/** Judges the key that a host shows. */
export function judgeKey(known: readonly KnownKey[], address: string, port: number, key: Buffer): KeyVerdict {
  const verdict = judge(keysOf(known, address, port), key);
  if (verdict.kind !== 'unknown' || port === 22) return verdict;
  const bare = judge(keysOf(known, address, 22), key);
  if (bare.kind === 'ok' || bare.kind === 'revoked') return bare;
  return bare.kind === 'unknown' && verdict.authorities.length === 0 ? bare : verdict;
}

function judge(known: readonly KnownKey[], key: Buffer): KeyVerdict {
  const revoked = known.find((entry) => entry.marker === 'revoked' && entry.key.equals(key));
  if (revoked !== undefined) return { kind: 'revoked', at: revoked };
  const plain = known.filter(({ marker }) => marker === 'none');
  const same = plain.find((entry) => entry.key.equals(key));
  if (same !== undefined) return { kind: 'ok', at: same };
  const authorities = known.filter(({ marker }) => marker === 'cert-authority');
  return plain.length > 0 ? { kind: 'changed', known: plain, authorities } : { kind: 'unknown', authorities };
}

/** Whether a line's names cover a host. A name behind `!` that matches excludes it, wherever it stands. */
function matches(names: string, host: string): boolean {
  if (names.startsWith('|')) return matchesHash(names, host);
  return matchesPatterns(names.toLowerCase().split(','), host);
}

/** A name as `HashKnownHosts` has it written: nobody who reads the file learns of the host. */
export function hashedName(name: string): string {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
}

function matchesHash(names: string, host: string): boolean {
  const [, salt, hash] = /^\|1\|([A-Za-z0-9+/]+={0,2})\|([A-Za-z0-9+/]+={0,2})$/.exec(names) ?? [];
  if (salt === undefined || hash === undefined) return false;
  const hmac = createHmac('sha1', Buffer.from(salt, 'base64')).update(host).digest();
  return hmac.equals(Buffer.from(hash, 'base64'));
}
