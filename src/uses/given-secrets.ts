// Secrets as an operator gives them: where each comes from → its value. Nothing of it is kept.

import { isObject } from '../model/json.ts';
import { Secret } from '../model/secret.ts';
import type { Vault } from '../model/vault.ts';
import type { SecretWays } from '../secrets/read-secret.ts';

export type { VaultPassword } from '../secrets/vault.ts';

/** A secret; or why there is none, in words that quote nothing. */
export type GivenSecret = Secret | { readonly why: string };

/** Opens what was encrypted with one of these passwords. */
export async function openVaultWith(
  passwords: readonly { readonly label: string; readonly password: Secret }[],
): Promise<Vault> {
  const { createVault } = await import('../secrets/vault.ts');
  return createVault(passwords);
}

/** A password from a file, or from the program that the file is. */
export async function readPasswordFile(file: string, label?: string): Promise<GivenSecret> {
  const secrets = await import('../secrets/password-file.ts');
  return secrets.readPasswordFile(file, label);
}

/** What the sources need that is not read yet: age identities by their files. */
export type SecretSurroundings = Omit<SecretWays, 'age'> & { readonly ageIdentityFiles: readonly string[] };

/** The param `name` from where `source` says: `prompt`, `env:NAME`, `file:PATH`, `command:ARGV`, `age:PATH` or `vault:PATH`. */
export async function readGivenSecret(name: string, source: string, around: SecretSurroundings): Promise<GivenSecret> {
  const [{ parseSecretSource, sourceText }, { readSecret }] = await Promise.all([
    import('../secrets/secret-source.ts'),
    import('../secrets/read-secret.ts'),
  ]);
  const parsed = parseSecretSource(source);
  if (typeof parsed === 'string') return { why: parsed };
  const identities = parsed.kind === 'age' ? await readIdentities(around.ageIdentityFiles) : [];
  if ('why' in identities) return identities;
  const prompt = `param ${name}: `;
  const passphrase = (): Promise<Secret | undefined> => around.ask(`passphrase of the age file for ${name}: `);
  const whole = await readSecret(parsed, prompt, { ...around, age: { identities, passphrase } });
  const found =
    whole instanceof Secret && 'member' in parsed && parsed.member !== undefined
      ? await memberOf(whole, parsed.file, parsed.member)
      : whole;
  return found instanceof Secret ? new Secret(found.reveal(), sourceText(parsed)) : found;
}

async function readIdentities(files: readonly string[]): Promise<readonly Secret[] | { readonly why: string }> {
  const identities: Secret[] = [];
  for (const file of files) {
    const identity = await readPasswordFile(file);
    if (!(identity instanceof Secret)) return identity;
    identities.push(identity);
  }
  return identities;
}

async function memberOf(whole: Secret, file: string, name: string): Promise<GivenSecret> {
  const { parseYaml } = await import('../load/parse-yaml.ts');
  const document = parseYaml({ file, text: whole.reveal(), sealed: true }).value?.value;
  if (!isObject(document)) return { why: `${file} holds no mapping, so it has no ${name}` };
  const member = document[name];
  if (typeof member === 'string' || typeof member === 'number') return new Secret(String(member));
  return { why: name in document ? `${name} in ${file} is no text` : `${file} has no ${name}` };
}
