import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { Command } from '../../src/model/command.ts';
import { armDeadMan, type DeadMan, type DeadManWish, type DeadUndo, settleDeadMan } from '../../src/shell/dead-man.ts';
import { readDeadManReply } from '../../src/shell/dead-man-reply.ts';
import { composeFix } from '../../src/shell/fix.ts';
import { claimMarker, followMarker } from '../../src/shell/marker.ts';
import { quote } from '../../src/shell/quote.ts';
import { renderCommand } from '../../src/shell/render.ts';
import { otherHomes, startInHome } from './other-home.ts';
import { shells } from './shells.ts';

const homes = otherHomes('mendgate-dead-man-');
afterAll(() => homes.remove());

const name = 'cd'.repeat(32);
const marker = 'ef'.repeat(32);
const nonce = '7'.repeat(32);

describe.each(shells)("a dead man's switch in $name", (shell) => {
  let home: string;
  let state: string;
  let folder: string;
  let log: string;
  beforeEach(() => {
    home = homes.make();
    state = join(home, '.local/state/mendgate');
    folder = join(state, name);
    log = join(home, 'log');
  });

  const start = (script: string) => startInHome(home, shell, `umask 077\n${script}`);
  const run = async (script: string) => {
    const child = start(script);
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const rc = await new Promise((resolve) => child.once('close', resolve));
    return { rc, stdout, stderr };
  };
  const writes = (text: string): Command => ({ script: `echo ${text} >> ${log}` });
  const undo = (text: string, more: Partial<DeadUndo> = {}): DeadUndo => ({
    kind: 'undo',
    commands: [writes(text)],
    script: 0,
    from: 0,
    ...more,
  });
  const deadMan = (undos: readonly DeadUndo[], more: Partial<DeadMan> = {}): DeadMan => ({
    name,
    run: 'run-1',
    seconds: 600,
    scripts: [{ marker, unkillable: 0 }],
    undos,
    files: [],
    ...more,
  });
  const arm = (what: DeadMan) => run(renderCommand(armDeadMan(what)));
  const settle = async (wish: DeadManWish) =>
    readDeadManReply((await run(renderCommand(settleDeadMan(name, wish, 20)))).stdout);
  const fix = (...commands: (Command | string)[]) => {
    const request = {
      parts: [
        {
          label: { kind: 'apply', name: 'test.action', params: {} } as const,
          commands: commands.map((command) => (typeof command === 'string' ? { script: command } : command)),
        },
      ],
      become: false as const,
      timeoutMs: 60_000,
    };
    return `mg_b=$(cat /proc/sys/kernel/random/boot_id); mg_g=$$; mg_more() { mg_s=${quote(followMarker(5))}; }\n${claimMarker(marker, nonce, request)}\n${composeFix(request, nonce)}`;
  };
  const said = (): string => (existsSync(log) ? readFileSync(log, 'utf8') : '');
  /** Processes of this home's switch, whatever they are doing. */
  const waiting = (): readonly string[] =>
    readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(state);
      } catch {
        return false;
      }
    });
  const sleeperOf = (): string => readFileSync(join(folder, 'meta'), 'utf8').split(' ')[4] ?? '';

  it('waits in a session of its own, known to its owner only, and is gone without a trace once told that all is well', async () => {
    expect(await arm(deadMan([undo('back')]))).toEqual({ rc: 0, stdout: 'armed sleeper\n', stderr: '' });
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder).sort()).toEqual(['act', 'armed', 'meta']);
    expect(waiting()).toHaveLength(1);
    const sleeper = sleeperOf();
    expect(await settle('look')).toEqual({ kind: 'armed' });
    await run(fix('true'));
    expect(await settle('disarm')).toEqual({ kind: 'disarmed' });
    expect({ folder: existsSync(folder), waiting: waiting(), said: said() }).toEqual({
      folder: false,
      waiting: [],
      said: '',
    });
    expect(existsSync(`/proc/${sleeper}`)).toBe(false);
    expect(await settle('disarm')).toEqual({ kind: 'none' });
    expect(await settle('revert')).toEqual({ kind: 'none' });
  });

  it('takes back by itself what was begun, in order, whatever fails, and says so to whoever asks later', async () => {
    const undos = [
      undo('call', { kind: 'call' }),
      undo('failed', { kind: 'call', commands: [{ script: 'echo sorry >&2; exit 3' }, writes('never')] }),
      undo('third', { from: 2 }),
      undo('first'),
    ];
    await arm(deadMan(undos, { seconds: 2 }));
    await run(fix('true', 'true', 'true'));
    await expect.poll(() => existsSync(join(folder, 'reverted')), { timeout: 8000 }).toBe(true);
    expect(said()).toBe('call\nthird\nfirst\n');
    const reverted = {
      kind: 'reverted',
      bySelf: true,
      begun: true,
      failed: [{ kind: 'call', rc: 3 }],
      overwritten: [],
      said: 'sorry',
    };
    for (const wish of ['look', 'disarm', 'revert'] as const) expect(await settle(wish)).toEqual(reverted);
    expect(said()).toBe('call\nthird\nfirst\n');
    expect({ waiting: waiting(), act: existsSync(join(folder, 'act')) }).toEqual({ waiting: [], act: false });
  });

  it('acts at once when it is asked to, and only once', async () => {
    await arm(deadMan([undo('back')]));
    await run(fix('true'));
    expect(await settle('revert')).toEqual({
      kind: 'reverted',
      bySelf: false,
      begun: true,
      failed: [],
      overwritten: [],
      said: '',
    });
    expect(await settle('revert')).toMatchObject({ kind: 'reverted' });
    expect({ said: said(), waiting: waiting() }).toEqual({ said: 'back\n', waiting: [] });
  });

  it('keeps a fix that was not begun from ever beginning, and takes nothing back', async () => {
    await arm(deadMan([undo('back'), undo('call', { kind: 'call' })], { seconds: 1 }));
    await expect.poll(() => existsSync(join(folder, 'reverted')), { timeout: 8000 }).toBe(true);
    expect(await settle('look')).toMatchObject({ kind: 'reverted', bySelf: true, begun: false });
    await run(fix(`echo late >> ${log}`));
    expect(said()).toBe('');
  });

  it('takes nothing back that is proved not to have been begun: the fix failed before', async () => {
    await arm(deadMan([undo('third', { from: 2 }), undo('second', { from: 1 }), undo('first')]));
    await run(fix('true', 'exit 1', 'true'));
    expect(await settle('revert')).toMatchObject({ kind: 'reverted', begun: true });
    expect(said()).toBe('second\nfirst\n');
  });

  it('keeps what somebody has written over the fix, and tells of it; what it left, or found, is nobody else’s', async () => {
    const sum = (text: string) => createHash('sha256').update(text).digest('hex');
    const file = (which: string, from = 0) => ({
      path: join(home, which),
      sums: [sum('old\n'), sum('new\n')],
      changes: [{ script: 0, from }],
    });
    const files = [file('a b'), file('left'), file('back'), file('gone'), file('late', 2)];
    const puts = files.map(({ path }) => undo('', { commands: [{ script: `echo old > '${path}'` }] }));
    await arm(deadMan(puts, { files }));
    await run(fix('true', 'exit 1', 'true'));
    for (const [which, text] of Object.entries({ 'a b': 'theirs\n', left: 'new\n', back: 'old\n', late: 'theirs\n' })) {
      writeFileSync(join(home, which), text, { mode: 0o640 });
      homes.give(join(home, which));
    }
    const copy = join(folder, 'over.0');
    const overwritten = [{ path: join(home, 'a b'), copy }];
    expect(await settle('revert')).toMatchObject({ failed: [], overwritten, said: '' });
    expect(await settle('look')).toMatchObject({ overwritten });
    expect([readFileSync(copy, 'utf8'), statSync(copy).mode & 0o777]).toEqual(['theirs\n', 0o640]);
    expect(readFileSync(join(home, 'a b'), 'utf8')).toBe('old\n');
  });

  it('gives the room of what it keeps away rather than leave an undo unmade', async () => {
    const path = join(home, 'conf');
    const copy = join(folder, 'over.0');
    const needsRoom = undo('', { commands: [{ script: `[ ! -e '${copy}' ] && echo back >> ${log}` }] });
    await arm(deadMan([needsRoom], { files: [{ path, sums: [], changes: [{ script: 0, from: 0 }] }] }));
    await run(fix('true'));
    writeFileSync(path, 'theirs\n');
    homes.give(path);
    expect(await settle('revert')).toMatchObject({ failed: [], overwritten: [{ path }] });
    expect([said(), existsSync(copy)]).toEqual(['back\n', false]);
  }, 30_000);

  it('ends a fix that still runs before it takes it back', async () => {
    await arm(deadMan([undo('back')], { seconds: 2 }));
    const child = start(fix(`echo begun >> ${log}; sleep 600; echo no >> ${log}`));
    await expect.poll(() => existsSync(join(folder, 'reverted')), { timeout: 12_000 }).toBe(true);
    await new Promise((resolve) => (child.exitCode === null ? child.once('close', resolve) : resolve(undefined)));
    expect(said()).toBe('begun\nback\n');
  }, 20_000);

  it('waits for a command that must not be killed', async () => {
    await arm(deadMan([undo('back')], { seconds: 1, scripts: [{ marker, unkillable: 1 }] }));
    start(fix({ script: `sleep 3; echo done >> ${log}`, unkillable: true }, `sleep 60; echo no >> ${log}`));
    await expect.poll(() => existsSync(join(folder, 'reverted')), { timeout: 15_000 }).toBe(true);
    expect(said()).toBe('done\nback\n');
  }, 20_000);

  it('gives a command that hangs its time, and then goes on', async () => {
    const hangs = undo('', { kind: 'call', commands: [{ script: 'exec sleep 600', timeoutMs: 1000 }] });
    await arm(deadMan([hangs, undo('back')]));
    await run(fix('true'));
    expect(await settle('revert')).toMatchObject({ failed: [{ kind: 'call', rc: 137 }] });
    expect(said()).toBe('back\n');
  }, 20_000);

  it("tries an action's undo again when it fails", async () => {
    const busy = undo('', { commands: [{ script: `[ -e ${log} ] || { : > ${log}; exit 1; }; echo back >> ${log}` }] });
    await arm(deadMan([busy]));
    await run(fix('true'));
    expect(await settle('revert')).toMatchObject({ failed: [] });
    expect(said()).toBe('back\n');
  }, 20_000);

  it('lets exactly one be right when it is told that all is well just as its time is over', async () => {
    for (let round = 0; round < 6; round += 1) {
      rmSync(state, { recursive: true, force: true });
      rmSync(log, { force: true });
      await arm(deadMan([undo('back')], { seconds: 1 }));
      await run(fix('true'));
      // The sleeper's own end, and ours, as near to each other as can be.
      const armedAt = statSync(join(folder, 'meta')).mtimeMs;
      await sleep(Math.max(0, armedAt + 750 + 50 * round - Date.now()));
      const reply = await settle('disarm');
      expect(['disarmed', 'reverted']).toContain(reply?.kind);
      await sleep(200);
      expect(said()).toBe(reply?.kind === 'reverted' ? 'back\n' : '');
      expect(waiting()).toEqual([]);
    }
  }, 60_000);

  it('lets one of many who want different things at once be right', async () => {
    await arm(deadMan([undo('back')]));
    await run(fix('true'));
    const replies = await Promise.all((['disarm', 'revert', 'disarm', 'revert'] as const).map(settle));
    const kinds = new Set(replies.map((reply) => reply?.kind));
    if (kinds.has('reverted')) expect([said(), kinds.has('disarmed')]).toEqual(['back\n', false]);
    else expect([said(), kinds.has('disarmed')]).toEqual(['', true]);
  });

  it('says of one that was killed while it acted that nobody knows', async () => {
    await arm(deadMan([undo('', { kind: 'call', commands: [{ script: 'sleep 600' }] })], { seconds: 1 }));
    await run(fix('true'));
    await expect.poll(() => existsSync(join(folder, 'by')), { timeout: 8000 }).toBe(true);
    const pid = Number(readFileSync(join(folder, 'by'), 'utf8').split(' ')[0]);
    process.kill(-pid, 'SIGKILL');
    expect(await settle('look')).toEqual({ kind: 'torn' });
  }, 20_000);

  it('is still told that all is well when what waited was killed', async () => {
    await arm(deadMan([undo('back')]));
    for (const pid of waiting()) process.kill(-Number(pid), 'SIGKILL');
    expect(await settle('disarm')).toEqual({ kind: 'disarmed' });
    expect(existsSync(folder)).toBe(false);
  });

  it('is not armed where its folder cannot be made, or is there already', async () => {
    await arm(deadMan([undo('back')]));
    expect(await arm(deadMan([undo('back')]))).toMatchObject({ rc: 1, stdout: '' });
    await settle('disarm');
    chmodSync(state, 0o755);
    expect(await arm(deadMan([undo('back')]))).toMatchObject({ rc: 1, stdout: '' });
    expect(waiting()).toEqual([]);
  });

  it('runs its own file in this shell too', async () => {
    const text = armDeadMan(deadMan([undo('its back')])).variables?.['text'] ?? '';
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const path of ['.local', '.local/state', '.local/state/mendgate']) chmodSync(join(home, path), 0o700);
    writeFileSync(join(folder, 'act'), text);
    writeFileSync(join(folder, 'armed'), '');
    homes.give(join(home, '.local'));
    await run(fix('true'));
    const line = [...shell.args, `${folder}/act`, state, '1'].map((word) => `'${word}'`).join(' ');
    expect((await run(`exec ${shell.program} ${line}`)).rc).toBe(0);
    expect([said(), readdirSync(folder).includes('reverted')]).toEqual(['its back\n', true]);
  });
});
