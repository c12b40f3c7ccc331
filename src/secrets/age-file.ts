import type { Decrypter } from 'age-encryption';
import { Secret } from '../model/secret.ts';

/** What opens age files. */
export interface AgeKeys {
  /** Texts of identity files: lines `AGE-SECRET-KEY-1…`, comments. */
  readonly identities: readonly Secret[];
  /** Asked where a file was encrypted with a passphrase; `undefined`: nobody answers. */
  readonly passphrase: () => Promise<Secret | undefined>;
}

/**
 * The clear text of an age file, binary or armoured; or why it stays shut. The library's own words are never passed on: some
 * quote the key.
 */
export async function openAgeFile(bytes: Uint8Array, keys: AgeKeys): Promise<Secret | { readonly why: string }> {
  const age = await import('age-encryption');
  const decrypter = new age.Decrypter();
  const file = withoutArmour(bytes, age.armor.decode);
  if (file === undefined) return { why: 'it is no age file' };
  const problem = isOfPassphrase(file) ? await addPassphrase(decrypter, keys) : addIdentities(decrypter, keys);
  if (problem !== undefined) return { why: problem };
  try {
    return new Secret(Buffer.from(await decrypter.decrypt(file)).toString('utf8'));
  } catch {
    return { why: isOfPassphrase(file) ? 'its passphrase is another' : 'no age identity that was given opens it' };
  }
}

function withoutArmour(bytes: Uint8Array, decode: (text: string) => Uint8Array): Uint8Array | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  if (text.startsWith('age-encryption.org/')) return bytes;
  try {
    return decode(text);
  } catch {
    return undefined;
  }
}

/** Such a file names nothing else in its header. */
function isOfPassphrase(file: Uint8Array): boolean {
  return /^age-encryption\.org\/v1\n-> scrypt /.test(Buffer.from(file.subarray(0, 64)).toString('latin1'));
}

async function addPassphrase(decrypter: Decrypter, { passphrase }: AgeKeys): Promise<string | undefined> {
  const given = await passphrase();
  if (given === undefined) return 'it needs a passphrase, and nobody was there to give one';
  decrypter.addPassphrase(given.reveal());
  return undefined;
}

function addIdentities(decrypter: Decrypter, keys: AgeKeys): string | undefined {
  const lines = keys.identities.flatMap((text) => text.reveal().split(/\r?\n/)).map((line) => line.trim());
  const identities = lines.filter((line) => /^AGE-SECRET-KEY-/i.test(line));
  if (identities.length === 0) return 'no age identity was given: add --age-identity FILE';
  try {
    for (const identity of identities) decrypter.addIdentity(identity);
    return undefined;
  } catch {
    return 'an age identity that was given is not well-formed';
  }
}
