import type { Secret } from '../model/secret.ts';
import type { OpenedVault, Vault } from '../model/vault.ts';
import { openSealed, parseVaultText } from './vault-format.ts';

/** A password, and the vault id that it belongs to (`default` where none was said). */
export interface VaultPassword {
  readonly label: string;
  readonly password: Secret;
}

/** Opens texts of ansible-vault. As in Ansible a text's own vault id is tried first, then every other password. */
export function createVault(passwords: readonly VaultPassword[]): Vault {
  const opened = new Map<string, OpenedVault>();
  return {
    open(text) {
      const known = opened.get(text);
      if (known !== undefined) return known;
      const result = openWith(passwords, text);
      opened.set(text, result);
      return result;
    },
  };
}

function openWith(passwords: readonly VaultPassword[], text: string): OpenedVault {
  const sealed = parseVaultText(text);
  if (typeof sealed === 'string') return { kind: 'shut', why: sealed, noPasswordHelps: true };
  const own = passwords.filter(({ label }) => label === sealed.label);
  const others = passwords.filter(({ label }) => label !== sealed.label);
  for (const { password } of [...own, ...others]) {
    const secret = openSealed(sealed, password);
    if (secret !== undefined) return { kind: 'opened', secret };
  }
  const whose = sealed.label === undefined ? '' : ` (its vault id is ${JSON.stringify(sealed.label)})`;
  return { kind: 'shut', why: `no vault password that was given opens it${whose}` };
}
