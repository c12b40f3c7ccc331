import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSession, type Session } from '../../src/engine/session.ts';
import type { Clock } from '../../src/model/clock.ts';
import type { FixOutcome, FixRequest, Transport } from '../../src/model/transport.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { sshTransport } from '../../src/transports/ssh/ssh-transport.ts';
import { type CageOptions, cage, inCage } from '../sshd/cage.ts';
import { startProxy, type WireProxy } from '../sshd/proxy.ts';
import { makeKey, type Sshd, startSshd } from '../sshd/sshd.ts';
import { makeUser, type TestUser } from '../sshd/users.ts';
import { loopbackHost, someLabel } from './hosts.ts';

/** A caged server behind a wire that can be broken, and a user who may use sudo. */
export interface Rig {
  readonly sshd: Sshd;
  readonly proxy: WireProxy;
  readonly user: TestUser;
  /** Sees the wire's breaks, and asks the host afterwards. */
  session(name?: string, options?: { readonly clock?: Clock; readonly wire?: WireProxy }): Promise<Session>;
  /** Another wire to the same server. */
  wire(): Promise<WireProxy>;
  /** A file on the host that counts how often its fix began. */
  counter(): Counter;
  /** Of root, inside the cage. */
  readonly markers: string;
  stop(): Promise<void>;
}
export interface Counter {
  readonly file: string;
  /** How often it was run. */
  count(): number;
  /** A fix of one command that counts, lets us know, goes on for a while and says `end`. */
  request(key: string, seconds?: number, more?: Partial<FixRequest>): FixRequest;
  readonly begun: () => boolean;
}

export async function startRig(options: CageOptions & { readonly server?: 'openssh' | 'dropbear' } = {}): Promise<Rig> {
  const dir = mkdtempSync(join(tmpdir(), 'mendgate-rig-'));
  makeKey(join(dir, 'key'), 'ed25519');
  const authorizedKeys = readFileSync(join(dir, 'key.pub'), 'utf8');
  const user = makeUser(`mg-${Math.random().toString(36).slice(2, 8)}`, { sudo: 'nopasswd', authorizedKeys });
  const server = options.server ?? 'openssh';
  const sshd = await startSshd({ clientKeyFile: join(dir, 'key'), within: cage(options), server });
  const proxies: WireProxy[] = [];
  const wire = async (): Promise<WireProxy> => {
    const started = await startProxy(sshd.port);
    proxies.push(started);
    for (const key of sshd.hostKeys) appendFileSync(sshd.knownHostsFile, `[127.0.0.1]:${started.port} ${key}\n`);
    return started;
  };
  const proxy = await wire();
  const open: Session[] = [];
  // The file of known hosts is read once, and each wire has its own line.
  const transport = (): Transport => {
    const keys = { knownHostsFiles: [sshd.knownHostsFile], privateKeyFiles: [sshd.keyFile] };
    return sshTransport({ ...keys, agent: false, connectTimeoutMs: 6000 });
  };
  let counters = 0;
  return {
    sshd,
    proxy,
    user,
    markers: inCage(sshd, '/var/lib/mendgate'),
    wire,
    async session(name = 'root', { clock = systemClock, wire = proxy } = {}) {
      const host = loopbackHost({ port: wire.port, user: name });
      const session = await openSession(host, transport(), 0, clock, new AbortController().signal);
      open.push(session);
      // A run looks at its host before it fixes anything: the boot is known then.
      await session.inspector(someLabel, false, 10_000).run({ argv: ['true'] });
      return session;
    },
    counter() {
      counters += 1;
      const file = join(user.home, `count-${counters}`);
      const count = (): number => (existsSync(file) ? readFileSync(file, 'utf8').length : 0);
      return {
        file,
        count,
        begun: () => count() > 0,
        request: (key, seconds = 0.5, more = {}) => ({
          parts: [
            {
              label: { kind: 'apply', name: 'test.count', params: {} },
              commands: [
                { script: 'printf x >> "$file"; echo begun', variables: { file } },
                { script: `sleep ${seconds}; echo end` },
              ],
            },
          ],
          become: false,
          timeoutMs: 60_000,
          key,
          ...more,
        }),
      };
    },
    async stop() {
      for (const session of open) await session.close();
      for (const started of proxies) await started.close();
      await sshd.stop();
      user.remove();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** An outcome in a few words, for tables. */
export function outcomeWords(outcome: FixOutcome): string {
  switch (outcome.kind) {
    case 'ended':
      return `ended (${outcome.answers.map(({ rc }) => rc).join(' ')})${outcome.adopted === true ? ', adopted' : ''}`;
    case 'not_started':
    case 'unknown':
      return `${outcome.kind}: ${outcome.failure.message}`;
  }
}
