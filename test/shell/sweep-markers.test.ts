import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../../src/shell/host-lock.ts';
import { renderCommand } from '../../src/shell/render.ts';
import { readSwept, type Sweep, sweepMarkers } from '../../src/shell/sweep-markers.ts';
import { otherHomes, startInHome } from './other-home.ts';
import { asLane, shells } from './shells.ts';

const homes = otherHomes('mendgate-sweep-');
afterAll(() => homes.remove());

const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
const born = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ')[19];
const name = (word: string): string => Buffer.from(word).toString('hex').padEnd(64, '0');
const gone = `99999999 7`;
const alive = `${process.pid} ${born}`;
const done = { meta: `n ${boot} ${gone} 5 old-run`, rc: 'e 0 0\ndone' };

describe.each(shells)('what is swept from a host in $name', (shell) => {
  let home: string;
  let folder: string;
  beforeEach(() => {
    home = homes.make();
    folder = join(home, '.local/state/mendgate');
    mkdirSync(folder, { recursive: true });
  });

  const put = (word: string, files: { readonly [file: string]: string }, days = 0): void => {
    mkdirSync(join(folder, name(word)));
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, name(word), file), `${text}\n`);
    const at = Date.now() / 1000 - days * 86_400;
    utimesSync(join(folder, name(word)), at, at);
  };
  const left = (): readonly string[] =>
    readdirSync(folder)
      .map((each) => Buffer.from(each.replace(/(00)+$/, ''), 'hex').toString())
      .sort();
  const run = async (script: string): Promise<string> => {
    homes.give(home);
    const child = startInHome(home, shell, `${asLane}MENDGATE_LOCK_DIR=${home}/lock\n${script}`);
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString();
    });
    await new Promise((resolve) => child.once('close', resolve));
    return stdout;
  };
  const sweep = async (more: Partial<Sweep> = {}, before = '') => {
    const wanted = { settled: ['old-run', 'older'], needed: ['open'], unknownDays: undefined, dryRun: false, ...more };
    const swept = readSwept(await run(`${before}\n${renderCommand(sweepMarkers(wanted))}`), wanted);
    return typeof swept === 'string' ? swept : [...swept.markers];
  };

  it('is what settled runs left, also half-done, and nothing of any other', async () => {
    put('done', done);
    put('dead', { meta: `n 0-0 ${gone} 5 old-run` });
    put('older', { meta: `n ${boot} ${gone} 5 older` });
    put('open', { meta: `n ${boot} ${gone} 5 open` }, 30);
    put('foreign', { meta: `n ${boot} ${gone} 5 theirs` }, 30);
    put('part', { meta: `n ${boot} ${gone} 5 old` });
    put('cancelled', { meta: `cancelled ${boot}` }, 30);
    put('torn', {}, 30);
    mkdirSync(join(folder, 'runs', 'old-run'), { recursive: true });
    const before = left();
    expect(await sweep({ dryRun: true })).toEqual([
      ['old-run', 2],
      ['older', 1],
    ]);
    expect(left()).toEqual(before);
    expect(new Map((await sweep()) as [string, number][])).toEqual(
      new Map([
        ['old-run', 2],
        ['older', 1],
      ]),
    );
    expect(left()).toEqual(before.filter((each) => !['done', 'dead', 'older'].includes(each)));
    expect(await sweep()).toEqual([]);
  });

  it('is not what lives and has not ended, and no switch that waits or has not ended', async () => {
    put('runs', { meta: `n ${boot} ${alive} 5 old-run`, rc: 'e 0 0' });
    put('waits', { meta: `n ${boot} ${alive} 5 older`, rc: done.rc });
    put('another-boot', { meta: `n 0-0 ${alive} 5 old-run` });
    put('armed', { meta: `- ${boot} ${gone} 5 old-run`, armed: '' });
    put('fired', { meta: `- ${boot} ${gone} 5 old-run`, fired: '' });
    put('reverted', { meta: `- ${boot} ${gone} 5 old-run`, reverted: '' });
    put('theirs', { meta: `n ${boot} ${gone} 5 older` });
    expect(await sweep({ unknownDays: 7 })).toEqual([['older', 2]]);
    // It takes back only what the markers of its fix say was begun.
    expect(left()).toEqual(['another-boot', 'armed', 'fired', 'reverted', 'runs']);
    for (const word of ['armed', 'fired']) rmSync(join(folder, name(word)), { recursive: true });
    expect(await sweep({ unknownDays: 7 })).toEqual([['old-run', 2]]);
    expect(left()).toEqual(['runs']);
  });

  it('is nothing of the run that holds the host’s lock', async () => {
    put('done', done);
    put('older', { meta: `n ${boot} ${gone} 5 older` });
    const lock = { nonce: 'abc', run: 'old-run', host: 'h', operator: '', since: '', comment: '' };
    expect(await sweep({}, `( ${renderCommand(takeLock(lock))} ) >/dev/null`)).toEqual([['older', 1]]);
    expect(left()).toEqual(['done']);
    expect(await sweep()).toEqual([['old-run', 1]]);
  });

  it('is what unknown runs left so long ago, if that is asked for', async () => {
    put('young', { meta: `n ${boot} ${gone} 5 theirs` }, 6.9);
    put('week', { meta: `n ${boot} ${gone} 5 theirs` }, 7.1);
    put('month', { meta: `cancelled ${boot}` }, 31);
    put('torn', {}, 31);
    put('lives', { meta: `n ${boot} ${alive} 5 theirs` }, 31);
    put('open', { meta: `n ${boot} ${gone} 5 open` }, 31);
    expect(await sweep({ unknownDays: 30, dryRun: true })).toEqual([[undefined, 2]]);
    expect(await sweep({ unknownDays: 7 })).toEqual([[undefined, 3]]);
    expect(left()).toEqual(['lives', 'open', 'young']);
  });

  it('is nothing where the folder is another’s, or a link to one', async () => {
    put('done', done);
    const elsewhere = join(home, 'elsewhere');
    renameSync(folder, elsewhere);
    symlinkSync(elsewhere, folder);
    expect(await sweep()).toBe('the folder of its markers does not belong to this user alone');
    expect(existsSync(join(elsewhere, name('done')))).toBe(true);
  });
});
