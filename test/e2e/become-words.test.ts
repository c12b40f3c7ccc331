import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { makeUser, sudoMissing, type TestUser } from '../sshd/users.ts';
import { eventsIn, mendgate } from './cli.ts';

const looks = `runbook: looks
title: Look as root
symptom:
  probes:
    me: { core.command: { command: [id, -un] }, become: true }
  present: me.text != "root"
steps:
  - id: tell
    title: Tell
    probes:
      time: { core.command: { command: [date] } }
    gate: time.rc == 1
    fix:
      - core.command: { command: [touch, /tmp/never] }
    rollback: { irreversible: "it is only a file" }
`;

const mends = `runbook: mends
title: Mend as root
steps:
  - id: touch
    title: Touch
    probes:
      me: { core.command: { command: [id, -un] } }
    gate: me.text != "root"
    fix:
      - core.command: { command: [touch, /tmp/never] }
        become: true
    rollback: { irreversible: "it is only a file" }
`;

const wanted = 'give the become password: -K (--ask-become-pass) or --become-password-file';

describe.skipIf((sshdMissing ?? sudoMissing) !== undefined)('what to do where the operator may not become root', () => {
  const dir = mkdtempSync(join(tmpdir(), 'mendgate-words-'));
  const users: TestUser[] = [];
  let sshd: Sshd;
  let reach: readonly string[];

  beforeAll(async () => {
    sshd = await startSshd();
    users.push(makeUser('mg-wordy', { sudo: 'password', password: 'right' }));
    users.push(makeUser('mg-wordtty', { sudo: 'requiretty' }), makeUser('mg-wordno', { password: 'right' }));
    const host = (name: string, user: string) => `${name} ansible_host=127.0.0.1 ansible_user=${user}\n`;
    const hosts = [host('asks', 'mg-wordy'), host('tty', 'mg-wordtty'), host('no', 'mg-wordno')];
    writeFileSync(join(dir, 'hosts.ini'), `[all]\n${hosts.join('')}[all:vars]\nansible_port=${sshd.port}\n`);
    writeFileSync(join(dir, 'looks.yaml'), looks);
    writeFileSync(join(dir, 'mends.yaml'), mends);
    writeFileSync(join(dir, 'password'), 'right\n', { mode: 0o600 });
    const keys = ['--known-hosts', sshd.knownHostsFile, '--private-key', sshd.keyFile];
    reach = ['-i', join(dir, 'hosts.ini'), ...keys];
  });
  afterAll(async () => {
    await sshd?.stop();
    for (const user of users) user.remove();
    rmSync(dir, { recursive: true, force: true });
  });
  const run = (book: string, ...more: readonly string[]) =>
    mendgate(['run', join(dir, book), ...reach, ...more, '--state-dir', join(dir, 'state')], { COLUMNS: '200' });

  it.each([
    ['asks', [], wanted],
    ['tty', [], 'add "Defaults:USER !requiretty" to sudoers'],
    ['no', ['--become-password-file', join(dir, 'password')], 'let the user run /bin/sh through sudo'],
  ])('stands in the plan and below it: %s', async (host, more, help) => {
    const { stdout } = await run('looks.yaml', '-C', '-l', host, ...more);
    const [plan = '', summary = ''] = stdout.split('Needs a look');
    expect(plan).toContain(`help: ${help}`);
    expect(summary).toContain(help);
  });

  it('is what hosts --ping -b shows, by becoming', async () => {
    const ping = (...more: readonly string[]) => mendgate(['hosts', ...reach, '--ping', ...more]);
    const plain = await ping('-l', 'asks,tty');
    expect(plain).toMatchObject({ code: 0, stdout: 'asks: answers\ntty: answers\n' });
    const asRoot = await ping('-b', '-l', 'asks,tty');
    expect(asRoot.stdout.split('\n')).toEqual([
      `asks: answers, but not as root: sudo: a password is required. ${wanted}`,
      expect.stringContaining('tty: answers, but not as root: sudo: requires a terminal (requiretty). add'),
      '',
    ]);
    expect(asRoot.code).not.toBe(0);
    const given = ['-b', '--become-password-file', join(dir, 'password')];
    expect(await ping(...given, '-l', 'asks')).toMatchObject({ code: 0, stdout: 'asks: answers as root\n' });
    const other = await ping(...given, '--become-user', 'nobody', '-l', 'asks');
    expect(other.stdout).toBe('asks: answers as nobody\n');
  });

  it('stands in each reading that failed, for -v and for programs', async () => {
    const { stderr } = await run('looks.yaml', '-C', '-l', 'asks', '-v');
    expect(stderr).toContain(`sudo: a password is required. ${wanted}`);
    const events = eventsIn(await run('looks.yaml', '-C', '-l', 'asks', '--json'));
    expect(events.find(({ type }) => type === 'probe.read')).toMatchObject({ help: wanted });
    expect(events.find(({ type }) => type === 'host.planned')).toMatchObject({ plan: { help: wanted } });
  });

  it('stands in the end of a real run, whether it could not look or not mend, and in its report', async () => {
    expect((await run('looks.yaml', '--yes', '-l', 'asks')).stdout).toContain(wanted);
    const mended = await run('mends.yaml', '--yes', '--allow-irreversible', '-l', 'asks', '--json');
    const events = eventsIn(mended);
    expect(events.find(({ type }) => type === 'host.finished')).toMatchObject({ outcome: { help: wanted } });
    const [{ run: id = '' } = {}] = events;
    const report = await mendgate(['runs', 'report', id, '--as', 'md', '--state-dir', join(dir, 'state')]);
    expect(report.stdout).toContain(wanted);
  });
});
