import type { Become, ReachOptions, Secret } from '../index.ts';
import { safeLine } from '../index.ts';
import type { Asker } from './ask.ts';
import { exit, UsageError } from './exit.ts';
import type { Io } from './io.ts';
import type { ConnectingOptions, ReachingOptions } from './options.ts';

/** Command-line options → how to reach hosts. Asks for passwords, once each; without an answer the command ends here. */
export async function reachOf(
  io: Io,
  options: ConnectingOptions,
  asker: Asker,
  stopping: AbortSignal,
): Promise<ReachOptions> {
  const key = options.privateKey ?? options.keyFile;
  const password = options.askPass ? await askPassword(io, asker, stopping, 'SSH password: ') : undefined;
  const becomePassword = options.askBecomePass
    ? await askPassword(io, asker, stopping, 'become password: ')
    : undefined;
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

async function askPassword(io: Io, asker: Asker, stopping: AbortSignal, prompt: string): Promise<Secret> {
  if (io.stdin.isTTY !== true) throw new UsageError(`${prompt} has to be asked, and there is no terminal`);
  const answer = await asker.secret(prompt);
  if (stopping.aborted) throw new UsageError('interrupted; no host was touched', exit.interrupted);
  if (answer === undefined) throw new UsageError(`${prompt} nothing was given; no host was touched`);
  return answer;
}

/** `-b`, `--become-user`. */
export function becomeOf(options: ReachingOptions): Become {
  return options.becomeUser ?? (options.become === true ? 'root' : false);
}
