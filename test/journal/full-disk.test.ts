import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newRunId } from '../../src/engine/execute-plan.ts';
import { openJournal, reopenJournal } from '../../src/journal/open-journal.ts';
import { JournalFailure } from '../../src/model/journal-failure.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { action, fix, runbook, step } from '../engine/build.ts';
import { openDesk } from '../engine/desk.ts';
import { pathIn, read } from './rig.ts';

const missing = whyNot();

function whyNot(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.geteuid?.() !== 0) return 'needs root, to mount a small disk';
  const disk = mkdtempSync(join(tmpdir(), 'mendgate-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'none', disk]).status === 0;
  if (mounted) spawnSync('umount', [disk]);
  rmSync(disk, { recursive: true });
  return mounted ? undefined : 'no disk may be mounted here';
}

const long = 'x'.repeat(1500);
const write = (name: string) => action('note.value', { folder: '${{ params.folder }}', name, value: `${name}${long}` });
const names = ['a', 'b', 'c'];
const book = runbook(names.map((name) => step(name, { remediation: fix(write(name)) })));

describe.skipIf(missing !== undefined)(`a disk that is full${missing === undefined ? '' : ` (${missing})`}`, () => {
  let disk: string;
  beforeAll(() => {
    disk = mkdtempSync(join(tmpdir(), 'mendgate-disk-'));
  });
  afterAll(() => {
    rmSync(disk, { recursive: true });
  });

  const free = (): number => {
    const { bfree, bsize } = statfsSync(disk);
    return bfree * bsize;
  };
  /** Leaves so many pages. */
  const fill = (pages: number): void => {
    writeFileSync(join(disk, 'filler'), Buffer.alloc(Math.max(0, free() - pages * 4096), 1));
  };
  const mounted = async <T>(work: () => Promise<T>): Promise<T> => {
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m,mode=0700', 'none', disk]).status).toBe(0);
    try {
      return await work();
    } finally {
      expect(spawnSync('umount', [disk]).status).toBe(0);
    }
  };
  const state = (): string => join(disk, 'state');

  it.each([0, 1, 2, 3, 4, 5, 6, 8, 10, 14])(
    '%d pages after it began: nothing is done that is not in the journal',
    (pages) =>
      mounted(async () => {
        const desk = openDesk();
        try {
          const runId = newRunId(Date.now());
          const journal = await openJournal({ state: state(), run: runId, clock: systemClock });
          fill(pages);
          const ran = await desk.run(book, { runId, sinks: [journal.sink] }).catch((error: unknown) => {
            expect(error).toBeInstanceOf(JournalFailure);
            return undefined;
          });
          await journal.close();
          const { damage, events } = read(state(), runId);
          expect(damage).toBeUndefined();
          const begun = events.flatMap((event) => (event.type === 'fix.intent' ? [event.step] : []));
          const ended = events.flatMap((event) => (event.type === 'fix.result' ? [event.step] : []));
          const done = Object.keys(desk.read());
          expect(begun).toEqual(done);
          expect(ended).toEqual(done);
          if (done.length === names.length) return;
          // Not all of it was made: it was told, and the run can be gone on with when there is room again.
          expect(ran?.exitCode ?? 74).toBe(74);
          if (ran === undefined) return;
          expect(ran.outcome.verdict).toBe(done.length === 0 ? 'not_started' : 'not_fixed');
          expect(ran.outcome.reason).toMatch(/the journal could not be written: ENOSPC/);
          expect(events.at(-1)).toMatchObject({ type: 'run.finished', exitCode: 74 });
          rmSync(join(disk, 'filler'));
          const opened = await reopenJournal({ state: state(), run: runId, clock: systemClock });
          expect(opened.kind).toBe('open');
          if (opened.kind === 'open') await opened.journal.close();
        } finally {
          desk.clear();
        }
      }),
  );

  it('before it began: no journal, and nothing begins', () =>
    mounted(async () => {
      fill(4);
      const opening = openJournal({ state: state(), run: newRunId(Date.now()), clock: systemClock });
      await expect(opening).rejects.toThrow(/the journal could not be opened: ENOSPC/);
    }));

  it('of inodes: the same', () =>
    mounted(async () => {
      spawnSync('mount', ['-o', 'remount,nr_inodes=3', disk]);
      const runId = newRunId(Date.now());
      const opening = openJournal({ state: state(), run: runId, clock: systemClock });
      await expect(opening).rejects.toThrow(JournalFailure);
      expect(() => read(state(), runId)).toThrow(pathIn(state(), runId));
    }));
});
