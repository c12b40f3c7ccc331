import type { Secret } from './secret.ts';

/** What a text that begins so was encrypted with. */
export const vaultHeader = '$ANSIBLE_VAULT;';

/** Opens what `ansible-vault` encrypted, with the passwords that it was made with. */
export interface Vault {
  open(text: string): OpenedVault;
}

/** The clear text; or why it stays shut. */
export type OpenedVault =
  | { readonly kind: 'opened'; readonly secret: Secret }
  | {
      readonly kind: 'shut';
      readonly why: string;
      /** The text itself is at fault. */
      readonly noPasswordHelps?: true;
    };
