import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cage, cageMissing } from '../sshd/cage.ts';
import { sshdMissing, startFleet } from '../sshd/sshd.ts';
import { makeUser, sudoMissing, type TestUser } from '../sshd/users.ts';
import { eventsIn, mendgate } from './cli.ts';

const names = ['host1', 'host2', 'host3'] as const;
const missing = sshdMissing ?? sudoMissing ?? cageMissing;

describe.skipIf(missing !== undefined)(`run_once on real hosts${missing === undefined ? '' : ` (${missing})`}`, () => {
  let folder: string;
  let fleet: Awaited<ReturnType<typeof startFleet>>;
  let user: TestUser;
  const at = (...parts: readonly string[]): string => join(folder, ...parts);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mendgate-once-'));
    chmodSync(folder, 0o755);
    fleet = await startFleet(names.length, { within: cage() });
    user = makeUser('mgonce', { sudo: 'nopasswd' });
  }, 120_000);

  beforeEach(() => {
    for (const name of [...names, 'shared']) {
      rmSync(at(name), { recursive: true, force: true });
      mkdirSync(at(name), { mode: 0o755 });
    }
    for (const name of names) writeFileSync(at(name, 'state'), 'old\n');
    writeInventory();
  });

  afterAll(async () => {
    await fleet?.stop();
    user?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  /** `gone`: nobody listens there. */
  function writeInventory(gone?: string): void {
    const hosts = names.map((name, index) => {
      const port = name === gone ? 1 : (fleet.hosts[index]?.port ?? 0);
      return `  ${name}: { connect: { address: 127.0.0.1, port: ${port} }, vars: { root: ${at(name)}, shared: ${at('shared')} } }\n`;
    });
    writeFileSync(at('inventory.yaml'), `inventory: three\nconnect: { user: ${user.name} }\nhosts:\n${hosts.join('')}`);
  }

  const call = (...args: readonly string[]) =>
    mendgate([...args, '--known-hosts', fleet.knownHostsFile, '--private-key', fleet.keyFile], {
      XDG_STATE_HOME: at('state'),
    });
  const run = (...args: readonly string[]) =>
    call('run', 'test/e2e/once.yaml', '-i', at('inventory.yaml'), '--yes', ...args);
  const migrations = () =>
    existsSync(at('shared', 'migrations')) ? readFileSync(at('shared', 'migrations'), 'utf8') : '';
  const states = () => names.map((name) => readFileSync(at(name, 'state'), 'utf8').trim());

  it('has its effect exactly once, and undo takes it back where it was had', async () => {
    const dry = await run('--dry-run');
    expect(dry.stdout).toContain('on host1 (run once)');
    expect(migrations()).toBe('');

    const { code } = await run();
    expect(code).toBe(0);
    expect(migrations()).toBe('migrated by host1\n');
    expect(states()).toEqual(['well', 'well', 'well']);

    const undone = await call('undo', 'last', '--yes');
    expect(undone.code).toBe(0);
    expect(migrations()).toBe('');
    expect(states()).toEqual(['old', 'old', 'old']);
  }, 120_000);

  it('is taken back after what others made of it', async () => {
    await run();
    const undone = await call('undo', 'last', '--yes', '--json');
    expect(undone.code).toBe(0);
    const order = eventsIn(undone).flatMap((event) =>
      event.type === 'rollback.intent' || event.type === 'host.finished' ? [event.host] : [],
    );
    const others = Math.max(order.lastIndexOf('host2'), order.lastIndexOf('host3'));
    expect(order.indexOf('host1')).toBeGreaterThan(others);
  }, 120_000);

  it('stays while one of them could not be taken back, and goes when that is asked for, with a word', async () => {
    await run();
    writeFileSync(at('host2', 'state'), 'by hand\n');
    const undone = await call('undo', 'last', '--yes');
    expect(undone.code).toBe(5);
    expect(undone.stdout).toContain('host2 is not taken back, and counts on step migrate, which ran here for all');
    expect([migrations(), states()]).toEqual(['migrated by host1\n', ['well', 'by hand', 'old']]);

    const alone = await call('undo', 'last', '-l', 'host1', '--yes');
    expect(alone.code).toBe(0);
    // host3 was taken back already.
    expect(alone.stderr).toContain('host1 ran step migrate for host2 too (run_once): it loses it with this undo');
    expect([migrations(), states()]).toEqual(['', ['old', 'by hand', 'old']]);
  }, 120_000);

  it.each(['1', '3'])(
    'has it once over batches, on the first host that is there (-f %s)',
    async (forks) => {
      writeInventory('host1');
      const { code } = await run('--batches', '1,5', '--max-fail', '1', '-f', forks);
      expect(code).toBe(4);
      expect(migrations()).toBe('migrated by host2\n');
      expect(states()).toEqual(['old', 'well', 'well']);
    },
    120_000,
  );
});
