import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join, relative } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { algorithmsFor } from '../../src/transports/ssh/algorithms.ts';
import type { SshConfig, SshTarget } from '../../src/transports/ssh-config/ssh-config.ts';
import { sshConfigs } from '../../src/transports/ssh-config/ssh-configs.ts';

const hasSsh = existsSync('/usr/bin/ssh');
let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'mendgate-config-'));
  mkdirSync(join(home, '.ssh'));
});
afterAll(() => rmSync(home, { recursive: true }));

let files = 0;
function write(text: string, name = `config_${files++}`): string {
  const file = join(home, '.ssh', name);
  writeFileSync(file, text);
  return file;
}
const of = (file: string, target: SshTarget | string, program = 'ssh', warnings: string[] = []): Promise<SshConfig> =>
  sshConfigs({ file, homeDirectory: home, program, onWarning: (text) => warnings.push(text) }).of(
    typeof target === 'string' ? { address: target } : target,
  );
const noSsh = '/no/such/ssh';
/** Without what only `ssh -G` gives. */
function meaning({ options: _, ...rest }: SshConfig): object {
  return rest;
}

describe('what ssh_config says', () => {
  const both = hasSsh ? ['ssh', noSsh] : [noSsh];
  it.each(both)('is read by %s: name, port, user, keys, way, host key', async (program) => {
    const file = write(`
# a comment
Host web* !web9
  HostName %h.example.com
  User deploy
  Port=2222
  IdentityFile ~/.ssh/%r_key
  IdentityFile "%d/the other"
  IdentitiesOnly yes
  IdentityAgent none
  ProxyJump jump@bastion:2200,[2001:db8::1]:23,last
  UserKnownHostsFile ~/.ssh/kh1 /etc/kh2
  HostKeyAlias fleet
  ServerAliveInterval 60
  ServerAliveCountMax 5
  ConnectTimeout 7
  AddressFamily inet6
  PasswordAuthentication no
  BatchMode yes
  KexAlgorithms +diffie-hellman-group14-sha1
  Ciphers aes256-ctr,aes128-ctr
Host *
  User somebody
`);
    expect(meaning(await of(file, 'web1', program))).toEqual({
      hostName: 'web1.example.com',
      port: 2222,
      user: 'deploy',
      identityFiles: [`${home}/.ssh/deploy_key`, `${home}/the other`],
      identitiesOnly: true,
      identityAgent: false,
      jump: [{ name: 'bastion', user: 'jump', port: 2200 }, { name: '2001:db8::1', port: 23 }, { name: 'last' }],
      userKnownHostsFiles: [program === 'ssh' ? join(userInfo().homedir, '.ssh/kh1') : `${home}/.ssh/kh1`, '/etc/kh2'],
      hostKeyAlias: 'fleet',
      serverAliveIntervalMs: 60_000,
      serverAliveCountMax: 5,
      connectTimeoutMs: 7000,
      addressFamily: 6,
      preferredAuthentications: ['publickey', 'keyboard-interactive'],
      batchMode: true,
      algorithms: {
        kex: { kind: 'also', names: ['diffie-hellman-group14-sha1'] },
        cipher: { kind: 'only', names: ['aes256-ctr', 'aes128-ctr'] },
      },
      saidByUser: expect.any(Set),
      hasMatchExec: false,
    });
    expect(await of(file, 'web9', program)).toMatchObject({ user: 'somebody', jump: [] });
  });

  it.skipIf(!hasSsh)('counts lists of algorithms only where they differ from those of OpenSSH itself', async () => {
    const usual = execFileSync('ssh', ['-F', 'none', '-G', 'x'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString();
    const [, macs] = /^macs (.*)$/m.exec(usual) ?? [];
    const [, kex = ''] = /^kexalgorithms (.*)$/m.exec(usual) ?? [];
    const file = write(`Host *\n MACs ${macs}\n KexAlgorithms -curve25519-*\n`);
    const left = kex.split(',').filter((name) => !name.startsWith('curve25519-'));
    expect((await of(file, 'web1', 'ssh')).algorithms).toEqual({ kex: { kind: 'only', names: left } });
    const own = await of(file, 'web1', noSsh);
    expect(own.algorithms).toMatchObject({ kex: { kind: 'without', names: ['curve25519-*'] } });
    expect(algorithmsFor([], own.algorithms).kex).not.toContain('curve25519-sha256');
  });

  it('is nothing, and asks nobody, where only terminals, forwarding and the like are spoken of', async () => {
    const file = write('SendEnv LANG LC_*\nHost *\n HashKnownHosts yes\n ForwardAgent yes\nHost other\n Port 99\n');
    // A program that would fail: it is not run.
    expect((await of(file, 'web1', '/bin/false')).options.size).toBe(0);
    await expect(of(file, 'other', '/bin/false')).rejects.toMatchObject({ phase: 'config' });
    expect((await of('none', 'other', '/bin/false')).port).toBeUndefined();
  });

  it.skipIf(!hasSsh)('is refused with its place when it is wrong', async () => {
    const file = write('Host web\n Prot 22\n');
    await expect(of(file, 'web')).rejects.toMatchObject({
      phase: 'config',
      message: expect.stringMatching(/line 2: Bad configuration option: prot/),
    });
    expect((await of(file, 'db')).options.size).toBe(0);
  });

  it('never hands a name to ssh that could be an option or a command', async () => {
    const file = write('Host *\n User x\n');
    for (const address of ['-oProxyCommand=x', '$(id)', 'a b', 'a\nb', '']) {
      await expect(of(file, address)).rejects.toMatchObject({ phase: 'config' });
    }
    await expect(of(file, { address: 'web', user: '-oProxyCommand=x' })).rejects.toMatchObject({ phase: 'config' });
    for (const jump of ['-oProxyCommand=x', 'a b', 'h:99999', '$(id)']) {
      await expect(of(write(`Host *\n ProxyJump "${jump}"\n`), 'web', noSsh)).rejects.toMatchObject({
        phase: 'config',
      });
    }
  });

  it('tells which options are the operator’s own, and that a Match exec is met', async () => {
    const file = write('Host web\n GSSAPIAuthentication yes\nMatch host db exec "true"\n User x\n');
    const web = await of(file, 'web', noSsh);
    expect([...web.saidByUser]).toEqual(['gssapiauthentication']);
    expect(web.hasMatchExec).toBe(false);
    const warnings: string[] = [];
    const db = await of(file, 'db', noSsh, warnings);
    expect(db).toMatchObject({ hasMatchExec: true });
    expect(db.user).toBeUndefined();
    expect(warnings).toEqual([expect.stringContaining('user under conditions that only ssh can decide')]);
  });

  it.each([
    ['10-a.conf', '[0-9]*.conf'],
    ['10-a.conf', '[!a-z]?-a.con[ef]'],
  ])('includes %s by %s without asking ssh', async (name, pattern) => {
    write('Host inc1\n Port 2207\n', name);
    const file = write(`Include ${pattern}\n`);
    // A program that would fail: it is not run for a host that the included file does not name.
    expect((await of(file, 'other', '/bin/false')).options.size).toBe(0);
    expect(await of(file, 'inc1', noSsh)).toMatchObject({ port: 2207 });
  });

  it.skipIf(!hasSsh).each([
    ['of another user', `~${userInfo().username}/HOME/10-b.conf`],
    ['by a class of characters', '/HOME/[[:digit:]]0-b.conf'],
    ['by an escape', '/HOME/\\10-b.conf'],
  ])('leaves to ssh what is included %s', async (_how, pattern) => {
    write('Host inc2\n HostName 127.0.0.9\n Port 2208\n ProxyCommand nc %h %p\n', '10-b.conf');
    const from = pattern.startsWith('~')
      ? relative(userInfo().homedir, join(home, '.ssh'))
      : join(home, '.ssh').slice(1);
    const file = write(`Include ${pattern.replace('HOME', from)}\nMatch host real\n User late\n`);
    const config = await of(file, 'inc2');
    expect(config).toMatchObject({ hostName: '127.0.0.9', port: 2208 });
    expect(config.options.get('proxycommand')).toEqual(['nc %h %p']);
    const warnings: string[] = [];
    await of(file, 'inc2', noSsh, warnings);
    expect(warnings).toEqual([expect.stringContaining('include')]);
  });

  it.skipIf(!hasSsh)('lets ssh decide a Match exec', async () => {
    const file = write('Match host db exec "true"\n User yes\nMatch host db exec "false"\n Port 99\n');
    expect(await of(file, 'db')).toMatchObject({ user: 'yes', hasMatchExec: true });
    expect((await of(file, 'db')).port ?? 22).toBe(22);
  });
});

describe.skipIf(!hasSsh)('without an ssh program the same is read as `ssh -G` says', () => {
  const agree = async (file: string, target: SshTarget): Promise<void> => {
    const [theirs, ours] = await Promise.all([of(file, target), of(file, target, noSsh)]);
    const strip = ({ user, port, ...rest }: SshConfig) => ({
      ...meaning({ ...rest, options: new Map() }),
      // `ssh -G` prints these also where a condition that could have said them did not hold.
      user: target.user ?? user ?? userInfo().username,
      port: target.port ?? port ?? 22,
    });
    expect(strip(ours)).toEqual(strip(theirs));
  };

  it.each([
    ['first value wins', 'Host a*\n User one\nHost *\n User two\n Port 7\n'],
    ['quotes, equals signs, comments behind', 'Host = "web1" other # not this\n User = "a b"\n'],
    ['negation alone matches nothing', 'Host !db\n User x\n'],
    ['question marks', 'Host web?\n Port 5\n'],
    [
      'Match all, host, originalhost, user, localuser',
      `Host web1\n HostName real\nMatch host real\n User h\nMatch originalhost web1\n Port 4\nMatch user h\n IdentityFile /k\nMatch localuser ${userInfo().username}\n IdentityFile /l\nMatch all\n IdentitiesOnly yes\n`,
    ],
    ['negated criteria', 'Match !host db,web2 originalhost web*\n User n\n'],
    ['Include inside a block', 'Host web1\n Include ~/INC\n User late\nHost *\n Port 9\n'],
    ['proxy said twice', 'Host web1\n ProxyJump none\nHost *\n ProxyJump b\n'],
    ['ProxyCommand first', 'Host web1\n ProxyCommand nc %h %p\nHost *\n ProxyJump b\n'],
  ])('%s', async (_name, text) => {
    const inner = write('User inner\nHost web1\n IdentityFile /inner\nHost db\n IdentityFile /db\n');
    const file = write(text.replace('~/INC', inner));
    for (const address of ['web1', 'web2', 'db', 'a1']) await agree(file, { address });
    await agree(file, { address: 'web1', user: 'given', port: 2200 });
  });

  const pattern = fc.constantFrom('*', 'web*', 'web1', '!web1', 'w?b1', 'db', '!db', '*1');
  const patterns = fc.array(pattern, { minLength: 1, maxLength: 3 });
  const condition = fc.oneof(
    patterns.map((all) => `Host ${all.join(' ')}`),
    patterns.map((all) => `Match host ${all.join(',')}`),
    patterns.map((all) => `Match originalhost ${all.join(',')} user ro*`),
    fc.constant('Match user deploy'),
    fc.constant('Match all'),
  );
  const option = fc.constantFrom(
    'User deploy',
    'User root',
    'Port 2200',
    'Port 2201',
    'HostName db',
    'HostName %h.example.com',
    'IdentityFile /a',
    'IdentityFile /b',
    'ProxyJump b1',
    'ProxyJump none',
    'ConnectTimeout 3',
    'ServerAliveInterval 5',
    'HostKeyAlias alias',
    'IdentitiesOnly yes',
  );
  const block = fc.tuple(condition, fc.array(option, { minLength: 1, maxLength: 4 }));
  it('any mixture of blocks', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(block, { maxLength: 5 }),
        fc.constantFrom('web1', 'db', 'x'),
        async (blocks, address) => {
          const text = blocks.map(([head, lines]) => `${head}\n${lines.map((line) => ` ${line}\n`).join('')}`).join('');
          await agree(write(text, 'mixture'), { address });
        },
      ),
      { numRuns: 60, seed: 7 },
    );
  });
});
