import { readFile } from 'node:fs/promises';
import { Secret } from '../model/secret.ts';
import type { Vault } from '../model/vault.ts';
import { type AgeKeys, openAgeFile } from './age-file.ts';
import { runCommand } from './run-command.ts';
import type { SecretSource } from './secret-source.ts';

/** What the sources need of the world around. */
export interface SecretWays {
  /** Asks without echo; `undefined`: nobody answers. */
  readonly ask: (prompt: string) => Promise<Secret | undefined>;
  /** Takes a variable out of this process's environment, so that no child gets it. */
  readonly takeEnv: (name: string) => string | undefined;
  readonly vault: Vault | undefined;
  readonly age: AgeKeys;
  readonly signal?: AbortSignal;
}

type Read = Secret | { readonly why: string };

/**
 * The secret that a source holds, without the line end behind it; or why there is none. `prompt` is what a person is asked. Of
 * a `member` of a file it gives the whole file: the caller takes it apart.
 */
export async function readSecret(source: SecretSource, prompt: string, ways: SecretWays): Promise<Read> {
  const found = await readWhole(source, prompt, ways);
  if (!(found instanceof Secret)) return found;
  const clear = found.reveal().replace(/\r?\n$/, '');
  return clear === '' ? { why: 'it is empty' } : new Secret(clear);
}

async function readWhole(source: SecretSource, prompt: string, ways: SecretWays): Promise<Read> {
  switch (source.kind) {
    case 'prompt':
      return (await ways.ask(prompt)) ?? { why: 'it has to be asked, and nobody answered' };
    case 'env': {
      const value = ways.takeEnv(source.name);
      return value === undefined
        ? { why: `there is no variable ${source.name} in the environment` }
        : new Secret(value);
    }
    case 'command': {
      const end = await runCommand(source.argv, ways.signal);
      return 'text' in end ? new Secret(end.text) : end;
    }
    case 'file': {
      const bytes = await bytesOf(source.file);
      return 'why' in bytes ? bytes : new Secret(bytes.toString('utf8'));
    }
    case 'age': {
      const bytes = await bytesOf(source.file);
      return 'why' in bytes ? bytes : openAgeFile(bytes, ways.age);
    }
    case 'vault': {
      const bytes = await bytesOf(source.file);
      if ('why' in bytes) return bytes;
      const opened = ways.vault?.open(bytes.toString('utf8'));
      if (opened === undefined) return { why: 'add --vault-password-file FILE or --ask-vault-password' };
      return opened.kind === 'opened' ? opened.secret : opened;
    }
  }
}

async function bytesOf(file: string): Promise<Buffer | { readonly why: string }> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { why: `${file} cannot be read (${code})` };
  }
}
