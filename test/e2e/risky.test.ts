import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cage, cageMissing, inCage } from '../sshd/cage.ts';
import { type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';
import { mendgate } from './cli.ts';

const missing = sshdMissing ?? cageMissing;
const revertMs = 8000;

/** Real hosts without systemd: what waits there is a sleeper. */
describe.skipIf(missing !== undefined).each([
  ['', {}],
  [' with BusyBox', { busybox: true }],
])(`a fix that may cut its host off%s${missing === undefined ? '' : ` (${missing})`}`, (_with, tools) => {
  let sshd: Sshd;
  let dir: string;
  let keys: string;
  let before: string;
  beforeEach(async () => {
    sshd = await startSshd({ within: cage(tools) });
    dir = mkdtempSync(join(tmpdir(), 'mendgate-risky-'));
    keys = join(sshd.dir, 'authorized_keys');
    before = readFileSync(keys, 'utf8');
    const connect = `{ address: 127.0.0.1, port: ${sshd.port}, user: root }`;
    writeFileSync(join(dir, 'hosts.yaml'), `inventory: one\nhosts:\n  web: { connect: ${connect} }\n`);
  }, 180_000);
  afterEach(async () => {
    await sshd.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  const reach = () => [
    '--private-key',
    sshd.keyFile,
    '--known-hosts',
    sshd.knownHostsFile,
    '--state-dir',
    join(dir, 'st'),
  ];
  const args = (wanted: string, ...more: readonly string[]): readonly string[] => [
    ...['run', 'test/e2e/risky.yaml', '-i', join(dir, 'hosts.yaml'), '-e', `file=${keys}`, '-e', `keys=${wanted}`],
    ...reach(),
    ...more,
  ];
  const nobody = '# nobody may\n';
  /** Files of switches on the host, and processes of its that wait. */
  const left = () => {
    const folder = inCage(sshd, '/var/lib/mendgate');
    const files = readdirSync(folder).flatMap((name) =>
      readdirSync(join(folder, name)).filter((file) => ['act', 'armed', 'fired'].includes(file)),
    );
    const mounts = readlinkSync(`/proc/${sshd.pid}/ns/mnt`);
    const processes = readdirSync('/proc').filter((pid) => {
      try {
        if (!/^\d+$/.test(pid) || readlinkSync(`/proc/${pid}/ns/mnt`) !== mounts) return false;
        return /\/act|sleep/.test(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
      } catch {
        return false;
      }
    });
    return { files, processes };
  };
  /** A fix's own watcher naps a second longer. */
  const nothingLeft = () => expect.poll(left, { timeout: 10_000 }).toEqual({ files: [], processes: [] });
  const changed = () =>
    expect.poll(() => readFileSync(keys, 'utf8'), { timeout: 120_000, interval: 20 }).not.toBe(before);
  const reverted = () => expect.poll(() => readFileSync(keys, 'utf8'), { timeout: 120_000, interval: 20 }).toBe(before);

  it('is shown as such; one that proves itself over a new login stays, and leaves nothing waiting', async () => {
    const wanted = `${before}# and nobody else\n`;
    const dry = await mendgate(args(wanted, '-C'));
    expect(dry.stdout).toContain('reverts by itself after 8s, unless its verify holds over a new connection before');
    const run = await mendgate(args(wanted, '--yes'));
    expect(run.code, run.stdout + run.stderr).toBe(0);
    expect(readFileSync(keys, 'utf8')).toBe(wanted);
    await nothingLeft();
  }, 180_000);

  it('that lets nobody in any more is taken back at once over the wire that still stands', async () => {
    const run = await mendgate(args(nobody, '--yes'));
    expect(run.code, run.stdout + run.stderr).toBe(2);
    expect(run.stdout).toMatch(/verify does not hold: over a new connection/);
    expect(readFileSync(keys, 'utf8')).toBe(before);
    await nothingLeft();
  }, 180_000);

  it('that cuts the wire too is taken back by the host itself, and the run finds that out', async () => {
    const running = mendgate(args(nobody, '--yes'));
    await changed();
    const at = Date.now();
    sshd.cut();
    await reverted();
    expect(Date.now() - at).toBeLessThan(revertMs + 5000);
    const run = await running;
    expect(run.code, run.stdout + run.stderr).toBe(2);
    expect(run.stdout).toContain('the host reverted by itself');
    await nothingLeft();
  }, 240_000);

  it('whose run is killed with -9 is taken back by the host itself; resume says so', async () => {
    const main = resolve('dist/cli/main.js');
    const hold = join(dir, 'never');
    const child = spawn(process.execPath, [main, ...args(`${before}# hold\n`, '--yes', '-e', `hold=${hold}`)], {
      stdio: 'ignore',
    });
    await changed();
    const at = Date.now();
    child.kill('SIGKILL');
    await reverted();
    expect(Date.now() - at).toBeLessThan(revertMs + 5000);
    const resumed = await mendgate(['resume', 'last', '--yes', ...reach()]);
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(2);
    expect(resumed.stdout + resumed.stderr).toContain('the host reverted by itself');
    expect([existsSync(hold), readFileSync(keys, 'utf8')]).toEqual([false, before]);
    expect(resumed.stdout).not.toContain('as the fix had left it');
  }, 240_000);

  it('that somebody has edited meanwhile is taken back all the same; the edit is kept on the host, and resume says so', async () => {
    const edited = `${before}# hold\n# by hand\n`;
    const child = spawn(
      process.execPath,
      [resolve('dist/cli/main.js'), ...args(`${before}# hold\n`, '--yes', '-e', `hold=${join(dir, 'never')}`)],
      { stdio: 'ignore' },
    );
    await changed();
    child.kill('SIGKILL');
    writeFileSync(keys, edited);
    await reverted();
    const resumed = await mendgate(['resume', 'last', '--yes', ...reach()]);
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(2);
    const told = `${keys} was not as the fix had left it: what stood there is in (/var/lib/mendgate/[0-9a-f]{64}/over.0) on the host`;
    const [, copy = ''] = new RegExp(told).exec(resumed.stdout.replaceAll(/\s+/g, ' ')) ?? [];
    expect(copy, resumed.stdout).not.toBe('');
    expect(readFileSync(inCage(sshd, copy), 'utf8')).toBe(edited);
  }, 240_000);
});
