import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '../../src/model/event.ts';
import { cage, cageMissing } from '../sshd/cage.ts';
import { sshdMissing, startFleet } from '../sshd/sshd.ts';
import { makeUser, sudoMissing, type TestUser } from '../sshd/users.ts';
import { mendgate } from './cli.ts';

const names = ['host1', 'host2', 'host3', 'host4', 'host5'] as const;
const missing = sshdMissing ?? sudoMissing ?? cageMissing;

describe.skipIf(missing !== undefined)(`a rollout on real hosts${missing === undefined ? '' : ` (${missing})`}`, () => {
  let folder: string;
  let fleet: Awaited<ReturnType<typeof startFleet>>;
  let user: TestUser;

  const at = (...parts: readonly string[]): string => join(folder, ...parts);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'mendgate-rollout-'));
    chmodSync(folder, 0o755);
    fleet = await startFleet(names.length, { within: cage() });
    user = makeUser('mgroll', { sudo: 'nopasswd' });
  }, 120_000);

  beforeEach(() => {
    for (const name of names) {
      rmSync(at(name), { recursive: true, force: true });
      mkdirSync(at(name), { mode: 0o700 });
      writeFileSync(at(name, 'state'), 'broken\n', { mode: 0o640 });
    }
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
      return `  ${name}: { connect: { address: 127.0.0.1, port: ${port} }, vars: { root: ${at(name)} } }\n`;
    });
    writeFileSync(at('inventory.yaml'), `inventory: five\nconnect: { user: ${user.name} }\nhosts:\n${hosts.join('')}`);
  }

  const reach = () => ['--known-hosts', fleet.knownHostsFile, '--private-key', fleet.keyFile, '--json', '--yes'];
  async function call(...args: readonly string[]) {
    const end = await mendgate([...args, ...reach()], { XDG_STATE_HOME: at('state') });
    const events = end.stdout.split('\n').flatMap((line): Event[] => (line === '' ? [] : [JSON.parse(line)]));
    return { ...end, events };
  }
  const run = (...args: readonly string[]) =>
    call('run', 'test/e2e/state-file.yaml', '-i', at('inventory.yaml'), '--allow-irreversible', ...args);
  const states = () => names.map((name) => readFileSync(at(name, 'state'), 'utf8').trim());
  const verdicts = (events: readonly Event[]) =>
    Object.fromEntries(
      events.flatMap((event) => (event.type === 'host.finished' ? [[event.host, event.outcome.verdict]] : [])),
    );
  const batches = (events: readonly Event[]) =>
    events.flatMap((event) => (event.type === 'batch.started' ? [event.hosts.join(' ')] : []));

  it('looks at every host first, then mends batch after batch, no two batches at once', async () => {
    const { code, events } = await run('--batches', '1,40%');
    expect(code).toBe(0);
    expect(states()).toEqual(names.map(() => 'well'));
    expect(batches(events)).toEqual(['host1', 'host2 host3', 'host4 host5']);
    const planned = events.findLastIndex((event) => event.type === 'host.planned');
    expect(events.findIndex((event) => event.type === 'batch.started')).toBeGreaterThan(planned);
    let under: ReadonlySet<string> = new Set();
    for (const event of events) {
      if (event.type === 'batch.started') under = new Set(event.hosts);
      else if (event.type === 'batch.finished') under = new Set();
      else if (event.type === 'fix.intent') expect([...under]).toContain(event.host);
    }
  });

  it('begins nothing when a host does not answer, and goes on with those not touched once it is allowed', async () => {
    writeInventory('host4');
    const first = await run('--batches', '1,2');
    expect(first.code).toBe(6);
    expect(verdicts(first.events)).toEqual({
      host1: 'not_started',
      host2: 'not_started',
      host3: 'not_started',
      host4: 'unreachable',
      host5: 'not_started',
    });
    expect(states()).toEqual(names.map(() => 'broken'));
    const told = first.events.find((event) => event.type === 'host.finished' && event.host === 'host1');
    expect(told).toMatchObject({ outcome: { reason: expect.stringContaining('host4 unreachable') } });

    const allowed = await run('--batches', '1,2', '--max-fail', '1');
    expect(allowed.code).toBe(4);
    expect(states()).toEqual(['well', 'well', 'well', 'broken', 'well']);
  });

  it('stops at the first host that goes wrong, and is gone on with in batches again', async () => {
    // Only after the change is it known: what a command says then nobody foresees.
    const stuck =
      '        stuck: { core.command: { command: [test, -e, "${{ params.root }}/stuck"] } }\n        after: {';
    const book = readFileSync('test/e2e/state-file.yaml', 'utf8')
      .replace('        after: {', stuck)
      .replace('that: has(after.text) &&', 'that: stuck.rc != 0 && has(after.text) &&');
    writeFileSync(at('book.yaml'), book);
    writeFileSync(at('host2', 'stuck'), '');
    const first = await call(
      'run',
      at('book.yaml'),
      '-i',
      at('inventory.yaml'),
      '--allow-irreversible',
      '--batches',
      '1',
    );
    expect(first.code).toBe(2);
    expect(states()).toEqual(['well', 'broken', 'broken', 'broken', 'broken']);
    expect(Object.values(verdicts(first.events))).toEqual([
      'fixed',
      'rolled_back',
      'not_started',
      'not_started',
      'not_started',
    ]);
    expect(first.stderr).toContain(`mendgate resume ${first.events[0]?.run}`);

    rmSync(at('host2', 'stuck'));
    const again = await call('resume', first.events[0]?.run ?? '', '--failed');
    expect(again.code).toBe(0);
    expect(states()).toEqual(names.map(() => 'well'));
    expect(batches(again.events)).toEqual(['host2', 'host3', 'host4', 'host5']);
  });
});
