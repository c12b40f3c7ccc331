import { openVaultWith, readGivenSecret, readPasswordFile, Secret, type Vault, type VaultPassword } from '../index.ts';
import type { Asker } from './ask.ts';
import { exit, UsageError } from './exit.ts';
import type { Io } from './io.ts';
import type { SecretOptions, VaultOptions } from './secret-options.ts';

/** The operator, as far as secrets are asked of them. */
export interface Asking {
  readonly io: Io;
  readonly asker: Pick<Asker, 'secret'>;
  readonly stopping: AbortSignal;
}

/** Asks for one secret; without an answer the command ends here. */
export async function askFor({ io, asker, stopping }: Asking, prompt: string): Promise<Secret> {
  if (io.stdin.isTTY !== true)
    throw new UsageError(`${prompt.trim().replace(/:$/, '')} has to be asked, and there is no terminal`);
  const answer = await asker.secret(prompt);
  if (stopping.aborted) throw new UsageError('interrupted; no host was touched', exit.interrupted);
  if (answer === undefined) throw new UsageError(`${prompt.trim()} nothing was given; no host was touched`);
  return answer;
}

/** The password in a file that an option names; without one the command ends here. */
export async function passwordOf(option: string, file: string, label?: string): Promise<Secret> {
  const read = await readPasswordFile(file, label);
  if (read instanceof Secret) return read;
  throw new UsageError(`${option}: ${read.why}; no host was touched`);
}

/** What opens vaults, from files and questions; `undefined`: no password was named. */
export async function vaultOf(asking: Asking, options: VaultOptions): Promise<Vault | undefined> {
  const passwords: VaultPassword[] = [];
  for (const id of options.vaultId ?? []) passwords.push(await vaultPassword(asking, id));
  for (const file of options.vaultPasswordFile ?? [])
    passwords.push({ label: 'default', password: await passwordOf('--vault-password-file', file) });
  if (options.askVaultPassword === true || options.askVaultPass === true)
    passwords.push({ label: 'default', password: await askFor(asking, 'vault password: ') });
  return passwords.length === 0 ? undefined : openVaultWith(passwords);
}

/** `LABEL@SOURCE`; a source alone is of the label `default`, as in Ansible. */
async function vaultPassword(asking: Asking, id: string): Promise<VaultPassword> {
  const at = id.indexOf('@');
  const [label, source] = at < 0 ? ['default', id] : [id.slice(0, at), id.slice(at + 1)];
  if (source === 'prompt') return { label, password: await askFor(asking, `vault password (${label}): `) };
  return { label, password: await passwordOf('--vault-id', source, label) };
}

/** Params of type secret, by name: each `NAME=SOURCE` of `--secret`, read. A source that gives none ends the command here. */
export async function secretsOf(
  asking: Asking,
  options: SecretOptions,
  vault: Vault | undefined,
): Promise<ReadonlyMap<string, Secret>> {
  const taken = new Map<string, string | undefined>();
  const secrets = new Map<string, Secret>();
  for (const pair of options.secret ?? []) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError('--secret: expected NAME=SOURCE, like --secret token=file:token.txt');
    const name = pair.slice(0, at);
    const read = await readGivenSecret(name, pair.slice(at + 1), {
      ask: (prompt) => askFor(asking, prompt),
      takeEnv(variable) {
        // Taken away, so that no program that is started later gets it.
        if (!taken.has(variable)) taken.set(variable, asking.io.env[variable]);
        Reflect.deleteProperty(asking.io.env, variable);
        return taken.get(variable);
      },
      vault,
      ageIdentityFiles: options.ageIdentity ?? [],
      signal: asking.stopping,
    });
    if (!(read instanceof Secret)) throw new UsageError(`--secret ${name}: ${read.why}; no host was touched`);
    secrets.set(name, read);
  }
  return secrets;
}
