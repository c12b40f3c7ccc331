import { execFile, execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeKey, knownHostName, parseKnownHosts } from '../../src/transports/ssh/known-hosts.ts';
import { type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';

const hashed = (name: string): string => {
  const salt = Buffer.from('0123456789abcdefghij');
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};

/** Lines of known_hosts for the host and port beside them; KEY is the host's key, OTHER another of its type, ECDSA one of another type. */
const corpus: readonly (readonly [host: string, port: number, lines: string])[] = [
  ['web1', 22, ''],
  ['web1', 22, 'web1 KEY'],
  ['web1', 22, 'web1 KEY a comment with spaces'],
  ['web1', 22, '  \tweb1\tKEY'],
  ['web1', 22, '# web1 KEY'],
  ['web1', 22, 'web1 OTHER'],
  ['web1', 22, 'web1 ECDSA'],
  ['web1', 22, 'web1 OTHER\nweb1 KEY'],
  ['web1', 22, 'web1 KEY\nweb1 OTHER'],
  ['web1', 22, 'web1 ECDSA\nweb1 KEY'],
  ['web1', 22, 'web2 KEY'],
  ['WEB1', 22, 'web1 KEY'],
  ['web1', 22, 'WEB1 KEY'],
  ['web1', 22, 'web2,web1 KEY'],
  ['web1', 22, 'web2, web1 KEY'],
  ['web1', 22, 'web* KEY'],
  ['web1', 22, 'web? KEY'],
  ['web12', 22, 'web? KEY'],
  ['web1', 22, '* KEY'],
  ['web1', 22, '*,!web1 KEY'],
  ['web1', 22, '!web1,* KEY'],
  ['web1', 22, '!web2,* KEY'],
  ['web1', 22, '!web1 KEY'],
  ['web1', 22, '*.example.org KEY'],
  ['a.example.org', 22, '*.example.org KEY'],
  ['a.b.example.org', 22, '*.example.org KEY'],
  ['web1', 2222, '[web1]:2222 KEY'],
  ['web1', 2222, 'web1 KEY'],
  ['web1', 2222, 'web1 OTHER'],
  ['web1', 2222, '[web1]:2222 OTHER\nweb1 KEY'],
  ['web1', 2222, '[web1]:2223 KEY'],
  ['web1', 2222, '[web1]:* KEY'],
  ['web1', 2222, '[web?]:2222 KEY'],
  ['web1', 2222, '* KEY'],
  ['web1', 2222, '* OTHER\nweb1 KEY'],
  ['web1', 22, '[web1]:22 KEY'],
  ['WEB1', 2222, '[web1]:2222 KEY'],
  ['web1', 22, `${hashed('web1')} KEY`],
  ['web1', 22, `${hashed('web2')} KEY`],
  ['web1', 2222, `${hashed('[web1]:2222')} KEY`],
  ['web1', 2222, `${hashed('web1')} KEY`],
  ['web1', 22, `${hashed('web1')},web1 KEY`],
  ['web1', 22, `|1|AAAA|BBBB KEY\nweb1 KEY`],
  ['web1', 22, '@revoked web1 KEY'],
  ['web1', 22, 'web1 KEY\n@revoked * KEY'],
  ['web1', 22, '@revoked * OTHER\nweb1 KEY'],
  ['web1', 22, '@revoked web2 KEY\nweb1 KEY'],
  ['web1', 2222, '[web1]:2222 KEY\n@revoked web1 KEY'],
  ['web1', 2222, 'web1 KEY\n@revoked web1 KEY'],
  ['web1', 2222, 'web1 KEY\n@revoked [web1]:2222 KEY'],
  ['web1', 22, '@cert-authority * KEY'],
  ['web1', 22, '@cert-authority * OTHER\nweb1 KEY'],
  ['web1', 22, '@cert-authority * OTHER\nweb1 OTHER'],
  ['web1', 22, '@unheard-of web1 KEY'],
  ['web1', 22, 'web1 ssh-rsa KEYBLOB'],
  ['web1', 22, 'web1 ssh-ed25519 AAAA'],
  ['web1', 22, 'web1 ssh-ed25519 !!!!\nweb1 KEY'],
  ['web1', 22, 'web1 ssh-ed25519'],
  ['web1', 22, 'web1'],
  ['web1', 22, 'web1 KEY\r'],
  ['web1', 22, 'web1 KEY comment\r'],
  ['web1', 22, 'web1 ssh-ed25519 KEYBLOB=='],
  ['web1', 22, 'web1 1024 35 123456789'],
  ['web1', 22, '\n\nweb1 KEY\n\n'],
  ['10.0.0.1', 22, '10.0.0.* KEY'],
  ['10.0.0.1', 2222, '[10.0.0.*]:2222 KEY'],
  ['web1', 22, 'web1, KEY'],
  ['web1', 22, ',web1 KEY'],
  ['web1', 22, 'w**b1 KEY'],
  ['web1', 22, 'web1 KEY#c'],
];

const toolsMissing = ['/usr/bin/ssh', '/bin/busybox'].some((tool) => !existsSync(tool));

describe.skipIf(sshdMissing !== undefined || toolsMissing)('verdicts on host keys', () => {
  let sshd: Sshd;
  let other: Sshd;
  let dir: string;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'mendgate-known-'));
    [sshd, other] = await Promise.all([
      startSshd({ hostKeyTypes: ['ed25519'] }),
      startSshd({ hostKeyTypes: ['ed25519', 'ecdsa'] }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([sshd?.stop(), other?.stop()]);
    rmSync(dir, { recursive: true });
  });

  /** What OpenSSH's own client makes of the file, by how far it gets and what it says. */
  async function openSshSays(host: string, port: number, file: string): Promise<string> {
    const relay = `/bin/busybox nc 127.0.0.1 ${sshd.port}`;
    const options = [
      'BatchMode=yes',
      'StrictHostKeyChecking=yes',
      `UserKnownHostsFile=${file}`,
      'GlobalKnownHostsFile=/dev/null',
      'PreferredAuthentications=none',
      'HostKeyAlgorithms=ssh-ed25519',
      'KexAlgorithms=curve25519-sha256',
      `ProxyCommand=${relay}`,
    ];
    const args = ['-F', '/dev/null', ...options.flatMap((option) => ['-o', option]), '-p', `${port}`, `root@${host}`];
    const said = await new Promise<string>((resolve) => {
      execFile('/usr/bin/ssh', [...args, 'true'], (_error, _stdout, stderr) => resolve(stderr));
    });
    if (/Permission denied/.test(said)) return 'ok';
    if (/REVOKED/.test(said)) return 'revoked';
    if (/IDENTIFICATION HAS CHANGED/.test(said)) return 'changed';
    return /Host key verification failed|host key is known/.test(said) ? 'unknown' : said;
  }

  it('are those of OpenSSH', async () => {
    const [key = ''] = sshd.hostKeys;
    const [otherKey = '', ecdsa = ''] = other.hostKeys;
    const cases = corpus.map(([host, port, lines], index) => {
      const text = lines
        .replaceAll('KEYBLOB', key.split(' ')[1] ?? '')
        .replaceAll('KEY', key)
        .replaceAll('OTHER', otherKey)
        .replaceAll('ECDSA', ecdsa);
      const file = join(dir, `known_hosts_${index}`);
      writeFileSync(file, `${text}\n`);
      const blob = Buffer.from(key.split(' ')[1] ?? '', 'base64');
      const ours = judgeKey(parseKnownHosts([{ file, text: `${text}\n` }]), host, port, blob).kind;
      return { file, host, port, lines, ours };
    });
    const queue = [...cases];
    const theirs = new Map<string, string>();
    const worker = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        theirs.set(next.file, await openSshSays(next.host, next.port, next.file));
      }
    };
    await Promise.all(Array.from({ length: 6 }, worker));
    const show = ({ host, port, lines }: { host: string; port: number; lines: string }, verdict: string | undefined) =>
      `${host} ${port} ${JSON.stringify(lines)} → ${verdict}`;
    expect(cases.map((one) => show(one, one.ours))).toEqual(cases.map((one) => show(one, theirs.get(one.file))));
  }, 60_000);

  it('find what ssh-keygen has hashed', () => {
    const file = join(dir, 'to_hash');
    writeFileSync(file, `web1 ${sshd.hostKeys[0]}\n[web1]:2222,web2 ${sshd.hostKeys[0]}\n`);
    execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' });
    const text = readFileSync(file, 'utf8');
    expect(text).not.toContain('web1');
    const known = parseKnownHosts([{ file, text }]);
    const key = Buffer.from(sshd.hostKeys[0]?.split(' ')[1] ?? '', 'base64');
    const verdicts = [
      ['web1', 22],
      ['web1', 2222],
      ['web2', 22],
      ['web3', 22],
    ].map(([host, port]) => judgeKey(known, String(host), Number(port), key).kind);
    expect(verdicts).toEqual(['ok', 'ok', 'ok', 'unknown']);
  });
});

describe('names in known_hosts', () => {
  it('have brackets for any port but 22', () => {
    expect(knownHostName('Web1', 22)).toBe('web1');
    expect(knownHostName('Web1', 2222)).toBe('[web1]:2222');
    expect(knownHostName('::1', 2222)).toBe('[::1]:2222');
  });
});
