import { createHash } from 'node:crypto';

/** A public key's fingerprint as OpenSSH prints it: `SHA256:…`. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}

/** The type's name at the front of a public key, `ssh-ed25519`; `undefined` when the bytes are no key. */
export function keyType(key: Buffer): string | undefined {
  if (key.length < 4) return undefined;
  const length = key.readUInt32BE(0);
  if (length === 0 || length > 64 || key.length < 4 + length) return undefined;
  const name = key.toString('latin1', 4, 4 + length);
  return /^[a-z0-9@.-]+$/.test(name) ? name : undefined;
}
