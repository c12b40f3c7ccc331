import type { Become, ReachOptions } from '../index.ts';
import { safeLine } from '../index.ts';
import { askSecret } from './ask.ts';
import type { Io } from './io.ts';
import type { ReachingOptions } from './options.ts';

/** Command-line options → how to reach hosts. Asks for passwords, once each. */
export async function reachOf(io: Io, options: ReachingOptions): Promise<ReachOptions> {
  const key = options.privateKey ?? options.keyFile;
  const password = options.askPass ? await askSecret(io, 'SSH password: ') : undefined;
  const becomePassword = options.askBecomePass ? await askSecret(io, 'sudo password: ') : undefined;
  return {
    hostKeyPolicy: options.hostKey,
    ...(options.connection === undefined ? {} : { connection: options.connection }),
    ...(options.user === undefined ? {} : { user: options.user }),
    ...(key === undefined ? {} : { privateKeyFiles: [key] }),
    ...(options.knownHosts === undefined ? {} : { knownHostsFiles: options.knownHosts }),
    ...(options.timeout === undefined ? {} : { connectTimeoutMs: options.timeout }),
    ...(password === undefined ? {} : { password }),
    ...(becomePassword === undefined ? {} : { becomePassword }),
    ...(io.stdin.isTTY === true ? { ask: (prompt: string) => askSecret(io, prompt) } : {}),
    onWarning: (message) => io.stderr.write(`warning: ${safeLine(message)}\n`),
  };
}

/** `-b`, `--become-user`. */
export function becomeOf(options: ReachingOptions): Become {
  return options.becomeUser ?? (options.become === true ? 'root' : false);
}
