import { HostFailure } from '../model/host-failure.ts';
import type { BecomeMethod } from '../model/runbook.ts';
import { becomeExec, isUserName, plainExec, suPrompt } from '../shell/bootstrap.ts';
import type { ShellOptions } from './host-shell.ts';
import { freshNonce } from './nonce.ts';
import type { PasswordTry } from './password-tries.ts';

/** What a shell's channel executes, what it is asked before it is ours, and why it can't be. */
export function entry({ become, becomeMethod = 'sudo', becomePassword }: ShellOptions, word = '') {
  if (become === false) return { password: undefined, exec: plainExec(word), prompt: undefined, refusal: undefined };
  const prompt = promptOf(becomeMethod, becomePassword !== undefined);
  const refusal = isUserName(become)
    ? undefined
    : new HostFailure('become', `${JSON.stringify(become)} cannot be a user's name`);
  return { password: becomePassword, exec: becomeExec(become, prompt, becomeMethod, word), prompt, refusal };
}

/** What is known of the password that this shell may be asked for. `undefined`: none will be given. */
export function passwordOf(options: ShellOptions, prompt: string | undefined): PasswordTry | undefined {
  const { become, becomeMethod = 'sudo', becomePassword, passwords } = options;
  if (prompt === undefined || become === false || becomePassword === undefined) return undefined;
  return passwords?.of(becomeMethod, become);
}

/** What the channel of a shell without a word executes, when nothing in it is made for that one shell: a password's prompt is. */
export function constantExec(options: ShellOptions): string | undefined {
  const { exec, prompt, refusal } = entry(options);
  return prompt === undefined && refusal === undefined ? exec : undefined;
}

/** What comes on stderr before a password is read; `undefined`: none is ever read. */
function promptOf(method: BecomeMethod, hasPassword: boolean): string | undefined {
  switch (method) {
    case 'sudo':
      return hasPassword ? `mendgate-${freshNonce()}:` : undefined;
    case 'doas':
      return undefined;
    // It reads a password whenever it wants one: what comes first must not be our program.
    case 'su':
      return suPrompt;
  }
}
