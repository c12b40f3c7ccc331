import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A real user made for tests, with what sudo lets it do. */
export interface TestUser {
  readonly name: string;
  readonly home: string;
  remove(): void;
}

export interface TestUserOptions {
  /** Login shell; default /bin/bash. */
  readonly shell?: string;
  /** Default: not in sudoers. */
  readonly sudo?: 'nopasswd' | 'password' | 'requiretty';
  readonly password?: string;
  /** Files in its home, by name. */
  readonly files?: { readonly [name: string]: string };
  /** Written to ~/.ssh/authorized_keys, for servers that read only that. */
  readonly authorizedKeys?: string;
}

const sudoRules = {
  nopasswd: (name: string) => `${name} ALL=(ALL:ALL) NOPASSWD: ALL\n`,
  password: (name: string) => `${name} ALL=(ALL:ALL) ALL\nDefaults:${name} !lecture, timestamp_timeout=0\n`,
  requiretty: (name: string) => `${name} ALL=(ALL:ALL) NOPASSWD: ALL\nDefaults:${name} requiretty\n`,
} as const;

/** Makes a user, or makes it anew. Only for machines where root runs the tests. */
export function makeUser(name: string, options: TestUserOptions = {}): TestUser {
  const home = join('/home', name);
  const sudoers = join('/etc/sudoers.d', name);
  const remove = (): void => {
    rmSync(sudoers, { force: true });
    try {
      execFileSync('userdel', ['-f', '-r', name], { stdio: 'ignore' });
    } catch {
      // It was not there, or its mail spool was not.
    }
    rmSync(home, { recursive: true, force: true });
  };
  remove();
  execFileSync('useradd', ['-m', '-d', home, '-s', options.shell ?? '/bin/bash', name], { stdio: 'ignore' });
  // A locked password (`!`) makes sshd refuse keys too; `*` does not.
  execFileSync('usermod', ['-p', '*', name]);
  if (options.password !== undefined) execFileSync('chpasswd', { input: `${name}:${options.password}\n` });
  if (options.sudo !== undefined) writeFileSync(sudoers, sudoRules[options.sudo](name), { mode: 0o440 });
  for (const [file, text] of Object.entries(options.files ?? {})) {
    mkdirSync(join(home, file, '..'), { recursive: true });
    writeFileSync(join(home, file), text);
  }
  if (options.authorizedKeys !== undefined) {
    mkdirSync(join(home, '.ssh'), { mode: 0o700, recursive: true });
    writeFileSync(join(home, '.ssh', 'authorized_keys'), options.authorizedKeys, { mode: 0o600 });
  }
  execFileSync('chown', ['-R', `${name}:`, home]);
  return { name, home, remove };
}

/** Whether sudo is there to be tested. */
export const sudoMissing: string | undefined = existsSync('/usr/bin/sudo') ? undefined : 'sudo is not installed';
