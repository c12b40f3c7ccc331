import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cage, cageMissing, inCage } from '../sshd/cage.ts';
import { sshdMissing, startFleet } from '../sshd/sshd.ts';
import { makeUser, sudoMissing, type TestUser } from '../sshd/users.ts';
import { eventsIn, mendgate, verdictsOf } from './cli.ts';
import { hashTree } from './hash-tree.ts';

/** Six real sshd; three hosts say that they are broken. Reading and writing there needs sudo. */
const states = ['broken', 'well', 'broken', 'well', 'broken', 'well'];
const missing = sshdMissing ?? sudoMissing;

describe.skipIf(missing !== undefined)(
  `a runbook on six real hosts${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let trees: string;
    let fleet: Awaited<ReturnType<typeof startFleet>>;
    let user: TestUser;

    beforeAll(async () => {
      trees = mkdtempSync(join(tmpdir(), 'mendgate-six-'));
      // Markers of their own: other tests leave theirs on this machine meanwhile.
      fleet = await startFleet(6, cageMissing === undefined ? { within: cage() } : {});
      user = makeUser('mgsix', { sudo: 'nopasswd' });
      for (const [index, state] of states.entries()) {
        const root = join(trees, `host${index + 1}`);
        mkdirSync(root, { mode: 0o700 });
        writeFileSync(join(root, 'state'), `${state}\n`, { mode: 0o640 });
      }
      const hosts = fleet.hosts.map(
        ({ port }, index) =>
          `  host${index + 1}: { connect: { address: 127.0.0.1, port: ${port} }, vars: { root: ${join(trees, `host${index + 1}`)} } }`,
      );
      writeFileSync(
        join(trees, 'inventory.yaml'),
        `inventory: six\nconnect: { user: ${user.name} }\nhosts:\n${hosts.join('\n')}\n`,
      );
      chmodSync(trees, 0o755);
    }, 120_000);

    afterAll(async () => {
      await fleet?.stop();
      user?.remove();
      rmSync(trees, { recursive: true, force: true });
    });

    const run = async (...args: readonly string[]) => {
      const end = await mendgate([
        'run',
        'test/e2e/state-file.yaml',
        ...['-i', join(trees, 'inventory.yaml'), '--known-hosts', fleet.knownHostsFile, '--private-key', fleet.keyFile],
        ...['--json', '--allow-irreversible', ...args],
      ]);
      return { ...end, events: eventsIn(end) };
    };
    const markers = () =>
      cageMissing === undefined ? fleet.hosts.map((host) => inCage(host, '/var/lib/mendgate')) : [];
    const everything = () => [trees, user.home, ...markers()].map(hashTree).join('\n');

    it('changes not one byte in a dry run, and says whom it would mend', async () => {
      const before = everything();
      const dry = await run('--dry-run');
      expect(dry.stderr).not.toContain('error');
      expect({ code: dry.code, events: dry.events.filter((e) => e.type === 'host.unreachable') }).toEqual({
        code: 0,
        events: [],
      });
      expect(verdictsOf(dry.events)).toEqual({
        host1: 'would_fix',
        host2: 'healthy',
        host3: 'would_fix',
        host4: 'healthy',
        host5: 'would_fix',
        host6: 'healthy',
      });
      expect(everything()).toBe(before);
    });

    it('then mends just those that need it, and nothing the second time', async () => {
      const healthy = ['host2', 'host4', 'host6'].map((host) => hashTree(join(trees, host)));
      const real = await run('--yes');
      expect(real.code).toBe(0);
      expect(verdictsOf(real.events)).toEqual({
        host1: 'fixed',
        host2: 'healthy',
        host3: 'fixed',
        host4: 'healthy',
        host5: 'fixed',
        host6: 'healthy',
      });
      expect(states.map((_, index) => readFileSync(join(trees, `host${index + 1}`, 'state'), 'utf8'))).toEqual(
        states.map(() => 'well\n'),
      );
      expect(lstatSync(join(trees, 'host1', 'state')).mode & 0o777).toBe(0o640);
      // What is written down needs no marker any more.
      expect(markers().flatMap((folder) => readdirSync(folder))).toEqual([]);
      expect(['host2', 'host4', 'host6'].map((host) => hashTree(join(trees, host)))).toEqual(healthy);

      const before = everything();
      const again = await run('--yes');
      expect(again.code).toBe(0);
      expect(Object.values(verdictsOf(again.events))).toEqual(states.map(() => 'healthy'));
      expect(again.events.find((event) => event.type === 'run.finished')).toMatchObject({ changes: 0 });
      expect(everything()).toBe(before);

      const schema: object = JSON.parse(readFileSync('schemas/event.schema.json', 'utf8'));
      const validate = new Ajv2020({ strict: false }).compile(schema);
      for (const event of [...real.events, ...again.events])
        expect({ event, valid: validate(event), errors: validate.errors }).toMatchObject({ valid: true });
    });
  },
);
