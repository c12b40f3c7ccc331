import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/transports/clock.ts';
import { candidates, parseNsswitch, parseResolvConf } from '../../src/transports/dns/name-files.ts';
import { type Address, nameResolver, type ResolveName } from '../../src/transports/dns/resolve-name.ts';
import { type NameAnswers, type NameServer, nameServer } from './dns-servers.ts';

let dir: string;
const servers: NameServer[] = [];
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mendgate-names-'));
});
afterAll(() => rmSync(dir, { recursive: true }));
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

interface World {
  readonly hosts?: string;
  readonly resolvConf?: string;
  readonly nsswitch?: string;
  readonly answers?: readonly NameAnswers[];
  readonly askSystem?: (name: string) => Promise<readonly Address[]>;
}
let worlds = 0;
async function resolverIn(world: World): Promise<ResolveName> {
  const own = await Promise.all((world.answers ?? [{}]).map(nameServer));
  servers.push(...own);
  worlds += 1;
  const file = (name: string, text: string): string => {
    const path = join(dir, `${name}_${worlds}`);
    writeFileSync(path, text);
    return path;
  };
  return nameResolver({
    clock: systemClock,
    servers: own.map(({ address }) => address),
    files: {
      hosts: file('hosts', world.hosts ?? ''),
      resolvConf: file('resolv', world.resolvConf ?? ''),
      nsswitch: file('nsswitch', world.nsswitch ?? 'hosts: files dns\n'),
    },
    askSystem: world.askSystem ?? (() => Promise.reject(new Error('the system was asked'))),
  });
}
const four = (...addresses: string[]): Address[] => addresses.map((address) => ({ address, family: 4 }));

describe('a name', () => {
  it('that is an address is itself, of either kind', async () => {
    const resolve = await resolverIn({ answers: ['silent'] });
    expect(await resolve('192.0.2.1', 1)).toEqual(four('192.0.2.1'));
    expect(await resolve('2001:db8::1', 1)).toEqual([{ address: '2001:db8::1', family: 6 }]);
    expect(await resolve('fe80::1%eth0', 1)).toEqual([{ address: 'fe80::1%eth0', family: 6 }]);
  });

  it('is first looked for in the hosts file, in any case', async () => {
    const hosts = '192.0.2.1 Web1.example.com web1 # mine\n\n2001:db8::1 web1\nnonsense web1\n';
    const resolve = await resolverIn({ hosts, answers: ['silent'] });
    expect(await resolve('WEB1', 1000)).toEqual([...four('192.0.2.1'), { address: '2001:db8::1', family: 6 }]);
    expect(await resolve('localhost', 1000)).toEqual([...four('127.0.0.1'), { address: '::1', family: 6 }]);
  });

  it('is asked of the name servers, with the search domains', async () => {
    const answers = { 'db.corp.example': ['192.0.2.7'], 'a.b': ['192.0.2.8', '192.0.2.9'] };
    const resolve = await resolverIn({ resolvConf: 'search other.example corp.example\n', answers: [answers] });
    expect(await resolve('db', 1000)).toEqual(four('192.0.2.7'));
    expect(await resolve('a.b', 1000)).toEqual(four('192.0.2.8', '192.0.2.9'));
    expect(new Set(servers[0]?.asked)).toEqual(new Set(['db.other.example', 'db.corp.example', 'a.b']));
  });

  it('that does not exist is said not to, at once, and the system is not asked', async () => {
    const resolve = await resolverIn({});
    await expect(resolve('nowhere.example', 1000)).rejects.toMatchObject({
      phase: 'dns',
      message: 'cannot resolve nowhere.example: there is no such name',
    });
  });

  it('that the servers do not know is asked of the system where that has other sources', async () => {
    const askSystem = async () => four('192.0.2.3');
    const resolve = await resolverIn({ nsswitch: 'hosts: files mdns4_minimal [NOTFOUND=return] dns\n', askSystem });
    expect(await resolve('printer.local', 1000)).toEqual(four('192.0.2.3'));
  });

  it('is found by the next server when one is dead, and by the deadline given up when all are', async () => {
    const resolve = await resolverIn({ answers: ['silent', { web: ['192.0.2.1'] }] });
    expect(await resolve('web', 5000)).toEqual(four('192.0.2.1'));
    const dead = await resolverIn({ answers: ['silent'] });
    const begun = performance.now();
    await expect(dead('web', 400)).rejects.toMatchObject({
      phase: 'dns',
      message: 'cannot resolve web: the name server gave no answer within 0.4 s',
    });
    expect(performance.now() - begun).toBeLessThan(1500);
  });

  it('is not said not to exist when the server failed', async () => {
    const resolve = await resolverIn({ answers: ['failing'] });
    await expect(resolve('web', 3000)).rejects.toMatchObject({
      message: expect.stringMatching(/the name server failed/),
    });
  });
});

describe('a dead name server', () => {
  it('holds up no name that does not need it, and no file', async () => {
    const hosts = '192.0.2.1 good\n';
    const resolve = await resolverIn({ hosts, answers: ['silent'] });
    const bad = Array.from({ length: 40 }, (_, i) => resolve(`bad${i}.example`, 2000).catch((error) => error.phase));
    const begun = performance.now();
    expect(await resolve('good', 1000)).toEqual(four('192.0.2.1'));
    await readFile(join(dir, `hosts_${worlds}`));
    expect(performance.now() - begun).toBeLessThan(500);
    expect(new Set(await Promise.all(bad))).toEqual(new Set(['dns']));
  });

  it('lets no more than two names wait in the system’s own resolver, and none that was given up', async () => {
    let waiting = 0;
    let most = 0;
    let begun = 0;
    const askSystem = async () => {
      waiting += 1;
      begun += 1;
      most = Math.max(most, waiting);
      await systemClock.sleep(300);
      waiting -= 1;
      return [];
    };
    const resolve = await resolverIn({ nsswitch: 'hosts: files dns myhostname\n', askSystem });
    const all = Array.from({ length: 12 }, (_, i) => resolve(`n${i}`, 450).catch((error) => error.phase));
    expect(new Set(await Promise.all(all))).toEqual(new Set(['dns']));
    await systemClock.sleep(700);
    expect(most).toBe(2);
    expect(begun).toBeLessThanOrEqual(4);
  });
});

describe('the files of names', () => {
  it('say in which order a name is completed', () => {
    const conf = parseResolvConf('# x\ndomain old.example\nsearch a.example. b.example\noptions timeout:1 ndots:2\n');
    expect(conf).toEqual({ search: ['a.example', 'b.example'], ndots: 2 });
    expect(candidates('web', conf)).toEqual(['web.a.example', 'web.b.example', 'web']);
    expect(candidates('web.x.y', conf)).toEqual(['web.x.y', 'web.x.y.a.example', 'web.x.y.b.example']);
    expect(candidates('web.', conf)).toEqual(['web']);
  });

  it('say who else knows names', () => {
    expect(parseNsswitch('passwd: files\nhosts:  files mdns4_minimal [NOTFOUND=return] dns # x\n')).toEqual([
      'files',
      'mdns4_minimal',
      'dns',
    ]);
    expect(parseNsswitch('')).toEqual(['files', 'dns']);
  });

  it('are read again when they change', async () => {
    const resolve = await resolverIn({ hosts: '192.0.2.1 web\n' });
    expect(await resolve('web', 1000)).toEqual(four('192.0.2.1'));
    const file = join(dir, `hosts_${worlds}`);
    writeFileSync(file, `${readFileSync(file, 'utf8')}192.0.2.2 web\n`);
    await expect.poll(() => resolve('web', 1000), { timeout: 5000 }).toEqual(four('192.0.2.1', '192.0.2.2'));
  });
});
