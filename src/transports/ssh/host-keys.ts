import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assertNever } from '../../model/assert-never.ts';
import { HostFailure } from '../../model/host-failure.ts';
import { quote } from '../../shell/quote.ts';
import { BeyondSsh2 } from '../beyond-ssh2.ts';
import type { HostKeyPolicy } from '../login-options.ts';
import { fingerprint, keyType } from './fingerprint.ts';
import { hashedName, judgeKey, type KnownKey, keysOf, knownHostName, parseKnownHosts } from './known-hosts.ts';

/** Under which name a host's key is known. */
export interface KeyName {
  readonly address: string;
  readonly port: number;
  /** The host as `ssh` would be told it, where a scan of this address would not find it (an alias, a bastion between). */
  readonly typed?: string;
  /** The name of a new key is written as a hash (`HashKnownHosts`). */
  readonly hashed?: boolean;
}

/** What is known of host keys, read once and shared by all hosts of a transport. */
export interface HostKeys {
  /** Returns when the key may be trusted; throws a `HostFailure` otherwise. */
  check(name: KeyName, key: Buffer): void;
  /** Types of the keys known for a host, to be asked for first: another type would look like a changed key. */
  typesOf(address: string, port: number): readonly string[];
}

/** The files OpenSSH reads by default; the first is written to. */
export function defaultKnownHostsFiles(homeDirectory: string): readonly string[] {
  return [
    join(homeDirectory, '.ssh', 'known_hosts'),
    join(homeDirectory, '.ssh', 'known_hosts2'),
    '/etc/ssh/ssh_known_hosts',
    '/etc/ssh/ssh_known_hosts2',
  ];
}

/** Host keys after known_hosts files. A file that cannot be read knows no host. */
export function hostKeys(
  files: readonly string[],
  policy: HostKeyPolicy,
  onWarning: (message: string) => void,
): HostKeys {
  let read: KnownKey[] | undefined;
  const known = (): KnownKey[] => {
    read ??= [...parseKnownHosts(files.map((file) => ({ file, text: readIfThere(file) })))];
    return read;
  };

  return {
    check({ address, port, typed, hashed = false }, key) {
      const verdict = judgeKey(known(), address, port, key);
      const shown = `${keyType(key) ?? 'unknown type'} ${fingerprint(key)}`;
      switch (verdict.kind) {
        case 'ok':
          return;
        case 'unknown':
          if (policy === 'accept-new') accept(knownHostName(address, port), hashed, key, shown);
          else throw unknownKey(address, port, shown, verdict.authorities, files[0], typed);
          return;
        case 'changed':
          throw changedKey(address, port, shown, verdict.known, verdict.authorities);
        case 'revoked':
          throw new HostFailure(
            'host_key',
            `the host shows a revoked key: ${shown} (@revoked in ${verdict.at.file}:${verdict.at.line})`,
            'do not connect: someone may have the stolen key',
          );
        default:
          assertNever(verdict);
      }
    },
    typesOf: (address, port) => [
      ...new Set(keysOf(known(), address, port).flatMap(({ marker, type }) => (marker === 'none' ? [type] : []))),
    ],
  };

  function accept(name: string, hashed: boolean, key: Buffer, shown: string): void {
    const [file] = files;
    const type = keyType(key);
    if (file === undefined || type === undefined)
      throw new HostFailure('host_key', 'there is no known_hosts file to write to');
    const names = hashed ? hashedName(name) : name;
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      const before = readIfThere(file);
      // One write in append mode: two processes cannot tear each other's lines.
      appendFileSync(
        file,
        `${before === '' || before.endsWith('\n') ? '' : '\n'}${names} ${type} ${key.toString('base64')}\n`,
        {
          mode: 0o600,
        },
      );
      known().push({ marker: 'none', names, type, key, file, line: before.split('\n').length });
    } catch (error) {
      throw new HostFailure('host_key', `the new host key could not be written to ${file}: ${String(error)}`);
    }
    onWarning(`${name}: its host key was not known and is trusted from now on: ${shown} (written to ${file})`);
  }
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

function unknownKey(
  address: string,
  port: number,
  shown: string,
  authorities: readonly KnownKey[],
  file: string | undefined,
  typed: string | undefined,
): HostFailure {
  const [authority] = authorities;
  if (authority !== undefined) {
    return new BeyondSsh2(
      'host_key',
      `the host shows ${shown}; ${authority.file}:${authority.line} trusts only a certificate authority for it`,
      'or add the plain key to known_hosts',
    );
  }
  const line = `${port === 22 ? '' : `-p ${port} `}${quoteIfNeeded(address)}`;
  const learn =
    typed === undefined
      ? `: ssh-keyscan ${line} >> ${quoteIfNeeded(file ?? '~/.ssh/known_hosts')}`
      : ` log in once: ssh ${quoteIfNeeded(typed)}`;
  return new HostFailure(
    'host_key',
    `the host key is not known: ${shown}`,
    `compare it with the host's console, then${learn}`,
  );
}

function changedKey(
  address: string,
  port: number,
  shown: string,
  known: readonly KnownKey[],
  authorities: readonly KnownKey[],
): HostFailure {
  const lines = known.map((entry) => `${entry.type} ${fingerprint(entry.key)} (${entry.file}:${entry.line})`);
  const [authority] = authorities;
  if (authority !== undefined) {
    // Fleets that moved to host certificates keep old plain lines: only the certificate, which ssh2 cannot ask for, tells.
    return new BeyondSsh2(
      'host_key',
      `the host shows ${shown}, known is ${lines.join(', ')}, and ${authority.file}:${authority.line} trusts a certificate authority for it`,
    );
  }
  const file = known[0]?.file ?? '~/.ssh/known_hosts';
  return new HostFailure(
    'host_key',
    `the host key has changed: it shows ${shown}, known is ${lines.join(', ')}`,
    changedKeyHelp(knownHostName(address, port), file),
  );
}

/** What to do where another key is known under a name. */
export function changedKeyHelp(name: string, file: string): string {
  return `someone may be listening in. If the host was reinstalled: ssh-keygen -R ${quoteIfNeeded(name)} -f ${quoteIfNeeded(file)}`;
}

/** Text as one word of a command that somebody may copy. */
export function quoteIfNeeded(text: string): string {
  return /^[\w~@%+=:,./-]+$/.test(text) ? text : quote(text);
}
