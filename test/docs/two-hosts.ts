import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { cage, cageMissing, inCage } from '../sshd/cage.ts';
import { type Sshd, sshdMissing, startFleet } from '../sshd/sshd.ts';

/** Why there are no such hosts here, or `undefined`. */
export const hostsMissing: string | undefined = sshdMissing ?? cageMissing;

export type HostName = 'web01' | 'web02';

/** Two real sshd, each with an /etc and a /srv of its own: what the pages mend is there. */
export interface TwoHosts {
  /** For ~/.ssh/config: how web01 and web02 are reached. */
  readonly sshConfig: string;
  /** A file of a host's own /etc or /srv. */
  read(host: HostName, path: string): string;
  /** `age`: so many seconds since it was written. */
  write(host: HostName, path: string, text: string, age?: number): void;
  stop(): Promise<void>;
}

const ownFolders = [
  'set -e',
  'd=$(mktemp -d)',
  'mount -t tmpfs -o mode=0755 tmpfs "$d"',
  'cp -a /etc/. "$d"',
  'mount --move "$d" /etc',
  'rmdir "$d"',
  'mount -t tmpfs -o mode=0755 tmpfs /srv',
  'exec "$@"',
].join('\n');

export async function startTwoHosts(): Promise<TwoHosts> {
  const fleet = await startFleet(2, { within: [...cage(), 'sh', '-c', ownFolders, 'host'] });
  const [web01, web02] = fleet.hosts;
  if (web01 === undefined || web02 === undefined) throw new Error('two hosts were started');
  const hosts: Readonly<Record<HostName, Sshd>> = { web01, web02 };
  const entries = Object.entries(hosts).map(([name, { port }]) =>
    [
      `Host ${name}`,
      '  HostName 127.0.0.1',
      `  Port ${port}`,
      '  User root',
      `  IdentityFile ${fleet.keyFile}`,
      `  UserKnownHostsFile ${fleet.knownHostsFile}\n`,
    ].join('\n'),
  );
  return {
    sshConfig: entries.join(''),
    read: (host, path) => readFileSync(inCage(hosts[host], path), 'utf8'),
    write(host, path, text, age = 0) {
      const file = inCage(hosts[host], path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      const written = Date.now() / 1000 - age;
      utimesSync(file, written, written);
    },
    stop: () => fleet.stop(),
  };
}
