import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/model/command.ts';
import { Secret } from '../../src/model/secret.ts';
import type { FixRequest } from '../../src/model/transport.ts';
import { composeFix } from '../../src/shell/fix.ts';
import { fixReader } from '../../src/shell/fix-reader.ts';
import { askMarker, claimMarker, followMarker, spentLine } from '../../src/shell/marker.ts';
import { foundState, lacking, readFound } from '../../src/shell/marker-reply.ts';
import { quote } from '../../src/shell/quote.ts';
import { otherHomes, startInHome } from './other-home.ts';
import { shells } from './shells.ts';

const homes = otherHomes('mendgate-marker-');
afterAll(() => homes.remove());

const nonce = (digit: string): string => digit.repeat(32);
const name = 'ab'.repeat(32);
const boot = '11111111-2222-4333-8444-555555555555';

describe.each(shells)("a fix's marker in $name", (shell) => {
  let home: string;
  let state: string;
  let marker: string;
  beforeEach(() => {
    home = homes.make();
    state = join(home, '.local/state/mendgate');
    marker = join(state, name);
    locks = join(home, 'locks');
  });

  const makeLocks = (): void => {
    mkdirSync(locks, { mode: 0o700 });
    homes.give(locks);
  };

  const request = (...commands: (Command | string)[]): FixRequest => ({
    parts: [
      {
        label: { kind: 'apply', name: 'test.action', params: {} },
        commands: commands.map((command) => (typeof command === 'string' ? { script: command } : command)),
      },
    ],
    become: false,
    timeoutMs: 60_000,
  });
  const claim = (fix: FixRequest, digit = '1', wait = 5): string =>
    `mg_more() { mg_s=${quote(followMarker(wait))}; }\n${claimMarker(name, nonce(digit), fix)}\n${composeFix(fix, nonce(digit))}`;
  const ask = (digit = '9', wait = 0): string => askMarker(name, nonce(digit), wait);

  /** Whether that user's folder of locks is there, as in a run. */
  let locks: string;
  const start = (script: string, bootId = boot) =>
    startInHome(home, shell, `umask 077; MENDGATE_LOCK_DIR=${locks}; mg_b=${bootId}; mg_g=$$\n${script}`);
  const run = async (script: string, digit: string, bootId = boot) => {
    const reader = fixReader(nonce(digit), () => 0);
    const child = start(script, bootId);
    child.stdout.on('data', reader.stdout);
    child.stderr.on('data', reader.stderr);
    await new Promise((resolve) => child.once('close', resolve));
    const { reply, ...reading } = reader.read();
    const { stdout, stderr } = reader.rest();
    const found = reply?.word === 'found' ? { state: foundState(reply.code), ...readFound(stdout, stderr) } : undefined;
    return { ...reading, reply, found };
  };

  it('is made before the fix begins, for its owner only, and records every exit code and the end', async () => {
    const { answers, reply, done } = await run(
      claim(request(`ls -d ${'"$HOME"'}/.local/state/mendgate/*`, 'echo out; echo err >&2')),
      '1',
    );
    expect(reply).toEqual({ word: 'fresh', code: 0 });
    expect({ done, first: answers[0]?.stdout }).toEqual({ done: true, first: `${marker}\n` });
    expect(statSync(state).mode & 0o777).toBe(0o700);
    expect(readdirSync(marker).map((file) => [file, statSync(join(marker, file)).mode & 0o777])).toEqual(
      ['err', 'meta', 'out', 'rc'].map((file) => [file, 0o600]),
    );
    expect(readFileSync(join(marker, 'rc'), 'utf8')).toBe('e 0 0\ne 1 0\ndone\n');
    expect(readFileSync(join(marker, 'meta'), 'utf8')).toMatch(
      new RegExp(`^${nonce('1')} ${boot} \\d+ \\d+ \\d+ -\napply test\\.action\n$`),
    );
  });

  it('gives who asks for the same fix again the answers of the first, and runs nothing', async () => {
    const file = join(home, 'count');
    const fix = request(`echo run >> ${file}; printf out; printf err >&2`, 'echo two; exit 3', 'echo never');
    await run(claim(fix, '1'), '1');
    for (const again of [await run(claim(fix, '2'), '2'), await run(ask(), '9')]) {
      expect(again).toMatchObject({ begun: false, follows: true });
      expect(again.found?.state).toBe('ended');
      expect(again.found?.answers).toMatchObject([
        { rc: 0, stdout: 'out', stderr: 'err' },
        { rc: 3, stdout: 'two\n', stderr: '' },
      ]);
    }
    expect(readFileSync(file, 'utf8')).toBe('run\n');
  });

  it('lets one of many who ask at once run it, and all get its answers', async () => {
    const file = join(home, 'count');
    const fix = request(`echo run >> ${file}; sleep 0.5; echo end`);
    const all = await Promise.all(['1', '2', '3', '4', '5', '6'].map((digit) => run(claim(fix, digit), digit)));
    expect(readFileSync(file, 'utf8')).toBe('run\n');
    expect(all.filter(({ reply }) => reply?.word === 'fresh')).toHaveLength(1);
    expect(all.map(({ answers, found }) => (found ?? { answers }).answers[0]?.stdout)).toEqual(all.map(() => 'end\n'));
  }, 60_000);

  it('holds a fix that comes late to the answer that it never began', async () => {
    const file = join(home, 'count');
    const asked = await run(ask(), '9');
    expect(asked.found).toMatchObject({ state: 'cancelled', bootId: boot });
    const late = await run(claim(request(`: > ${file}`)), '1');
    expect(late.found).toMatchObject({ state: 'cancelled', bootId: boot });
    expect(existsSync(file)).toBe(false);
  });

  it('never lets question and fix both be right, whoever is first', async () => {
    const file = join(home, 'count');
    const fix = request(`echo run >> ${file}`);
    for (let round = 0; round < 10; round += 1) {
      rmSync(state, { recursive: true, force: true });
      rmSync(file, { force: true });
      const [began, asked] = await Promise.all([run(claim(fix, '1'), '1'), run(ask('9', 5), '9')]);
      expect(['ended', 'cancelled']).toContain(asked.found?.state);
      expect(existsSync(file)).toBe(asked.found?.state === 'ended');
      expect(began.done).toBe(asked.found?.state === 'ended');
    }
  }, 60_000);

  describe('of which the boot has a trace beside the lock', () => {
    beforeEach(makeLocks);

    it('proves nothing when somebody removes it, and lets nothing begin a second time', async () => {
      const file = join(home, 'effect');
      await run(claim(request(`echo once >> ${quote(file)}`)), '1');
      rmSync(state, { recursive: true });
      expect((await run(ask(), '9')).found).toMatchObject({ state: 'removed' });
      expect((await run(claim(request(`echo twice >> ${quote(file)}`), '2'), '2')).found?.state).toBe('removed');
      expect((await run(ask('8'), '8')).found?.state).toBe('removed');
      expect(readFileSync(file, 'utf8')).toBe('once\n');
    });

    it('says that it never began where there is no trace of this boot', async () => {
      await run(claim(request('true')), '1', '99999999-2222-4333-8444-555555555555');
      rmSync(state, { recursive: true });
      expect((await run(ask(), '9')).found).toMatchObject({ state: 'cancelled', bootId: boot });
    });
  });

  it('says of a fix whose processes were killed that nobody knows, and with what it had done', async () => {
    const file = join(home, 'begun');
    const child = start(claim(request('echo one', `: > ${file}; sleep 600`)));
    await expect.poll(() => existsSync(file), { timeout: 10_000 }).toBe(true);
    // The relay of what it says may lag behind it.
    await expect.poll(() => readFileSync(join(marker, 'out'), 'utf8'), { timeout: 10_000 }).toContain(' b 1');
    const [, , pid = '', , group = ''] = readFileSync(join(marker, 'meta'), 'utf8').split(/\s/);
    expect(pid).toBe(group);
    const running = await run(ask(), '9');
    expect(running.found).toMatchObject({ state: 'running', answers: [{ rc: 0, stdout: 'one\n' }] });
    process.kill(-Number(group), 'SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const { found } = await run(ask(), '9');
    expect(found).toMatchObject({ state: 'dead', answers: [{ rc: 0, stdout: 'one\n' }] });
  });

  it('knows another boot, and still has the answers of a fix that ended before it', async () => {
    const other = '22222222-2222-4333-8444-555555555555';
    await run(claim(request('echo one')), '1');
    expect((await run(ask(), '9', other)).found).toMatchObject({ state: 'ended', answers: [{ stdout: 'one\n' }] });
    writeFileSync(join(marker, 'rc'), 'e 0 0\n');
    expect((await run(ask(), '9', other)).found).toMatchObject({ state: 'rebooted', answers: [{ rc: 0 }] });
  });

  it('counts nothing of a record behind a gap: the disk was full there', async () => {
    await run(claim(request('echo one', 'echo two', 'exit 75')), '1');
    writeFileSync(join(marker, 'rc'), 'e 0 0\ne 2 75\ndone\n');
    const { found } = await run(ask(), '9');
    expect(found?.answers.map(({ rc }) => rc)).toEqual([0]);
  });

  it('does not take a pid that came again for the fix', async () => {
    const child = spawn('sleep', ['600']);
    await run(claim(request('true')), '1');
    writeFileSync(join(marker, 'rc'), 'e 0 0\n');
    writeFileSync(join(marker, 'meta'), `${nonce('1')} ${boot} ${child.pid} 1 1\n`);
    expect((await run(ask(), '9')).found?.state).toBe('dead');
    child.kill('SIGKILL');
  });

  it('makes of a marker whose beginning was never recorded one that never begins', async () => {
    mkdirSync(marker, { recursive: true, mode: 0o700 });
    for (const path of ['.local', '.local/state', '.local/state/mendgate']) chmodSync(join(home, path), 0o700);
    homes.give(join(home, '.local'));
    expect((await run(ask(), '9')).found?.state).toBe('cancelled');
    expect((await run(claim(request('echo no')), '1')).begun).toBe(false);
  }, 20_000);

  const spoilers: readonly (readonly [string, number, () => void])[] = [
    ['open to others', 2, () => chmodSync(state, 0o755)],
    [
      'a link',
      2,
      () => {
        renameSync(state, `${state}-elsewhere`);
        symlinkSync(`${state}-elsewhere`, state);
      },
    ],
    [
      'a file',
      2,
      () => {
        rmSync(state, { recursive: true });
        writeFileSync(state, '');
      },
    ],
  ];
  it.each(spoilers)('begins nothing where the folder of the markers is %s', async (_name, code, spoil) => {
    await run(claim(request('true')), '1');
    rmSync(marker, { recursive: true });
    spoil();
    const { reply, begun } = await run(claim(request('echo no'), '2'), '2');
    expect({ reply, begun }).toEqual({ reply: { word: 'storage', code }, begun: false });
  });

  it.skipIf(process.getuid?.() !== 0)("begins nothing where the folder of the markers is somebody else's", async () => {
    await run(claim(request('true')), '1');
    spawnSync('chown', ['1:1', state]);
    expect((await run(claim(request('echo no'), '2'), '2')).reply).toEqual({ word: 'storage', code: 2 });
  });

  it('ends a fix after its time, kept by the host, and records that', async () => {
    const { late, stopped, answers } = await run(
      claim({ ...request('echo one', 'echo two; sleep 600', 'echo no'), timeoutMs: 900 }),
      '1',
    );
    expect({ late, stopped, answers: answers.length }).toEqual({ late: true, stopped: true, answers: 1 });
    expect((await run(ask(), '9')).found).toMatchObject({
      state: 'stopped',
      late: true,
      answers: [{ stdout: 'one\n' }],
    });
  });

  it('ends no command that must not be killed, and what comes after it', async () => {
    const commands = [{ script: 'sleep 3; echo whole', unkillable: true }, { script: 'echo two; sleep 600' }] as const;
    const { late, answers } = await run(claim({ ...request(...commands), timeoutMs: 900 }), '1');
    expect({ late, answers }).toMatchObject({ late: true, answers: [{ rc: 0, stdout: 'whole\n' }] });
  }, 20_000);

  it('keeps no secret of the commands on disk', async () => {
    await run(
      claim(request({ script: 'cat >/dev/null', stdin: new Secret('hunter2'), env: { P: new Secret('hunter2') } })),
      '1',
    );
    for (const file of readdirSync(marker)) expect(readFileSync(join(marker, file), 'utf8')).not.toContain('hunter2');
  });

  it('keeps a bounded part of what floods it, and every exit code', async () => {
    const { answers } = await run(claim(request('head -c 30000000 /dev/zero', 'echo two; exit 4')), '1');
    expect(answers).toMatchObject([
      { rc: 0, truncated: true },
      { rc: 4, stdout: 'two\n' },
    ]);
    expect(statSync(join(marker, 'out')).size).toBeLessThan(9_000_000);
    const { found } = await run(ask(), '9');
    expect(found).toMatchObject({
      state: 'ended',
      answers: [
        { rc: 0, truncated: true },
        { rc: 4, truncated: true },
      ],
    });
  }, 30_000);

  it.each([
    ['removes its marker when its shell hears that this is written down', spentLine(nonce('1')), false],
    ['keeps its marker when its shell hears anything else', spentLine(nonce('2')), true],
  ])('has ended for whoever asks while its shell still waits, and %s', async (_name, said, stays) => {
    const told = join(home, 'told');
    makeLocks();
    spawnSync('mkfifo', ['-m', '666', told]);
    const child = start(`( ${claim(request('echo out'))}\n) <>"$HOME/told"`);
    const reader = fixReader(nonce('1'), () => 0);
    child.stdout.on('data', reader.stdout);
    child.stderr.on('data', reader.stderr);
    await expect.poll(() => reader.read().done, { timeout: 10_000 }).toBe(true);
    expect((await run(ask(), '9')).found).toMatchObject({ state: 'ended', answers: [{ rc: 0, stdout: 'out\n' }] });
    expect(child.exitCode).toBeNull();
    const gone = new Promise((resolve) => child.once('close', resolve));
    writeFileSync(told, said);
    await gone;
    expect([existsSync(marker), existsSync(join(locks, `begun.${name}`))]).toEqual([stays, stays]);
  });

  it('goes after seven days, with one of the next fixes; journals that are kept beside it stay', async () => {
    await run(claim(request('true')), '1');
    const [old, young, runs] = ['c'.repeat(64), 'd'.repeat(64), 'runs'].map((folder) => join(state, folder));
    for (const [folder, days] of [
      [old, 8.5],
      [young, 6],
      [runs, 30],
    ] as const) {
      mkdirSync(folder ?? '');
      writeFileSync(join(folder ?? '', 'meta'), '');
      const then = new Date(Date.now() - days * 24 * 3600 * 1000);
      utimesSync(folder ?? '', then, then);
      homes.give(folder ?? '');
    }
    rmSync(marker, { recursive: true });
    await run(claim(request('true'), '0'), '0');
    await expect
      .poll(() => readdirSync(state).sort(), { timeout: 5000 })
      .toEqual([name, 'd'.repeat(64), 'runs'].sort());
  });
});

describe('what a host says of a marker', () => {
  it('says in words what the host could not do', () => {
    expect(lacking({ word: 'fresh', code: 0 })).toEqual({});
    expect(lacking({ word: 'fresh', code: 5 }).lacks).toMatchObject(
      [/no sync/, /no tee/].map(() => expect.any(String)),
    );
    expect(lacking({ word: 'found', code: 5 })).toEqual({});
  });

  it('takes hostile answers for nothing', () => {
    for (const text of ['', '\n', 'x'.repeat(100), `${nonce('1')} 256 -1 x 99999999999\n`]) {
      expect(readFound(Buffer.from(text), Buffer.alloc(0)).answers).toEqual([]);
    }
    expect(foundState(0)).toBe('torn');
    expect(foundState(99)).toBe('torn');
  });
});
