import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { extraOf, flagship } from '../run-mend.ts';
import { copyProgram, type LifeEnd, type Program, startLife } from '../torture/program.ts';
import { breakGuest } from './break-guest.ts';
import { type Guest, startGuest } from './guest.ts';
import { loadScenarios } from './scenario.ts';
import { diffState, type GuestState } from './state.ts';

// What outlives mendgate itself, on a real SELinux guest, by the command line: npm run test:lab -- test/lab/durable.lab.ts
const folder = mkdtempSync(join(tmpdir(), 'mendgate-durable-'));
let program: Program;
let guest: Guest;
beforeAll(async () => {
  program = copyProgram(join(folder, 'program'));
  guest = await startGuest({ kind: 'selinux' });
});
afterAll(async () => {
  await guest?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** What a real run leaves on purpose, and what a reload of nginx changes. */
const leftOut = ['markers', 'processes'];
const boolean = 'httpd_graceful_shutdown';

test('killed in the middle of setsebool -P and resumed, the guest is as after a run that nobody killed', async () => {
  const { start, end } = await brokenBy('http-port-denied');
  await guest.checkpoint();
  expect(await end('run', flagship, '--yes')).toMatchObject({ code: 0 });
  const wanted = await guest.state();

  await guest.rewind();
  const life = start('run', flagship, '--yes');
  await guestRuns('setsebool');
  life.kill();
  expect(await life.end).toMatchObject({ code: null });
  const resumed = await end('resume', 'last', '--yes');
  expect(resumed.stdout + resumed.stderr).toContain('1 fixed');
  expect(resumed.code).toBe(0);
  expect(diffState(wanted, await guest.state(), leftOut)).toEqual([]);
  const { stdout } = await guest.exec(`grep -c 'MAC_CONFIG_CHANGE.*bool=${boolean} ' /var/log/audit/audit.log`);
  expect(Number(stdout), 'how often the boolean was set').toBe(1);
});

test('a saved plan is refused, by name, after somebody has changed the guest', async () => {
  const { end, file } = await brokenBy('http-port-denied');
  const plan = file('plan.json');
  expect(await end('plan', flagship, '-o', plan)).toMatchObject({ code: 0 });
  expect((await guest.exec(`setsebool ${boolean} 1`)).rc).toBe(0);
  const changed = await guest.state();
  const applied = await end('apply', plan);
  expect(applied.stdout).toMatch(new RegExp(`not as it was when the plan was made: .*${boolean}: on until reboot`));
  expect(applied.code).toBe(5);
  expect(diffState(changed, await guest.state())).toEqual([]);
});

test('undo of a whole run restores label, boolean and store, record by record', async () => {
  const { end, before, exported } = await brokenBy('port-8888-unreserved');
  const run = await end('run', flagship, '--yes');
  expect(run.code, run.stdout).toBe(0);
  expect(diffState(before, await guest.state(), leftOut)).not.toEqual([]);
  const undone = await end('undo', 'last', '--yes');
  expect(undone.stdout).toContain('2 changes taken back');
  expect(undone.code).toBe(0);
  expect(diffState(before, await guest.state(), leftOut)).toEqual([]);
  expect((await guest.exec('semanage export')).stdout).toBe(exported);
  const twice = await end('undo', 'last', '--yes');
  expect(twice.stdout).toContain('0 changes taken back');
  expect(diffState(before, await guest.state(), leftOut)).toEqual([]);
});

interface Broken {
  readonly before: GuestState;
  readonly exported: string;
  file(name: string): string;
  /** Starts the command line against this guest. */
  start(command: string, what: string, ...more: string[]): ReturnType<typeof startLife>;
  end(command: string, what: string, ...more: string[]): Promise<LifeEnd>;
}

/** The guest, fresh and broken as a scenario says, with records of runs of its own. */
async function brokenBy(name: string): Promise<Broken> {
  const scenario = (await loadScenarios()).find((each) => each.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  await guest.reset();
  await breakGuest(guest, scenario);
  const own = mkdtempSync(join(folder, `${name}-`));
  const file = (each: string): string => join(own, each);
  const connect = `{ address: 127.0.0.1, port: ${guest.port}, user: ${scenario.login} }`;
  writeFileSync(file('inventory.yaml'), `inventory: lab\nhosts:\n  guest: { connect: ${connect} }\n`);
  const reach = ['--known-hosts', guest.knownHostsFile, '--private-key', guest.keyFile];
  const given = [
    ...['-i', file('inventory.yaml'), ...reach],
    ...[...extraOf(scenario.params)].flatMap(([param, value]) => ['-e', `${param}=${value}`]),
  ];
  const start: Broken['start'] = (command, what, ...more) => {
    const looks = command === 'run' || command === 'plan' ? given : reach;
    return startLife(program, [command, what, ...looks, ...more, '--state-dir', file('state')]);
  };
  return {
    before: await guest.state(),
    exported: (await guest.exec('semanage export')).stdout,
    ...{ file, start },
    end: (command, what, ...more) => start(command, what, ...more).end,
  };
}

async function guestRuns(name: string): Promise<void> {
  const deadline = performance.now() + 300_000;
  while ((await guest.exec(`pgrep -x ${name}`)).rc !== 0) {
    if (performance.now() > deadline) throw new Error(`the guest never ran ${name}`);
    await sleep(20);
  }
}
