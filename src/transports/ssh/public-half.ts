import { readFileSync } from 'node:fs';
import ssh2 from 'ssh2';
import { readStrings } from './ssh-strings.ts';

/**
 * The public half of the key that a file names, found without opening it: the file is itself a public key, it is of
 * OpenSSH's own format and says it in clear, or it stands in `FILE.pub`. As OpenSSH looks for it, in this order.
 */
export function publicHalf(file: string): Buffer | undefined {
  const text = readIfThere(file);
  return publicKey(text) ?? saidInClear(text) ?? publicKey(readIfThere(`${file}.pub`));
}

/** The key of a text that is one public key. */
export function publicKey(text: string): Buffer | undefined {
  const parsed = text === '' ? undefined : ssh2.utils.parseKey(text);
  if (parsed === undefined || parsed instanceof Error || parsed.isPrivateKey()) return undefined;
  return parsed.getPublicSSH();
}

const magic = 'openssh-key-v1\0';

/** OpenSSH's PROTOCOL.key: magic, cipher, key derivation and its options, number of keys, public key. */
function saidInClear(text: string): Buffer | undefined {
  const [, body] = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]{1,20000})-----END/.exec(text) ?? [];
  if (body === undefined) return undefined;
  const bytes = Buffer.from(body, 'base64');
  if (bytes.toString('latin1', 0, magic.length) !== magic) return undefined;
  const head = readStrings(bytes, magic.length, 3);
  if (head === undefined) return undefined;
  const begin = head.reduce((at, { length }) => at + 4 + length, magic.length);
  return readStrings(bytes, begin + 4, 1)?.[0];
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
