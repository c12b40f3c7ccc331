import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { findRun } from '../../src/journal/kept-runs.ts';
import { openJournal, reopenJournal } from '../../src/journal/open-journal.ts';
import { runDirectory, runsDirectory, stateDirectory } from '../../src/journal/places.ts';
import { JournalFailure } from '../../src/model/journal-failure.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { clearStates, intent, newState, numbered, pathIn, runId, started, write } from './rig.ts';

afterEach(clearStates);

const isRoot = process.geteuid?.() === 0;
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const options = (state: string) => ({ state, run: runId, clock: systemClock });

describe('where runs are kept', () => {
  it.each([
    ['/some/where', { XDG_STATE_HOME: '/xdg' }, '/some/where'],
    [undefined, { XDG_STATE_HOME: '/xdg' }, '/xdg/mendgate'],
    [undefined, { XDG_STATE_HOME: 'relative' }, join(homedir(), '.local/state/mendgate')],
    [undefined, {}, join(homedir(), '.local/state/mendgate')],
  ])('%s, %o: %s', (given, env, place) => {
    expect(stateDirectory(given, env)).toBe(place);
  });

  it('is open to its owner only, whatever the umask says', async () => {
    const state = join(newState(), 'deep', 'er');
    const before = process.umask(0);
    try {
      await write(state, numbered([started]));
    } finally {
      process.umask(before);
    }
    expect([state, runsDirectory(state), runDirectory(state, runId), pathIn(state)].map(mode)).toEqual([
      '700',
      '700',
      '700',
      '600',
    ]);
  });

  it.runIf(existsSync('/proc/self'))('is refused, and at once, where nothing can be created', async () => {
    await expect(openJournal(options('/proc/no/such'))).rejects.toThrow(/\/proc\/no cannot be made: .* in \/proc$/);
  });

  it('leaves the mode of a directory that somebody named as it is, and closes what is in it', async () => {
    const state = newState();
    chmodSync(state, 0o755);
    mkdirSync(runsDirectory(state), { mode: 0o755 });
    await write(state, numbered([started]));
    expect([state, runsDirectory(state)].map(mode)).toEqual(['755', '700']);
  });

  it('keeps room for the end of a run, and gives it back', async () => {
    const state = newState();
    const journal = await openJournal(options(state));
    const reserve = join(runDirectory(state, runId), 'reserve');
    expect(statSync(reserve).size).toBe(1 << 20);
    await journal.close();
    expect(() => statSync(reserve)).toThrow();
  });
});

/** What is wrong with a state directory, and what is said of it. */
const unsafe: readonly [string, RegExp, boolean, (state: string) => void][] = [
  ['a state directory that others may write', /others may write to .*mode 0777/, false, (s) => chmodSync(s, 0o777)],
  ['one that the group may write', /mode 0770.*chmod go-w/, false, (s) => chmodSync(s, 0o770)],
  [
    'a state directory that is a link',
    /symbolic link/,
    false,
    (s) => {
      renameSync(s, `${s}-real`);
      symlinkSync(`${s}-real`, s);
    },
  ],
  ["somebody else's state directory", /belongs to user id 12345, and you are 0/, true, (s) => chownSync(s, 12345, 0)],
  [
    'a directory of runs that is a link',
    /symbolic link/,
    false,
    (s) => {
      renameSync(runsDirectory(s), join(s, 'elsewhere'));
      symlinkSync('elsewhere', runsDirectory(s));
    },
  ],
  ["somebody else's directory of runs", /belongs to user id 12345/, true, (s) => chownSync(runsDirectory(s), 12345, 0)],
];

/** What may be wrong with one run only: going on with it is refused. */
const unsafeRun: readonly [string, RegExp, boolean, (state: string) => void][] = [
  ['a run that others may write to', /others may write/, false, (s) => chmodSync(runDirectory(s, runId), 0o702)],
  ["somebody else's run", /belongs to user id 12345/, true, (s) => chownSync(runDirectory(s, runId), 12345, 0)],
  ['a journal that others may write', /mode 0602/, false, (s) => chmodSync(pathIn(s), 0o602)],
  ['a journal that the group may write', /mode 0660/, false, (s) => chmodSync(pathIn(s), 0o660)],
  ["somebody else's journal", /belongs to user id 12345/, true, (s) => chownSync(pathIn(s), 12345, 0)],
  [
    'a journal that is a link',
    /symbolic link/,
    false,
    (s) => {
      renameSync(pathIn(s), join(s, 'real'));
      symlinkSync(join(s, 'real'), pathIn(s));
    },
  ],
  [
    'a journal that is a directory',
    /EISDIR|not a plain file/,
    false,
    (s) => {
      renameSync(pathIn(s), join(s, 'real'));
      mkdirSync(pathIn(s));
    },
  ],
];

describe('a place that is not safe', () => {
  it.each(unsafe)('%s: nothing begins there', async (_, message, root, spoil) => {
    if (root && !isRoot) return;
    const state = newState();
    mkdirSync(runsDirectory(state), { mode: 0o700 });
    spoil(state);
    const opening = openJournal(options(state));
    await expect(opening).rejects.toThrow(JournalFailure);
    await expect(opening).rejects.toThrow(message);
  });

  it.each([...unsafe, ...unsafeRun])('%s: no run of it is gone on with', async (_, message, root, spoil) => {
    if (root && !isRoot) return;
    const state = newState();
    await write(state, numbered([started, intent('one')]));
    spoil(state);
    const opening = reopenJournal(options(state));
    await expect(opening).rejects.toThrow(JournalFailure);
    await expect(opening).rejects.toThrow(message);
  });

  it.each(unsafeRun)('%s: it is not shown', async (_, message, root, spoil) => {
    if (root && !isRoot) return;
    const state = newState();
    await write(state, numbered([started]));
    spoil(state);
    expect(await findRun(state, runId)).toMatchObject({ kind: 'none', problem: expect.stringMatching(message) });
  });

  it('a run that is there already is never written over', async () => {
    const state = newState();
    await write(state, numbered([started]));
    await expect(openJournal(options(state))).rejects.toThrow(/EEXIST/);
  });

  it('a journal that others may read is closed to them when it is gone on with', async () => {
    const state = newState();
    await write(state, numbered([started]));
    chmodSync(pathIn(state), 0o644);
    const opened = await reopenJournal(options(state));
    if (opened.kind === 'open') await opened.journal.close();
    expect(mode(pathIn(state))).toBe('600');
  });

  it('names that are no ids of runs never become paths', async () => {
    const state = newState();
    writeFileSync(join(state, 'journal.jsonl'), 'x');
    for (const name of ['..', '../..', '.', '', '/etc', '%2e']) {
      expect((await findRun(state, name)).kind).toBe('none');
      await expect(openJournal({ ...options(state), run: name })).rejects.toThrow(/not a run's id/);
    }
  });
});
