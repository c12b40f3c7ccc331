import { type Command, Option } from 'commander';

/** Passwords of ansible-vault, for what is encrypted in inventories and secrets. */
export interface VaultOptions {
  readonly vaultPasswordFile?: readonly string[];
  readonly vaultId?: readonly string[];
  readonly askVaultPassword?: boolean;
  /** The same, as older Ansible calls it. */
  readonly askVaultPass?: boolean;
}

/** Where params of type secret come from. */
export interface SecretOptions extends VaultOptions {
  readonly secret?: readonly string[];
  readonly ageIdentity?: readonly string[];
}

/** Passwords for logging in and becoming, from files. */
export interface PasswordFileOptions {
  readonly connectionPasswordFile?: string;
  readonly becomePasswordFile?: string;
}

/** `--connection-password-file`, `--become-password-file`, and what opens vaults. */
export function withPasswordFiles(command: Command): Command {
  return command
    .option('--connection-password-file <file>', 'the login password; a program is run and prints it')
    .option('--become-password-file <file>', 'the password of sudo or su, likewise')
    .addOption(new Option('--vault-password-file <file>', 'opens ansible-vault texts (repeatable)').argParser(collect))
    .addOption(
      new Option('--vault-id <label@source>', 'the same for one vault id: a file, or prompt (repeatable)').argParser(
        collect,
      ),
    )
    .option('-J, --ask-vault-password', 'ask for the password of ansible-vault')
    .addOption(new Option('--ask-vault-pass').hideHelp());
}

/** `--secret`, `--age-identity`. */
export function withSecrets(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--secret <name=source>',
        'a param of type secret: prompt, env:NAME, file:PATH, command:PROGRAM ARG…, age:PATH, vault:PATH (repeatable)',
      ).argParser(collect),
    )
    .addOption(new Option('--age-identity <file>', 'opens age files (repeatable)').argParser(collect));
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
