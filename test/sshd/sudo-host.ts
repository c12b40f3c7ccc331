import { readFileSync } from 'node:fs';
import { type Sshd, type SshdOptions, sshdMissing, startSshd } from './sshd.ts';
import { makeUser, sudoMissing, type TestUser } from './users.ts';

/** A server with a user who may log in with its client key and may use sudo without a password. */
export interface SudoHost {
  readonly sshd: Sshd;
  readonly user: TestUser;
  stop(): Promise<void>;
}

/** Why there can be none here, or `undefined`. */
export const sudoHostMissing: string | undefined = sshdMissing ?? sudoMissing;

/** Starts one. The user's name is a fresh one: files of tests run side by side. */
export async function startSudoHost(options: SshdOptions = {}): Promise<SudoHost> {
  const sshd = await startSshd(options);
  const authorizedKeys = readFileSync(`${sshd.keyFile}.pub`, 'utf8');
  const user = makeUser(`mg-${Math.random().toString(36).slice(2, 8)}`, { sudo: 'nopasswd', authorizedKeys });
  return {
    sshd,
    user,
    async stop() {
      await sshd.stop();
      user.remove();
    },
  };
}
