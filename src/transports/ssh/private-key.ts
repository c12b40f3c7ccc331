import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import ssh2, { type ParsedKey } from 'ssh2';
import { HostFailure } from '../../model/host-failure.ts';
import type { Ask } from '../login-options.ts';
import { publicKey } from './public-half.ts';

/** A private key ready to sign, or why a file gives none. */
export type PrivateKey =
  | { readonly kind: 'key'; readonly file: string; readonly key: ParsedKey }
  | { readonly kind: 'missing'; readonly file: string }
  | { readonly kind: 'refused'; readonly file: string; readonly failure: HostFailure };

const tries = 3;

/** Reads a private key file. A key that others may read is refused, as OpenSSH does; an encrypted one is asked for. */
export async function readPrivateKey(file: string, ask: Ask | undefined): Promise<PrivateKey> {
  const refused = (message: string, help?: string): PrivateKey => ({
    kind: 'refused',
    file,
    failure: new HostFailure('auth', `private key ${file}: ${message}`, help),
  });
  let text: string;
  try {
    const { mode, uid } = statSync(file);
    text = readFileSync(file, 'utf8');
    if (publicKey(text) !== undefined) {
      return refused(
        'it is a public key, and no agent here has its private half',
        'load that into an agent with ssh-add',
      );
    }
    if ((mode & 0o077) !== 0 && uid === process.getuid?.()) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      return refused(`others may read it (mode ${octal})`, `chmod 600 ${file}`);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'missing', file };
    return refused(`it cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = parse(text);
  if (!(parsed instanceof Error)) return { kind: 'key', file, key: decodedOnce(parsed) };
  if (!/encrypted/i.test(parsed.message)) return refused(parsed.message, beyondUs);
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const passphrase = await ask?.(`Passphrase for ${file}: `);
    if (passphrase === undefined) {
      return refused('it is encrypted and no passphrase was given', `load it into an agent: ssh-add ${file}`);
    }
    const opened = parse(text, passphrase.reveal());
    if (!(opened instanceof Error)) return { kind: 'key', file, key: decodedOnce(opened) };
  }
  return refused('the passphrase does not open it');
}

const beyondUs = "the system's ssh may know its format: -c openssh, or transport: openssh in the inventory";

function parse(text: string, passphrase?: string): ParsedKey | Error {
  return /^-----BEGIN (?:ENCRYPTED )?PRIVATE KEY-----/m.test(text)
    ? parsePkcs8(text, passphrase)
    : ssh2.utils.parseKey(text, passphrase);
}

/** ssh2 does not know PKCS#8 (clouds and terraform write it), but the older forms that OpenSSL makes of it. */
function parsePkcs8(text: string, passphrase: string | undefined): ParsedKey | Error {
  if (passphrase === undefined && text.includes('BEGIN ENCRYPTED')) return new Error('encrypted');
  try {
    const key = createPrivateKey(passphrase === undefined ? text : { key: text, passphrase });
    const type = key.asymmetricKeyType;
    if (type !== 'rsa' && type !== 'ec') return new Error(`PKCS#8 with a key of type ${type ?? 'unknown'}`);
    const pem = key.export({ type: type === 'rsa' ? 'pkcs1' : 'sec1', format: 'pem' });
    return ssh2.utils.parseKey(pem);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** ssh2 keeps a key as PEM, which OpenSSL reads again for each signature: 0.6 of 0.65 ms for Ed25519. */
function decodedOnce(key: ParsedKey): ParsedKey {
  const decoded = decode(key.getPrivatePEM());
  if (decoded === undefined) return key;
  const signAsBefore = key.sign.bind(key);
  return Object.assign(key, {
    sign(data: Buffer, algorithm?: string) {
      // Without an algorithm it is for ssh2 to know the key's own; Ed25519 has none. It also tells its errors its own way.
      if (algorithm === undefined && key.type !== 'ssh-ed25519') return signAsBefore(data, algorithm);
      try {
        return sign(algorithm, data, decoded);
      } catch {
        return signAsBefore(data, algorithm);
      }
    },
  });
}

function decode(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
