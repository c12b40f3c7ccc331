import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ExampleHost, type ExampleRun, examples, hostMissing, startExampleHost } from './example-host.ts';

const why = hostMissing === undefined ? '' : ` (${hostMissing})`;
const jqMissing = spawnSync('jq', ['--version']).status !== 0;

/** What one host came to, in a way that shows why it did not. */
function told({ code, outcome, stderr }: ExampleRun) {
  const steps = outcome?.steps.map(({ id, result }) => [id, result.outcome]);
  return { code, verdict: outcome?.verdict, steps, stderr };
}

describe.skipIf(hostMissing !== undefined)(
  `the examples of steps of one's own, on a real host${why}`,
  { timeout: 120_000 },
  () => {
    let host: ExampleHost;
    let daemon: ChildProcess | undefined;

    beforeAll(async () => {
      host = await startExampleHost();
    }, 60_000);
    afterAll(async () => {
      daemon?.kill('SIGKILL');
      await host?.stop();
    });

    const read = (name: string) => readFileSync(host.at(name), 'utf8');

    describe('by commands', () => {
      const runbook = `${examples}/inline-command.yaml`;
      const args = () => ['-e', `root=${host.at('app')}`];
      const leaveOn = () => {
        mkdirSync(host.at('app'), { recursive: true });
        writeFileSync(host.at('app/maintenance.on'), '');
        const then = Date.now() / 1000 - 7200;
        utimesSync(host.at('app/maintenance.on'), then, then);
      };

      it('changes nothing in a dry run, then lifts the maintenance, and does nothing the second time', async () => {
        leaveOn();
        expect(told(await host.run('run', runbook, ...args(), '-C'))).toMatchObject({ code: 0, verdict: 'would_fix' });
        expect(existsSync(host.at('app/maintenance.on'))).toBe(true);
        expect(told(await host.run('run', runbook, ...args(), '-y'))).toMatchObject({ code: 0, verdict: 'fixed' });
        expect(existsSync(host.at('app/maintenance.on'))).toBe(false);
        expect(told(await host.run('run', runbook, ...args(), '-y'))).toMatchObject({ code: 0, verdict: 'healthy' });
      });

      it('takes its own change back when its claim does not hold', async () => {
        leaveOn();
        writeFileSync(host.at('app/block.deploy'), '');
        const run = await host.run('run', runbook, ...args(), '-y');
        expect(told(run)).toMatchObject({ code: 2, verdict: 'rolled_back' });
        expect(existsSync(host.at('app/maintenance.on'))).toBe(true);
      });

      it('leaves a deployment alone that has just begun', async () => {
        writeFileSync(host.at('app/maintenance.on'), '');
        const run = await host.run('run', runbook, ...args(), '-y');
        expect(told(run)).toMatchObject({ code: 2, verdict: 'not_applicable' });
      });
    });

    describe('made of steps', () => {
      const runbook = `${examples}/composite-step.yaml`;
      const args = () => ['-e', `root=${host.at('worker')}`, '-e', 'jobs=8'];

      it('sets, reloads and tells what came of it', async () => {
        mkdirSync(host.at('worker'));
        writeFileSync(host.at('worker/worker.conf'), 'name = mail\njobs = 2\n');
        daemon = spawn('sh', ['test/packs-user/worker.sh', host.at('worker')], { stdio: 'ignore' });
        while (!existsSync(host.at('worker/worker.loaded'))) await sleep(20);
        const dry = await host.run('run', runbook, ...args(), '-C');
        // Whether it has to be reloaded hangs on a change that a dry run does not make.
        expect(told(dry)).toMatchObject({ code: 0, verdict: 'would_fix' });
        expect(JSON.stringify(dry.outcome?.steps.at(-1)?.result)).toContain('"waitsOn":["limit/write"]');
        expect(read('worker/worker.conf')).toContain('jobs = 2');

        // File times tell apart what is newer.
        await sleep(20);
        const real = await host.run('run', runbook, ...args(), '-y');
        expect(told(real)).toMatchObject({ code: 0, verdict: 'fixed' });
        expect(read('worker/worker.conf')).toBe('name = mail\njobs = 8\n');
        expect(read('worker/worker.loaded')).toBe('2\n');
        expect(real.outcome?.outputs).toEqual({ loads: 2 });
        const again = await host.run('run', runbook, ...args(), '-y');
        expect(told(again)).toMatchObject({ code: 0, verdict: 'healthy' });
        expect(again.outcome?.outputs).toEqual({ loads: 2 });
      });
    });

    describe('of a pack in TypeScript', () => {
      const runbook = `${examples}/typescript-pack.yaml`;
      const args = () => ['-e', `file=${host.at('motd')}`, '-e', 'owner=ann'];

      it('foresees in a dry run what it will do, then does it once', async () => {
        writeFileSync(host.at('motd'), 'Welcome.\n');
        const dry = await host.run('run', runbook, ...args(), '-C');
        expect(told(dry)).toMatchObject({ code: 0, verdict: 'would_fix' });
        // What its action foresees of its own probe.
        expect(dry.outcome?.outputs).toEqual({ owners: ['ann'] });
        expect(read('motd')).toBe('Welcome.\n');

        expect(told(await host.run('run', runbook, ...args(), '-y'))).toMatchObject({ code: 0, verdict: 'fixed' });
        expect(read('motd')).toBe('Welcome.\nThis machine belongs to ann.\n');
        expect(told(await host.run('run', runbook, ...args(), '-y'))).toMatchObject({ code: 0, verdict: 'healthy' });
      });

      it('is not begun where its action foresees that the claim would not hold', async () => {
        writeFileSync(host.at('motd'), 'This machine belongs to bob.\n');
        const run = await host.run('run', runbook, ...args(), '-y');
        expect(told(run)).toMatchObject({ code: 2, verdict: 'not_fixed' });
        expect(run.outcome?.reason).toContain('predicted: it would not be enough');
        expect(run.events.filter(({ type }) => type === 'fix.intent')).toEqual([]);
      });

      it('is rolled back when the claim does not hold', async () => {
        writeFileSync(host.at('motd'), 'Welcome.\n');
        const run = await host.run('run', runbook, ...args(), '-y', '-e', 'check=false');
        expect(told(run)).toMatchObject({ code: 2, verdict: 'rolled_back' });
        expect(read('motd')).toBe('Welcome.\n');
      });

      it('is undone later by its own code, loaded again', async () => {
        writeFileSync(host.at('motd'), 'Welcome.\n');
        await host.run('run', runbook, ...args(), '-y');
        expect(told(await host.run('undo', 'last', '-y'))).toMatchObject({ code: 0 });
        expect(read('motd')).toBe('Welcome.\n');
      });

      it('is not carried out by a plan that another state of its files has made', async () => {
        cpSync(examples, host.at('book'), { recursive: true });
        writeFileSync(host.at('motd'), 'Welcome.\n');
        const copy = host.at('book/typescript-pack.yaml');
        await host.run('plan', copy, ...args(), '-o', host.at('old.json'));
        await host.run('run', copy, ...args(), '-y');
        appendFileSync(host.at('book/packs/motd-text.ts'), '// later\n');
        const applied = await host.run('apply', host.at('old.json'), '-y');
        expect(applied.code).toBe(5);
        expect(applied.stderr).toContain('has changed since the plan was made');
        // What was done has to be undone all the same.
        const undone = await host.run('undo', 'last', '-y');
        expect(told(undone)).toMatchObject({
          code: 0,
          stderr: expect.stringMatching(/packs\/motd\.ts has changed since/),
        });
        expect(read('motd')).toBe('Welcome.\n');
      });

      it('goes through a saved plan', async () => {
        writeFileSync(host.at('motd'), 'Welcome.\n');
        const saved = await host.run('plan', runbook, ...args(), '-o', host.at('plan.json'));
        expect(told(saved)).toMatchObject({ code: 0 });
        expect(told(await host.run('apply', host.at('plan.json'), '-y'))).toMatchObject({ code: 0, verdict: 'fixed' });
        expect(read('motd')).toContain('ann');
      });
    });

    describe('of a pack in Python', () => {
      const runbook = `${examples}/python-pack.yaml`;
      const args = (answers = 'true') => [
        ...['-e', `file=${host.at('hosts')}`, '-e', 'name=db.example', '-e', 'address=192.0.2.7'],
        ...['-e', `answers=${answers}`],
      ];
      const before = '127.0.0.1 localhost\n192.0.2.1 db.example db # old\n';

      it('tells in a dry run what it would do, then does it, and can be undone', async () => {
        writeFileSync(host.at('hosts'), before);
        const dry = await host.run('run', runbook, ...args(), '-C');
        expect(told(dry)).toMatchObject({ code: 0, verdict: 'would_fix' });
        const change = dry.outcome?.steps[0]?.items[0]?.changes[0];
        expect(change?.summary).toBe(`${host.at('hosts')}: db.example is 192.0.2.1 → 192.0.2.7`);
        expect(read('hosts')).toBe(before);

        expect(told(await host.run('run', runbook, ...args(), '-y'))).toMatchObject({ code: 0, verdict: 'fixed' });
        expect(read('hosts')).toBe('127.0.0.1 localhost\n192.0.2.1 db\n192.0.2.7 db.example\n');
        expect(told(await host.run('undo', 'last', '-y'))).toMatchObject({ code: 0 });
        expect(read('hosts')).toBe(before);
      });

      it('is rolled back when the claim does not hold', async () => {
        writeFileSync(host.at('hosts'), before);
        const run = await host.run('run', runbook, ...args('false'), '-y');
        expect(told(run)).toMatchObject({ code: 2, verdict: 'rolled_back' });
        expect(read('hosts')).toBe(before);
      });

      it('does not decide what it cannot read', async () => {
        const run = await host.run('run', runbook, ...args(), '-C', '-e', `file=${host.at('nowhere')}`);
        expect(told(run)).toMatchObject({ code: 2, verdict: 'undetermined' });
        expect(JSON.stringify(run.outcome)).toContain('No such file');
      });
    });

    describe.skipIf(jqMissing)('of a pack in shell', () => {
      it('looks', async () => {
        const run = () => host.run('run', `${examples}/shell-pack.yaml`, '-e', `folder=${host.folder}`, '-y');
        expect(told(await run())).toMatchObject({ code: 0, verdict: 'healthy' });
        writeFileSync(host.at('reboot-required'), '');
        writeFileSync(host.at('reboot-required.pkgs'), 'linux-image\nlibc6\nlibc6\n');
        const due = await run();
        expect(told(due)).toMatchObject({ code: 2, verdict: 'not_fixed' });
        expect(due.outcome?.reason ?? due.outcome?.diagnosis).toContain('libc6, linux-image');
      });
    });
  },
);
