import { execFile, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { checkRecords } from '../../src/journal/check-records.ts';
import type { Event } from '../../src/model/event.ts';
import { tcpServer } from '../transports/tcp-servers.ts';

const main = resolve('dist/cli/main.js');
const base = mkdtempSync(join(tmpdir(), 'mendgate-signals-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));
const python = spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']).status === 0;

type Signals = 'INT' | 'INT INT' | 'TERM' | 'HUP' | 'PIPE';
type Phase = 'connect' | 'look' | 'ask' | 'fix' | 'rollback';

/** What the exit code is, what the host's state is afterwards, and whether somebody has to look. */
type Row = readonly [phase: Phase, signals: Signals, code: number, state: string, look: boolean];
const broken = 'broken\n';
const rows: readonly Row[] = [
  ['connect', 'INT', 130, broken, false],
  ['connect', 'INT INT', 130, broken, false],
  ['connect', 'TERM', 130, broken, false],
  ['connect', 'HUP', 130, broken, false],
  ['connect', 'PIPE', 4, broken, false],
  ['look', 'INT', 130, broken, false],
  ['look', 'INT INT', 130, broken, false],
  ['look', 'TERM', 130, broken, false],
  ['look', 'HUP', 130, broken, false],
  ['look', 'PIPE', 0, 'well\n', false],
  ['ask', 'INT', 130, broken, false],
  ['ask', 'INT INT', 130, broken, false],
  ['ask', 'TERM', 130, broken, false],
  ['ask', 'HUP', 130, broken, false],
  ['ask', 'PIPE', 0, 'well\n', false],
  ['fix', 'INT', 130, 'well\n', false],
  ['fix', 'INT INT', 7, broken, true],
  ['fix', 'TERM', 130, 'well\n', false],
  ['fix', 'HUP', 130, 'well\n', false],
  ['fix', 'PIPE', 0, 'well\n', false],
  ['rollback', 'INT', 130, broken, false],
  ['rollback', 'INT INT', 7, 'worse\n', true],
  ['rollback', 'TERM', 130, broken, false],
  ['rollback', 'HUP', 130, broken, false],
  ['rollback', 'PIPE', 2, broken, false],
];

let count = 0;
/** A host that is a folder of this machine, with locks and journals of its own. */
const aHost = (phase: Phase) => {
  count += 1;
  const dir = join(base, `host-${count}`);
  mkdirSync(dir);
  writeFileSync(join(dir, 'state'), broken);
  const state = join(dir, 'runs-kept');
  const params = ['-e', `dir=${dir}`, '-e', `phase=${phase}`, '-e', `bad=${phase === 'rollback' ? 'yes' : 'no'}`];
  const args = ['run', 'test/e2e/held.yaml', ...params, '--state-dir', state];
  const env = { ...process.env, MENDGATE_LOCK_DIR: join(dir, 'locks') };
  return {
    dir,
    args,
    env,
    local: ['-i', `host-${count},`, '-c', 'local'],
    begun: () => existsSync(join(dir, 'begun')),
    go: () => writeFileSync(join(dir, 'go'), ''),
    state: () => readFileSync(join(dir, 'state'), 'utf8'),
    effects: () => (existsSync(join(dir, 'effects')) ? readFileSync(join(dir, 'effects'), 'utf8') : ''),
    locked: () => existsSync(join(dir, 'locks', 'lock')),
    /** Of its one run: all events, and that the journal is whole and closed. */
    events(): readonly Event[] {
      const [run = ''] = readdirSync(join(state, 'runs'));
      expect(readdirSync(join(state, 'runs', run))).toEqual(['journal.jsonl']);
      const { events, damage, tornBytes } = checkRecords(readFileSync(join(state, 'runs', run, 'journal.jsonl')));
      expect({ damage, tornBytes, last: events.at(-1)?.type }).toEqual({
        damage: undefined,
        tornBytes: 0,
        last: 'run.finished',
      });
      return events;
    },
  };
};
type AHost = ReturnType<typeof aHost>;

const start = ({ args, env }: AHost, more: readonly string[], nodeOptions = '') => {
  const child = spawn(process.execPath, [main, ...args, ...more], {
    env: { ...env, NODE_OPTIONS: nodeOptions },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stdout.resume();
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  // As a shell tells it: a second signal may meet a process that has said its last word and is just going.
  const ended = new Promise<number>((done) =>
    child.once('exit', (code, signal) => done(code ?? 128 + (signal === null ? 0 : constants.signals[signal]))),
  );
  return { child, ended, stderr: () => stderr };
};

const until = async (true_: () => boolean): Promise<void> => {
  for (let left = 1500; !true_() && left > 0; left -= 1) await sleep(20);
  expect(true_()).toBe(true);
};

/** As an operator sends them: the second when the first was heard. */
const send = async (running: ReturnType<typeof start>, signals: Signals): Promise<void> => {
  const [first = 'INT', second] = signals.split(' ');
  running.child.kill(`SIG${first}` as NodeJS.Signals);
  if (first !== 'PIPE') await until(() => running.stderr().includes('no new ones begin'));
  if (second !== undefined) running.child.kill(`SIG${second}` as NodeJS.Signals);
};

async function whileWorking(host: AHost, signals: Signals): Promise<{ readonly code: number; readonly said: string }> {
  const running = start(host, [...host.local, '--yes', '--json']);
  await until(host.begun);
  await send(running, signals);
  // Two of them do not wait for what runs there.
  if (signals !== 'INT INT') host.go();
  return { code: await running.ended, said: running.stderr() };
}

async function whileConnecting(
  host: AHost,
  signals: Signals,
): Promise<{ readonly code: number; readonly said: string }> {
  let connected = false;
  const silent = await tcpServer(() => {
    connected = true;
  });
  writeFileSync(
    join(host.dir, 'inventory.yaml'),
    `inventory: one\nhosts:\n  silent: { connect: { address: 127.0.0.1, port: ${silent.port} } }\n`,
  );
  const limit = signals === 'PIPE' ? '1' : '60';
  const running = start(host, ['-i', join(host.dir, 'inventory.yaml'), '-T', limit, '--yes', '--json', '-c', 'ssh']);
  await until(() => connected);
  await send(running, signals);
  const code = await running.ended;
  silent.close();
  return { code, said: running.stderr() };
}

function whileAsking(host: AHost, signals: Signals): Promise<{ readonly code: number; readonly said: string }> {
  const names = signals.split(' ').map((name) => `SIG${name}`);
  const play = [['[y/N]', 'kill', names.join(' ')], ...(signals === 'PIPE' ? [['', 'type', 'y\r']] : [])];
  const argv = ['test/cli/terminal.py', JSON.stringify(play), process.execPath, main, ...host.args, ...host.local];
  return new Promise((done, fail) => {
    execFile('python3', argv, { env: host.env }, (error, stdout) => {
      if (error !== null) return fail(error);
      const { code, screen } = JSON.parse(stdout) as { code: number; screen: string };
      done({ code, said: screen });
    });
  });
}

describe('a signal', () => {
  it.concurrent.each(rows.filter(([phase]) => phase !== 'ask' || python))(
    'while it has to %s: %s ends the run with %i',
    async (phase, signals, code, state, look) => {
      const host = aHost(phase);
      const during = {
        connect: whileConnecting,
        ask: whileAsking,
        look: whileWorking,
        fix: whileWorking,
        rollback: whileWorking,
      };
      const end = await during[phase](host, signals);
      expect(end.code, end.said).toBe(code);
      expect(host.state()).toBe(state);
      const events = host.events();
      expect(events.at(-1)).toMatchObject({ type: 'run.finished', exitCode: code, interrupted: signals !== 'PIPE' });
      expect(host.effects().split('\n').length - 1).toBeLessThanOrEqual(1);
      const { run } = events[0] ?? {};
      if (look) {
        expect(end.said).toContain('Not known, or half-done:');
        expect(end.said).toMatch(/host-\d+: .*(unknown|rollback failed)/);
        expect(end.said).toContain(`mendgate resume ${run}`);
      } else {
        expect(end.said).not.toContain('half-done');
        expect(host.locked()).toBe(false);
      }
      host.go();
    },
    90_000,
  );

  it('that comes with a lost terminal counts once, however often', async () => {
    const host = aHost('fix');
    const running = start(host, [...host.local, '--yes', '--json']);
    await until(host.begun);
    await send(running, 'HUP');
    running.child.kill('SIGHUP');
    running.child.kill('SIGHUP');
    await sleep(200);
    host.go();
    expect(await running.ended).toBe(130);
    expect(host.state()).toBe('well\n');
  }, 60_000);
});

describe('a reader that goes away', () => {
  it('ends nothing: the run goes on to its end, and the journal has all of it', async () => {
    const host = aHost('fix');
    const running = start(host, [...host.local, '--yes', '--json', '-vv']);
    await until(host.begun);
    running.child.stdout.destroy();
    running.child.stderr.destroy();
    host.go();
    expect(await running.ended).toBe(0);
    expect(host.state()).toBe('well\n');
    expect(host.events().at(-1)).toMatchObject({ type: 'run.finished', exitCode: 0 });
  }, 60_000);
});

describe('a crash of mendgate itself', () => {
  it('names first what is unknown, and how to go on', async () => {
    const host = aHost('fix');
    const bomb = join(host.dir, 'bomb.mjs');
    writeFileSync(
      bomb,
      `import { existsSync } from 'node:fs';
       if (process.argv[1]?.endsWith('main.js'))
         setInterval(() => { if (existsSync(${JSON.stringify(join(host.dir, 'crash'))})) throw new Error('boom'); }, 20).unref();`,
    );
    const running = start(host, [...host.local, '--yes', '--json'], `--import ${bomb}`);
    await until(host.begun);
    writeFileSync(join(host.dir, 'crash'), '');
    expect(await running.ended).toBe(70);
    const said = running.stderr();
    expect(said).toMatch(/^\s*Not known, or half-done:\n {2}host-\d+: step repair: its fix was being made/m);
    expect(said.indexOf('half-done')).toBeLessThan(said.indexOf('boom'));
    expect(said).toMatch(/mendgate resume \d{4}-/);
    host.go();
  }, 60_000);
});
