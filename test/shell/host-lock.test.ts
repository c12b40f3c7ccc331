import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ScriptCommand } from '../../src/model/command.ts';
import {
  type LockOwner,
  lookAtLock,
  releaseLock,
  removeLock,
  takeFreeLock,
  takeLock,
} from '../../src/shell/host-lock.ts';
import { type LockReply, lockOwnerText, readLockReply } from '../../src/shell/host-lock-reply.ts';
import { renderCommand } from '../../src/shell/render.ts';
import { asLane, shells } from './shells.ts';

const base = mkdtempSync(join(tmpdir(), 'mendgate-lock-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

/** Rounds of F15: 20 concurrent starters each, then kill -9 of the one that holds. All 50 by MENDGATE_LOCK_ROUNDS=50. */
const rounds = Number(process.env['MENDGATE_LOCK_ROUNDS'] ?? 6);
const starters = 20;

// Another user than root: markers of root lie in /var/lib, and other tests begin fixes there.
const nobody = 65_534;
const isRoot = process.getuid?.() === 0;
chmodSync(base, 0o755);
const as = isRoot ? ['setpriv', `--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'] : [];

function chownTree(folder: string): void {
  for (const name of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    chownSync(join(folder, name), nobody, nobody);
  }
}

let count = 0;
const owner = (more: Partial<LockOwner> = {}): LockOwner => {
  count += 1;
  const nonce = count.toString(16).padStart(16, '0');
  const words = { operator: 'ann@control', since: '2026-11-21T10:02:03.000Z', comment: 'quarterly' };
  return { nonce, run: `run-${count}`, host: 'web1', ...words, ...more };
};

describe.each(shells)('the lock of a host in $name', ({ program, args }) => {
  let home: string;
  let dir: string;
  const held: ChildProcess[] = [];
  beforeEach(() => {
    home = mkdtempSync(join(base, 'run-'));
    if (isRoot) chownSync(home, nobody, nobody);
    dir = join(home, 'mendgate');
  });
  afterEach(() => {
    for (const child of held.splice(0)) child.kill('SIGKILL');
  });

  /** A shell as a lane is one: it runs frames in subshells of its own, and lives as long as its stdin. */
  const lane = () => {
    const [first = '', ...rest] = [...as, program, ...args];
    const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: home, LC_ALL: 'C', MENDGATE_LOCK_DIR: dir };
    const child = spawn(first, rest, { env });
    held.push(child);
    let output = '';
    const waiting: (() => void)[] = [];
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      for (const wake of waiting.splice(0)) wake();
    });
    child.stdin.on('error', () => undefined);
    child.stdin.write(asLane);
    const run = async (command: ScriptCommand): Promise<LockReply | undefined> => {
      const from = output.length;
      const quoted = renderCommand(command).replaceAll("'", "'\\''");
      child.stdin.write(`( eval '${quoted}' ) </dev/null; echo; echo END\n`);
      while (!output.slice(from).includes('\nEND\n')) await new Promise<void>((wake) => waiting.push(wake));
      return readLockReply(output.slice(from));
    };
    const die = (): Promise<unknown> => {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      return gone;
    };
    return { run, die, pid: child.pid };
  };

  const bootId = (): string => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();

  /** A fix of a run that is under way on the host: its process, and its marker. */
  const fixOf = (run: string) => {
    const fix = lane();
    const marker = join(home, '.local/state/mendgate', 'ab');
    mkdirSync(marker, { recursive: true });
    const born = readFileSync(`/proc/${fix.pid}/stat`, 'latin1').split(') ')[1]?.split(' ')[19];
    writeFileSync(join(marker, 'meta'), `${'1'.repeat(32)} ${bootId()} ${fix.pid} ${born} ${fix.pid} ${run}\n`);
    return fix;
  };

  it('is held by one, and says by whom to all others until it is given back', async () => {
    const [one, other] = [lane(), lane()];
    const ann = owner();
    expect(await other.run(lookAtLock())).toEqual({ kind: 'free' });
    expect(existsSync(dir)).toBe(false);
    expect(await one.run(takeLock(ann))).toEqual({ kind: 'taken' });
    const refused = await other.run(takeLock(owner()));
    expect(refused).toEqual({ kind: 'held', holder: 'lives', owner: ann });
    expect(await other.run(lookAtLock())).toEqual(refused);
    expect(lockOwnerText(ann)).toBe(`run ${ann.run} of ann@control since 2026-11-21 10:02 UTC (quarterly)`);
    await other.run(releaseLock(owner().nonce));
    expect(await other.run(lookAtLock())).toEqual(refused);
    await one.run(releaseLock(ann.nonce));
    expect(readdirSync(dir)).toEqual([]);
    const next = owner();
    expect(await other.run(takeLock(next))).toEqual({ kind: 'taken' });
    expect(readdirSync(dir)).toEqual(['lock', expect.stringMatching(`^own\\.${next.nonce}\\.`)]);
  });

  it('is taken the short way where there is none, and where there is one nobody is asked and nothing changed', async () => {
    const [one, other] = [lane(), lane()];
    const ann = owner();
    expect(await one.run(takeFreeLock(ann))).toEqual({ kind: 'taken' });
    const files = readdirSync(dir);
    expect(await other.run(takeLock(owner()))).toEqual({ kind: 'held', holder: 'lives', owner: ann });
    expect(await other.run(takeFreeLock(owner()))).toEqual({ kind: 'busy' });
    await one.die();
    expect(await other.run(takeFreeLock(owner()))).toEqual({ kind: 'busy' });
    expect(readdirSync(dir)).toEqual(files);
    expect(await other.run(takeLock(owner()))).toEqual({ kind: 'taken' });
  });

  it('is taken again by the same run on the same host, over another wire or the same', async () => {
    const [one, other] = [lane(), lane()];
    const ann = owner();
    expect(await one.run(takeLock(ann))).toEqual({ kind: 'taken' });
    expect(await one.run(takeLock(ann))).toEqual({ kind: 'taken' });
    expect(await other.run(takeLock(ann))).toEqual({ kind: 'taken' });
    await one.die();
    expect(await lane().run(takeLock(owner()))).toMatchObject({ kind: 'held', owner: { run: ann.run } });
    expect(await lane().run(takeLock({ ...ann, host: 'web2' }))).toMatchObject({
      kind: 'held',
      owner: { host: 'web1' },
    });
  });

  it('is free at once when its holder is killed, or when the host has rebooted', async () => {
    const one = lane();
    await one.run(takeLock(owner()));
    await one.die();
    const other = lane();
    expect(await other.run(lookAtLock())).toEqual({ kind: 'free' });
    expect(await other.run(takeLock(owner()))).toEqual({ kind: 'taken' });
    const file = join(dir, 'lock');
    // Another boot: whoever has that pid now is somebody else.
    const words = readFileSync(file, 'utf8').replace(/[0-9a-f]{8}-[0-9a-f-]+/, '00000000-0000-4000-8000-000000000000');
    writeFileSync(file, words);
    expect(await lane().run(takeLock(owner()))).toEqual({ kind: 'taken' });
  });

  it('stays held while a fix that its dead holder began still runs', async () => {
    const one = lane();
    const ann = owner();
    await one.run(takeLock(ann));
    await one.die();
    const another = fixOf('another');
    expect(await lane().run(lookAtLock())).toEqual({ kind: 'free' });
    await another.die();
    const fix = fixOf(ann.run);
    expect(await lane().run(takeLock(owner()))).toEqual({ kind: 'held', holder: 'fixing', owner: ann });
    // Its shell may live on then, to hear that this is written down.
    const record = join(home, '.local/state/mendgate/ab/rc');
    writeFileSync(record, 'e 0 0\ndone\n');
    expect(await lane().run(lookAtLock())).toEqual({ kind: 'free' });
    writeFileSync(record, 'e 0 0\n');
    expect(await lane().run(lookAtLock())).toMatchObject({ kind: 'held', holder: 'fixing' });
    await fix.die();
    // One that never began says so in its place.
    writeFileSync(join(home, '.local/state/mendgate/ab/meta'), `cancelled ${bootId()}\n`);
    expect(await lane().run(takeLock(owner()))).toEqual({ kind: 'taken' });
  });

  it('takes markers along that are spent, only of fixes that came to their end, and nobody else’s', async () => {
    const one = lane();
    const ann = owner();
    await one.run(takeLock(ann));
    const markers = join(home, '.local/state/mendgate');
    const records = {
      aa: 'e 0 0\ndone\n',
      ab: 'e 0 1\ndone\n',
      ac: 'e 0 0\n',
      ad: 'stop\n',
      ae: undefined,
      ba: 'e 0 0\ndone\n',
    };
    for (const [name, record] of Object.entries(records)) {
      mkdirSync(join(markers, name), { recursive: true });
      if (record !== undefined) writeFileSync(join(markers, name, 'rc'), record);
    }
    const spent = ['aa', 'ab', 'ac', 'ad', 'ae', 'af'];
    // Root's folder, to another user's shell.
    if (isRoot) {
      await one.run(releaseLock(owner().nonce, spent));
      expect(readdirSync(markers)).toEqual(Object.keys(records));
      chownTree(markers);
    }
    await one.run(releaseLock(owner().nonce, ['']));
    expect(readdirSync(markers)).toEqual(Object.keys(records));
    await one.run(releaseLock(ann.nonce, spent));
    expect(readdirSync(markers)).toEqual(['ac', 'ad', 'ae', 'ba']);
    expect(readdirSync(dir)).toEqual([]);
    // A link is not that folder.
    const elsewhere = join(home, 'elsewhere');
    renameSync(markers, elsewhere);
    symlinkSync(elsewhere, markers);
    await one.run(releaseLock(ann.nonce, ['ba']));
    expect(readdirSync(elsewhere)).toEqual(['ac', 'ad', 'ae', 'ba']);
  });

  it('starts one program to be given back, however many markers go with it', async () => {
    const one = lane();
    const ann = owner();
    await one.run(takeLock(ann));
    const markers = join(home, '.local/state/mendgate');
    const spent = ['aa', 'ab', 'ac'];
    for (const name of spent) {
      mkdirSync(join(markers, name), { recursive: true });
      writeFileSync(join(markers, name, 'rc'), 'done\n');
    }
    if (isRoot) chownTree(markers);
    const programs = join(home, 'programs');
    mkdirSync(programs);
    writeFileSync(join(programs, 'rm'), `#!/bin/sh\necho x >>${home}/started\nexec /bin/rm "$@"\n`, { mode: 0o755 });
    const { script, ...release } = releaseLock(ann.nonce, spent);
    // It finds no other program.
    await one.run({ ...release, script: `PATH=${programs}\n${script}` });
    expect([readdirSync(markers), readdirSync(dir)]).toEqual([[], []]);
    // BusyBox has its own, and starts none.
    if (program !== '/bin/busybox') expect(readFileSync(join(home, 'started'), 'utf8')).toBe('x\n');
  });

  it('is taken away by its nonce only', async () => {
    const one = lane();
    const ann = owner();
    await one.run(takeLock(ann));
    const other = lane();
    const remove = (nonce: string, force = false) => other.run(removeLock(nonce, owner().nonce, force));
    const wrong = await remove('f'.repeat(16), true);
    expect(wrong).toEqual({ kind: 'held', holder: 'lives', owner: ann });
    await one.die();
    expect(await remove('f'.repeat(16))).toEqual({ ...wrong, holder: 'gone' });
    expect(await remove(ann.nonce)).toEqual({ kind: 'unlocked', holder: 'gone', owner: ann });
    expect(await remove(ann.nonce)).toEqual({ kind: 'free' });
    expect(await other.run(takeLock(owner()))).toEqual({ kind: 'taken' });
  });

  it('is not taken away from one who lives, or whose fix still runs, but by force; and it says whose it was', async () => {
    const one = lane();
    const ann = owner();
    await one.run(takeLock(ann));
    const other = lane();
    const remove = (force: boolean) => other.run(removeLock(ann.nonce, owner().nonce, force));
    const files = readdirSync(dir);
    expect(await remove(false)).toEqual({ kind: 'held', holder: 'lives', owner: ann });
    await one.die();
    const fix = fixOf(ann.run);
    expect(await remove(false)).toEqual({ kind: 'held', holder: 'fixing', owner: ann });
    expect(readdirSync(dir)).toEqual(files);
    expect(await remove(true)).toEqual({ kind: 'unlocked', holder: 'fixing', owner: ann });
    expect(readdirSync(dir).filter((name) => !name.startsWith('heir.'))).toEqual([]);
    await fix.die();
    const next = owner();
    const last = lane();
    await last.run(takeLock(next));
    expect(await other.run(removeLock(next.nonce, owner().nonce, true))).toEqual({
      kind: 'unlocked',
      holder: 'lives',
      owner: next,
    });
    expect(await other.run(lookAtLock())).toEqual({ kind: 'free' });
  });

  it('says which folder could not be made, and why', async () => {
    chmodSync(home, 0o555);
    for (const take of [takeLock(owner()), takeFreeLock(owner())]) {
      const answer = await lane().run(take);
      expect(answer).toMatchObject({ kind: 'storage' });
      expect(answer).toHaveProperty('why', expect.stringContaining(`its folder ${dir} could not be made: mkdir: `));
      expect(answer).toHaveProperty('why', expect.stringContaining('Permission denied'));
    }
    chmodSync(home, 0o755);
  });

  it('refuses a folder that is a link or another one’s, and survives words that are shell', async () => {
    const elsewhere = mkdtempSync(join(base, 'else-'));
    symlinkSync(elsewhere, dir);
    expect(await lane().run(takeLock(owner()))).toEqual({
      kind: 'storage',
      why: expect.stringMatching(`^its folder ${dir} does not belong to this user alone: l.* ${dir} -> ${elsewhere}$`),
    });
    expect(readdirSync(elsewhere)).toEqual([]);
    rmSync(dir);
    const words = `$(touch ${base}/pwned) 'a" \\ %s \u001b[2J`;
    const evil = owner({ comment: `${words}\nheld 1`, operator: words, host: words });
    expect(await lane().run(takeLock(evil))).toEqual({ kind: 'taken' });
    const found = await lane().run(takeLock(owner()));
    expect(found).toMatchObject({ kind: 'held', owner: { nonce: evil.nonce, run: evil.run } });
    expect(existsSync(join(base, 'pwned'))).toBe(false);
  });

  it('says so where nothing can be written', async () => {
    mkdirSync(dir, { mode: 0o500 });
    if (isRoot) chownSync(dir, nobody, nobody);
    expect(await lane().run(takeLock(owner()))).toMatchObject({ kind: 'storage' });
    chmodSync(dir, 0o700);
  });

  it(`has exactly one winner of ${starters} in each of ${rounds} rounds, each over a holder killed with -9`, async () => {
    let slowest = 0;
    for (let round = 0; round < rounds; round += 1) {
      const lanes = Array.from({ length: starters }, () => lane());
      const replies = await Promise.all(lanes.map((each) => each.run(takeLock(owner()))));
      const winners = lanes.filter((_, index) => replies[index]?.kind === 'taken');
      expect(replies.map((reply) => reply?.kind).sort()).toEqual([...Array(starters - 1).fill('held'), 'taken']);
      const next = lane();
      await next.run(lookAtLock());
      // Odd rounds leave the dead holder's lock to all the next ones at once.
      const begun = performance.now();
      await winners[0]?.die();
      if (round % 2 === 0) {
        expect(await next.run(takeLock(owner()))).toEqual({ kind: 'taken' });
        slowest = Math.max(slowest, performance.now() - begun);
        await next.die();
      }
      await Promise.all(lanes.filter((each) => each !== winners[0]).map((each) => each.die()));
    }
    expect(slowest).toBeLessThan(1000);
    process.stdout.write(
      `F15 ${program}: ${rounds} rounds of ${starters}, 1 winner each, free after at most ${Math.round(slowest)} ms\n`,
    );
  }, 300_000);
});
