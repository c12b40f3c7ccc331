import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { journalPath, runDirectory } from '../../src/journal/places.ts';
import type { MendRequest } from '../../src/mend.ts';
import { resumeRun } from '../../src/uses/resume-run.ts';
import { undoRun } from '../../src/uses/undo-run.ts';
import { runMend, usual } from '../run-mend.ts';

let folder: string;
let note: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mendgate-undo-'));
  note = join(folder, 'note');
  writeFileSync(note, 'old\n');
  const book = `runbook: note
title: A note says new
steps:
  - id: write
    title: Write it
    fix: [{ file.content: { path: ${note}, content: "new\\n" } }]
`;
  writeFileSync(join(folder, 'book.yaml'), book);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const common = () => ({ ...usual, stateDirectory: join(folder, 'state'), reach: { connection: 'local' as const } });
const begin = () => runMend({ ...common(), runbook: join(folder, 'book.yaml'), inventory: ['here,'], mode: 'apply' });
const undo = (run: string, more: Partial<MendRequest> = {}) =>
  undoRun({ ...common(), inventory: undefined, mode: 'apply', run, ...more });
const resume = (run: string, approveHosts: () => Promise<boolean>) =>
  resumeRun({ ...common(), run, onBefore: () => undefined, approveHosts });
/** A run that broke off after its fix. */
const beginAndDie = async (): Promise<string> => {
  const { run } = await begin();
  const path = journalPath(runDirectory(join(folder, 'state'), run));
  const lines = readFileSync(path, 'utf8').split('\n');
  const end = lines.findIndex((line) => line.includes('"type":"host.finished"'));
  writeFileSync(path, `${lines.slice(0, end).join('\n')}\n`);
  return run;
};

/** An undo that asks whether its plan is approved, and does `meanwhile` before it hears a yes. */
const undoAsking = (run: string, meanwhile: () => Promise<unknown>) =>
  undo(run, {
    mode: 'ask',
    approvePlan: async () => {
      await meanwhile();
      return true;
    },
  });
const ofAnother = (run: string) => ({
  kind: 'refused',
  exitCode: 5,
  problems: [
    expect.stringMatching(`^run ${run} is under way, or being taken back: process ${process.pid}, since .* UTC$`),
  ],
});

it('a run is taken back by one undo at a time; a look at it is free', async () => {
  const { run } = await begin();
  let second: unknown;
  let look: unknown;
  const first = await undoAsking(run, async () => {
    second = await undo(run);
    look = await undo(run, { mode: 'dry_run' });
  });
  expect(second).toMatchObject(ofAnother(run));
  expect(look).toMatchObject({ kind: 'ran', result: { exitCode: 0 } });
  expect(first).toMatchObject({ kind: 'ran', result: { exitCode: 0 } });
  expect(readFileSync(note, 'utf8')).toBe('old\n');
  expect(await undo(run)).toMatchObject({ kind: 'ran', result: { outcomes: [{ verdict: 'healthy' }] } });
});

it('a run is not gone on with while it is taken back', async () => {
  const run = await beginAndDie();
  let resumed: unknown;
  const undone = await undoAsking(run, async () => {
    resumed = await resume(run, async () => true);
  });
  expect(resumed).toMatchObject(ofAnother(run));
  expect(undone).toMatchObject({ kind: 'ran', result: { exitCode: 0 } });
  expect(readFileSync(note, 'utf8')).toBe('old\n');
});

it('a run that was taken back while somebody was asked whether to go on with it is not gone on with', async () => {
  const run = await beginAndDie();
  const resumed = await resume(run, async () => {
    await undo(run);
    return true;
  });
  expect(resumed).toMatchObject({ kind: 'ran', result: { outcomes: [{ verdict: 'refused' }] } });
  expect(readFileSync(note, 'utf8')).toBe('old\n');
});

it('a run that somebody else went on with while it was asked about is not gone on with again', async () => {
  const run = await beginAndDie();
  let other: unknown;
  const resumed = await resume(run, async () => {
    other = await resume(run, async () => true);
    writeFileSync(note, 'changed since\n');
    return true;
  });
  expect(other).toMatchObject({ kind: 'ran', result: { outcomes: [{ verdict: 'fixed' }] } });
  expect(resumed).toMatchObject({ kind: 'nothing_left', run, exitCode: 0, outcomes: [{ verdict: 'fixed' }] });
  expect(readFileSync(note, 'utf8')).toBe('changed since\n');
  // Its journal is free again.
  expect(await resume(run, async () => true)).toMatchObject({ kind: 'nothing_left' });
});
