import type { Become, ReachOptions, Secret } from '../index.ts';
import { safeLine } from '../index.ts';
import { type Asker, createAsker } from './ask.ts';
import { type Asking, askFor, passwordOf, secretsOf, vaultOf } from './given-secrets.ts';
import { interrupts } from './interrupts.ts';
import type { Io } from './io.ts';
import type { ConnectingOptions, ReachingOptions } from './options.ts';
import type { SecretOptions, VaultOptions } from './secret-options.ts';

/** {@link connectionOf}, and what opens the inventory's vaults. */
export async function reachOf(
  io: Io,
  options: ConnectingOptions,
  asker: Asker,
  stopping: AbortSignal,
): Promise<ReachOptions> {
  const connection = await connectionOf(io, options, asker, stopping);
  const vault = await vaultOf({ io, asker, stopping }, options);
  return { ...connection, ...(vault === undefined ? {} : { vault }) };
}

/** Command-line options → how to connect. Asks for passwords, once each; without an answer the command ends here. */
export async function connectionOf(
  io: Io,
  options: ConnectingOptions,
  asker: Asker,
  stopping: AbortSignal,
): Promise<ReachOptions> {
  const key = options.privateKey ?? options.keyFile;
  const asking = { io, asker, stopping };
  const password = await passwordFrom(asking, 'SSH password: ', options.askPass, [
    '--connection-password-file',
    options.connectionPasswordFile,
  ]);
  const becomePassword = await passwordFrom(asking, 'become password: ', options.askBecomePass, [
    '--become-password-file',
    options.becomePasswordFile,
  ]);
  return {
    hostKeyPolicy: options.hostKey,
    ...(options.connection === undefined ? {} : { connection: options.connection }),
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(key === undefined ? {} : { privateKeyFiles: [key] }),
    ...(options.knownHosts === undefined ? {} : { knownHostsFiles: options.knownHosts }),
    ...(options.timeout === undefined ? {} : { connectTimeoutMs: options.timeout }),
    ...(password === undefined ? {} : { password }),
    ...(options.becomeMethod === undefined ? {} : { becomeMethod: options.becomeMethod }),
    ...(becomePassword === undefined ? {} : { becomePassword }),
    ...(io.stdin.isTTY === true ? { ask: asker.secret } : {}),
    onWarning: (message) => io.stderr.write(`warning: ${safeLine(message)}\n`),
  };
}

/** A password that is asked for, or else lies in a file. */
async function passwordFrom(
  asking: Asking,
  prompt: string,
  ask: boolean | undefined,
  [option, file]: readonly [string, string | undefined],
): Promise<Secret | undefined> {
  if (ask === true) return askFor(asking, prompt);
  return file === undefined ? undefined : passwordOf(option, file);
}

/** How to reach hosts, and the secrets that were named beside. */
export async function reachAndSecrets(
  io: Io,
  options: ConnectingOptions & SecretOptions,
  asker: Asker,
  stopping: AbortSignal,
): Promise<{ readonly reach: ReachOptions; readonly secrets: ReadonlyMap<string, Secret> }> {
  const reach = await reachOf(io, options, asker, stopping);
  return { reach, secrets: await secretsOf({ io, asker, stopping }, options, reach.vault) };
}

/** What opens vaults, for a command that connects to nothing. */
export async function vaultFor(io: Io, options: VaultOptions): Promise<Pick<ReachOptions, 'vault'>> {
  const signals = interrupts(io);
  try {
    const asker = createAsker(io, signals);
    const vault = await vaultOf({ io, asker, stopping: signals.stopping }, options);
    return vault === undefined ? {} : { vault };
  } finally {
    signals.close();
  }
}

/** `-b`, `--become-user`. */
export function becomeOf(options: ReachingOptions): Become {
  return options.becomeUser ?? (options.become === true ? 'root' : false);
}
