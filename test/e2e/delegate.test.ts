import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cage, cageMissing, inCage } from '../sshd/cage.ts';
import { type Sshd, sshdMissing, startFleet } from '../sshd/sshd.ts';
import { mendgate } from './cli.ts';

const missing = sshdMissing ?? cageMissing;
const names = ['app1', 'app2', 'lb1'] as const;
type Name = (typeof names)[number];

/** Three machines with a /srv of their own; lb1 keeps there which of the others are in its pool. */
describe.skipIf(missing !== undefined)(
  `a rolling restart over a real balancer${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let folder: string;
    let fleet: Awaited<ReturnType<typeof startFleet>>;
    let runs = 0;

    const machine = (name: Name): Sshd => {
      const found = fleet.hosts[names.indexOf(name)];
      if (found === undefined) throw new Error(`${name} was started`);
      return found;
    };
    const path = (name: Name, file: string): string => inCage(machine(name), `/srv/${file}`);
    const read = (name: Name, file: string): string => readFileSync(path(name, file), 'utf8');
    const write = (name: Name, file: string, text: string): void => writeFileSync(path(name, file), text);
    const markers = (name: Name): number => {
      const place = inCage(machine(name), '/var/lib/mendgate');
      return existsSync(place) ? readdirSync(place).length : 0;
    };

    beforeAll(async () => {
      folder = mkdtempSync(join(tmpdir(), 'mendgate-delegate-'));
      const ownSrv = 'mount -t tmpfs -o mode=0755 tmpfs /srv && exec "$@"';
      fleet = await startFleet(3, { within: [...cage(), 'sh', '-c', ownSrv, 'host'] });
      const hosts = names.map((name) => `  ${name}: { connect: { address: 127.0.0.1, port: ${machine(name).port} } }`);
      writeFileSync(
        join(folder, 'inventory.yaml'),
        `inventory: pool\nconnect: { user: root }\nhosts:\n${hosts.join('\n')}\n`,
      );
    }, 120_000);
    afterAll(async () => {
      await fleet?.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    beforeEach(() => {
      runs += 1;
      for (const name of ['app1', 'app2'] as const) {
        write(name, 'app', 'stale\n');
        write('lb1', name, 'up\n');
      }
      write('lb1', 'effects', '');
    });

    const state = (): readonly string[] => ['--state-dir', join(folder, `state${runs}`)];
    const reach = (): readonly string[] => ['--known-hosts', fleet.knownHostsFile, '--private-key', fleet.keyFile];
    const line = (...more: readonly string[]): readonly string[] => [
      ...['run', 'test/e2e/rolling.yaml', '-i', join(folder, 'inventory.yaml'), '-e', 'lb=lb1'],
      ...[...reach(), ...state(), ...more],
    ];

    it('names the balancer in the plan, and changes nothing there in a dry run', async () => {
      const { code, stdout, stderr } = await mendgate(line('--dry-run'));
      expect(code, stderr).toBe(0);
      expect(stdout).toContain('2 hosts of 3; also reaches lb1');
      expect(stdout).toContain('(on lb1)');
      expect([read('lb1', 'app1'), read('lb1', 'effects'), read('app1', 'app')]).toEqual(['up\n', '', 'stale\n']);
    });

    it('drains, restarts and enables one host after the other, and leaves no marker on any of them', async () => {
      const { code, stdout, stderr } = await mendgate(line('--yes'));
      expect(code, stdout + stderr).toBe(0);
      expect(read('lb1', 'effects')).toBe('drain app1\nenable app1\ndrain app2\nenable app2\n');
      expect(names.slice(0, 2).map((name) => [read(name, 'app'), read('lb1', name)])).toEqual([
        ['well\n', 'up\n'],
        ['well\n', 'up\n'],
      ]);
      expect(names.map(markers)).toEqual([0, 0, 0]);
    });

    it('takes back on the balancer what it did there, in an undo', async () => {
      expect((await mendgate(line('--yes', '-l', 'app1'))).code).toBe(0);
      write('lb1', 'effects', '');
      const { code, stdout, stderr } = await mendgate(['undo', 'last', '--yes', ...reach(), ...state()]);
      expect(code, stdout + stderr).toBe(0);
      expect(read('lb1', 'effects')).toBe('undo app1\n');
      expect([read('lb1', 'app1'), read('app1', 'app')]).toEqual(['up\n', 'stale\n']);
    });

    it('takes back each host’s own line of one file there, and leaves what others wrote into it', async () => {
      write('lb1', 'pool', 'app1 up\napp2 up\n');
      const { code: ran, stdout: told } = await mendgate([
        ...[
          'run',
          'test/e2e/shared-pool.yaml',
          '-i',
          join(folder, 'inventory.yaml'),
          '-e',
          'lb=lb1',
          '--yes',
          '-f',
          '1',
        ],
        ...[...reach(), ...state()],
      ]);
      expect(ran, told).toBe(0);
      write('lb1', 'pool', `${read('lb1', 'pool')}other up\n`);
      const { code, stdout, stderr } = await mendgate(['undo', 'last', '--yes', ...reach(), ...state()]);
      expect(code, stdout + stderr).toBe(0);
      expect(read('lb1', 'pool')).toBe('app1 up\napp2 up\nother up\n');
    });

    it('is gone on with after kill -9: the balancer is asked what became of its fix, and does it once', async () => {
      write('lb1', 'hold', '');
      const child: ChildProcess = spawn(
        process.execPath,
        [resolve('dist/cli/main.js'), ...line('--yes', '-l', 'app1')],
        {
          stdio: 'ignore',
        },
      );
      const gone = new Promise((done) => child.once('exit', done));
      for (let left = 1500; read('lb1', 'effects') === '' && left > 0; left -= 1) await sleep(20);
      child.kill('SIGKILL');
      await gone;
      rmSync(path('lb1', 'hold'));
      const { code, stdout, stderr } = await mendgate(['resume', 'last', '--yes', ...reach(), ...state()]);
      expect(code, stdout + stderr).toBe(0);
      expect(read('lb1', 'effects')).toBe('drain app1\nenable app1\n');
      expect([read('lb1', 'app1'), read('app1', 'app')]).toEqual(['up\n', 'well\n']);
    });

    it('leaves a host alone whose balancer another run holds: the step fails, and says who', async () => {
      write('lb1', 'hold', '');
      const first = mendgate(line('--yes', '-l', 'app1'));
      for (let left = 1500; read('lb1', 'effects') === '' && left > 0; left -= 1) await sleep(20);
      const other = await mendgate([...line('--yes', '-l', 'app2'), '--state-dir', join(folder, 'other')]);
      const dry = await mendgate([...line('--dry-run', '-l', 'app2'), '--state-dir', join(folder, 'other')]);
      expect(dry.stdout).toMatch(/lb1: locked by run \S+ of .*: a real run would be refused now/);
      rmSync(path('lb1', 'hold'));
      expect((await first).code).toBe(0);
      expect(other.code, other.stdout + other.stderr).toBe(2);
      expect(other.stdout).toMatch(/lb1: locked by run \S+ of /);
      expect(read('lb1', 'effects')).toBe('drain app1\nenable app1\n');
      expect(read('app2', 'app')).toBe('stale\n');
    });
  },
);
