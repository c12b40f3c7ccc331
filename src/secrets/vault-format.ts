import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import { Secret } from '../model/secret.ts';

/** An encrypted text taken apart. */
export interface SealedText {
  /** The vault id in its header; `undefined` in format 1.1, which has none. */
  readonly label: string | undefined;
  readonly salt: Buffer;
  readonly hmac: Buffer;
  readonly cipherText: Buffer;
}

/**
 * Takes apart what `ansible-vault encrypt` and `encrypt_string` write: the header, then hex digits of three lines (salt, HMAC,
 * cipher text), each hex again. A text that is no such thing gives why, in words.
 */
export function parseVaultText(text: string): SealedText | string {
  const [header = '', ...body] = text.trim().split(/\r?\n/);
  const [, version, cipher, label] = header.trim().split(';');
  if (version !== '1.1' && version !== '1.2')
    return `format ${version ?? ''} of ansible-vault is unknown: 1.1 and 1.2 are read`;
  if (cipher !== 'AES256') return `cipher ${cipher ?? ''} of ansible-vault is unknown: AES256 is read`;
  const inner = bytesOf(body.map((line) => line.trim()).join(''))
    ?.toString('latin1')
    .split('\n');
  const [salt, hmac, cipherText, ...more] = (inner ?? []).map(bytesOf);
  if (salt === undefined || hmac === undefined || cipherText === undefined || more.length > 0) return 'it is damaged';
  return { label: version === '1.2' ? label : undefined, salt, hmac, cipherText };
}

/** Decrypts with one password; `undefined`: that was not the one it was made with. */
export function openSealed({ salt, hmac, cipherText }: SealedText, password: Secret): Secret | undefined {
  const keys = pbkdf2Sync(password.reveal(), salt, 10_000, 80, 'sha256');
  const proof = createHmac('sha256', keys.subarray(32, 64)).update(cipherText).digest();
  if (proof.length !== hmac.length || !timingSafeEqual(proof, hmac)) return undefined;
  const decipher = createDecipheriv('aes-256-ctr', keys.subarray(0, 32), keys.subarray(64, 80));
  const padded = Buffer.concat([decipher.update(cipherText), decipher.final()]);
  // PKCS #7: the last byte counts the padding.
  return new Secret(padded.subarray(0, padded.length - (padded.at(-1) ?? 0)).toString('utf8'));
}

function bytesOf(hex: string): Buffer | undefined {
  return hex.length > 0 && hex.length % 2 === 0 && /^[0-9a-f]+$/i.test(hex) ? Buffer.from(hex, 'hex') : undefined;
}
