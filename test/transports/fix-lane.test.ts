import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FixOutcome } from '../../src/model/transport.ts';
import { markerName } from '../../src/shell/marker-name.ts';
import { bootFile, cageMissing } from '../sshd/cage.ts';
import { dropbearMissing, sshdMissing } from '../sshd/sshd.ts';
import { fastClock } from './fast-clock.ts';
import { type Counter, outcomeWords, type Rig, startRig } from './fix-rig.ts';
import { someLabel } from './hosts.ts';

const impossible = sshdMissing ?? cageMissing;
const table: string[] = [];
const note = (fault: string, outcome: FixOutcome, counter: Counter): void => {
  table.push(`${fault.padEnd(44)} began ${counter.count()}x  ${outcomeWords(outcome)}`);
};
afterAll(() => {
  if (table.length > 0) process.stdout.write(`\nfault → outcome\n${table.map((line) => `  ${line}\n`).join('')}`);
});

let keys = 0;
const freshKey = (): string => {
  keys += 1;
  return `test-${process.pid}-${keys}`;
};
const begun = (counter: Counter): Promise<void> => expect.poll(counter.begun, { timeout: 15_000 }).toBe(true);
const bothAnswers = [
  { rc: 0, stdout: 'begun\n' },
  { rc: 0, stdout: 'end\n' },
];

describe.skipIf(impossible !== undefined)(
  `a fix whose wire breaks${impossible === undefined ? '' : `: ${impossible}`}`,
  () => {
    const rigs: Rig[] = [];
    const rig = async (...options: Parameters<typeof startRig>): Promise<Rig> => {
      const started = await startRig(...options);
      rigs.push(started);
      return started;
    };
    let shared: Rig;
    beforeAll(async () => {
      shared = await startRig();
    });
    afterEach(async () => {
      shared.proxy.heal();
      for (const started of rigs.splice(0)) await started.stop();
    });
    afterAll(() => shared?.stop());

    /** Runs a fix, breaks something once it has begun, and gives what the session came to. */
    const broken = async (
      fault: string,
      { session, counter }: Rig,
      act: (key: string) => void | Promise<void>,
      { name = 'root', become = false as string | false, seconds = 1.5 } = {},
    ) => {
      const wire = await session(name);
      const effect = counter();
      const key = freshKey();
      const fix = wire.fix(effect.request(key, seconds, { become }));
      await begun(effect);
      await act(key);
      const outcome = await fix;
      note(fault, outcome, effect);
      return { wire, effect, outcome };
    };

    it.each([
      ['root', false],
      ['user', false],
      ['user', 'root'],
    ] as const)(
      'sshd of the connection killed, as %s, become %s: the end is learned over another',
      async (who, become) => {
        const name = who === 'root' ? 'root' : shared.user.name;
        const { wire, effect, outcome } = await broken(
          `sshd killed (${who}, become ${become})`,
          shared,
          shared.sshd.cut,
          {
            name,
            become,
          },
        );
        expect(outcome).toMatchObject({ kind: 'ended', answers: bothAnswers, adopted: true });
        expect(effect.count()).toBe(1);
        const { stdout } = await wire
          .inspector({ kind: 'probe', name: 'x', params: {} }, false, 5000)
          .run({ argv: ['id', '-un'] });
        expect(stdout).toBe(`${name}\n`);
      },
    );

    it('RST: the same', async () => {
      const { effect, outcome } = await broken('RST', shared, () => shared.proxy.cut('rst'));
      expect(outcome).toMatchObject({ kind: 'ended', answers: bothAnswers, adopted: true });
      expect(effect.count()).toBe(1);
    });

    it('a wire that goes silent, breaks, and comes back after the fix has ended: the same', async () => {
      const { effect, outcome } = await broken('silence, healed when it has ended', shared, async (key) => {
        shared.proxy.silence();
        shared.proxy.cut();
        const record = join(shared.markers, markerName(key), 'rc');
        await expect.poll(() => readFileSync(record, 'utf8'), { timeout: 15_000 }).toContain('done');
        shared.proxy.heal();
      });
      expect(outcome).toMatchObject({ kind: 'ended', answers: bothAnswers, adopted: true });
      expect(effect.count()).toBe(1);
    });

    it('broken before the host had all of it: never began, and another attempt does', async () => {
      const wire = await shared.session();
      const effect = shared.counter();
      shared.proxy.cutAfter(1500);
      const outcome = await wire.fix(effect.request(freshKey()));
      note('broken while it was sent', outcome, effect);
      expect(outcome).toMatchObject({ kind: 'not_started', failure: { phase: 'lost' } });
      expect(await wire.fix(effect.request(freshKey()))).toMatchObject({ kind: 'ended' });
      expect(effect.count()).toBe(1);
    });

    it('broken before anything was sent: never began, and the wire is up again', async () => {
      const wire = await shared.session();
      const effect = shared.counter();
      shared.proxy.cut();
      const look = wire.inspector(someLabel, false, 5000).run({ argv: ['true'] });
      await expect(look).rejects.toMatchObject({ phase: 'lost' });
      const outcome = await wire.fix(effect.request(freshKey()));
      note('broken before', outcome, effect);
      expect(outcome).toMatchObject({ kind: 'not_started', failure: { phase: 'lost' } });
      expect(await wire.fix(effect.request(freshKey()))).toMatchObject({ kind: 'ended' });
    });

    it('two controllers with one key at once: it begins once, both have its answers', async () => {
      const [one, two] = [await shared.session(), await shared.session()];
      const effect = shared.counter();
      const request = effect.request(freshKey());
      const outcomes = await Promise.all([one.fix(request), two.fix(request)]);
      for (const outcome of outcomes) expect(outcome).toMatchObject({ kind: 'ended', answers: bothAnswers });
      expect(outcomes.filter((outcome) => outcome.kind === 'ended' && outcome.adopted === true)).toHaveLength(1);
      expect(effect.count()).toBe(1);
      for (const outcome of outcomes) note('two controllers, one key', outcome, effect);
    });

    it('everything on the host killed: unknown, with what had ended', async () => {
      const { effect, outcome } = await broken('kill -9 of everything', shared, async (key) => {
        const spool = (name: string): string => readFileSync(join(shared.markers, markerName(key), name), 'utf8');
        // The relay of what it says may lag behind it.
        await expect.poll(() => spool('out'), { timeout: 10_000 }).toContain('begun\n');
        const meta = spool('meta');
        const group = Number(meta.split(/\s/)[4]);
        expect(group).toBeGreaterThan(1);
        shared.sshd.cut();
        process.kill(-group, 'SIGKILL');
      });
      expect(outcome).toMatchObject({
        kind: 'unknown',
        failure: { message: expect.stringContaining('no record of its end') },
        answers: [{ rc: 0, stdout: 'begun\n' }],
      });
      expect(effect.count()).toBe(1);
    });

    it('rebooted: unknown, and said so', async () => {
      const dir = mkdtempSync(join(tmpdir(), 'mendgate-boot-'));
      const own = await rig({ bootFile: bootFile(dir, '1') });
      const { outcome } = await broken(
        'reboot',
        own,
        () => {
          bootFile(dir, '2');
          own.sshd.cut();
        },
        { seconds: 20 },
      );
      expect(outcome).toMatchObject({ kind: 'unknown', failure: { message: expect.stringContaining('rebooted') } });

      const wire = await own.session();
      const effect = own.counter();
      own.proxy.cutAfter(1500);
      bootFile(dir, '3');
      const early = await wire.fix(effect.request(freshKey()));
      note('broken while it was sent, then reboot', early, effect);
      expect(early).toMatchObject({ kind: 'unknown', failure: { message: expect.stringContaining('rebooted') } });
      rmSync(dir, { recursive: true });
    });

    it('gone for good: unknown, and why the host could not be asked', async () => {
      const own = await rig();
      const wire = await own.session('root', { clock: fastClock(50) });
      const effect = own.counter();
      const fix = wire.fix(effect.request(freshKey(), 1));
      await begun(effect);
      await own.proxy.close();
      const outcome = await fix;
      note('host gone for good', outcome, effect);
      expect(outcome).toMatchObject({
        kind: 'unknown',
        failure: { message: expect.stringContaining('could not be asked') },
      });
    });

    it('too long while nobody is connected: the host ends it', async () => {
      const wire = await shared.session();
      const effect = shared.counter();
      const fix = wire.fix(effect.request(freshKey(), 600, { timeoutMs: 2000 }));
      await begun(effect);
      shared.sshd.cut();
      const outcome = await fix;
      note('too long, nobody connected', outcome, effect);
      expect(outcome).toMatchObject({
        kind: 'unknown',
        failure: { message: expect.stringContaining('took too long and was stopped') },
        answers: [{ rc: 0 }],
      });
    });

    it('no room for the marker: not begun, and why', async () => {
      const own = await rig({ disk: 'size=64k,nr_inodes=1' });
      const wire = await own.session();
      const effect = own.counter();
      const outcome = await wire.fix(effect.request(freshKey()));
      note('no room for the marker', outcome, effect);
      expect(outcome).toMatchObject({
        kind: 'not_started',
        failure: { phase: 'host_storage', message: expect.stringContaining('No space left on device') },
      });
      expect(effect.count()).toBe(0);
    });

    it('a disk that is full: not begun', async () => {
      const own = await rig({ disk: 'size=4k' });
      const wire = await own.session();
      const effect = own.counter();
      await wire.fix({ parts: [], become: false, timeoutMs: 5000 });
      const outcome = await wire.fix(effect.request(freshKey()));
      note('disk full', outcome, effect);
      expect(outcome).toMatchObject({ kind: 'not_started', failure: { phase: 'host_storage' } });
      expect(effect.count()).toBe(0);
    });

    it('without sync and tee: done, and says what is missing', async () => {
      const own = await rig({ without: ['sync', 'tee'] });
      const { outcome, effect } = await broken('no sync, no tee; sshd killed', own, own.sshd.cut);
      expect(outcome).toMatchObject({
        kind: 'ended',
        answers: [
          { rc: 0, stdout: '' },
          { rc: 0, stdout: '' },
        ],
      });
      const whole = await (await own.session()).fix(effect.request(freshKey(), 0));
      note('no sync, no tee', whole, effect);
      expect(whole).toMatchObject({
        kind: 'ended',
        answers: bothAnswers,
        lacks: [/sync/, /tee/].map((words) => expect.stringMatching(words)),
      });
    });

    it('BusyBox instead of coreutils and dash: the same', async () => {
      const own = await rig({ busybox: true });
      const { outcome, effect } = await broken('BusyBox, sshd killed', own, own.sshd.cut);
      expect(outcome).toMatchObject({ kind: 'ended', answers: bothAnswers, adopted: true });
      expect(effect.count()).toBe(1);
      const wire = await own.session();
      const early = own.counter();
      own.proxy.cutAfter(1500);
      const never = await wire.fix(early.request(freshKey()));
      note('BusyBox, broken while it was sent', never, early);
      expect(never).toMatchObject({ kind: 'not_started' });
    });

    it.skipIf(dropbearMissing !== undefined)('dropbear: the same', async () => {
      const own = await rig({ server: 'dropbear' });
      for (const become of [false, 'root'] as const) {
        const { outcome, effect } = await broken(`dropbear killed (user, become ${become})`, own, own.sshd.cut, {
          name: own.user.name,
          become,
        });
        expect(outcome).toMatchObject({ kind: 'ended', answers: bothAnswers, adopted: true });
        expect(effect.count()).toBe(1);
      }
    });
  },
);
