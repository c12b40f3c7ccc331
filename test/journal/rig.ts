import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkRecords } from '../../src/journal/check-records.ts';
import type { JournalFile } from '../../src/journal/journal-file.ts';
import { type JournalOptions, openJournal } from '../../src/journal/open-journal.ts';
import { journalPath, runDirectory } from '../../src/journal/places.ts';
import type { Event, EventBody } from '../../src/model/event.ts';
import { systemClock } from '../../src/transports/clock.ts';

/** A state directory of a test's own, and journals in it. */

export const runId = '2026-11-21T064512-abc123';

const states: string[] = [];

export function newState(): string {
  const state = mkdtempSync(join(tmpdir(), 'mendgate-state-'));
  states.push(state);
  return state;
}

export function clearStates(): void {
  for (const state of states.splice(0)) {
    for (const path of [state, `${state}-real`]) rmSync(path, { recursive: true, force: true });
  }
}

/** Numbers bodies as the engine does. */
export function numbered(bodies: readonly EventBody[], from = 1): readonly Event[] {
  return bodies.map((body, index) => ({
    seq: from + index,
    at: new Date(1_795_000_000_000 + index).toISOString(),
    run: runId,
    ...body,
  }));
}

export const started: EventBody = {
  type: 'run.started',
  version: 1,
  runbook: { id: 'test', title: 'A test', file: 'test.yaml', sha256: '0'.repeat(64) },
  hosts: ['one', 'two'],
  inventoryHosts: 2,
  dryRun: false,
  forks: 5,
  steps: [],
};

export const note = (message: string, host = 'one'): EventBody => ({ type: 'note', host, step: 's', message });

export const intent = (host: string, attempt = 1): EventBody => ({
  type: 'fix.intent',
  host,
  step: 's',
  key: [runId, host, 's', null, []],
  attempt,
  changes: [],
});

export const result = (host: string, attempt = 1): EventBody => ({
  type: 'fix.result',
  host,
  step: 's',
  key: [runId, host, 's', null, []],
  attempt,
  outcome: 'done',
  ms: 5,
});

export const finished: EventBody = {
  type: 'run.finished',
  exitCode: 0,
  verdicts: { fixed: 2 },
  changes: 2,
  interrupted: false,
  ms: 10,
};

export async function write(state: string, events: readonly Event[], more: Partial<JournalOptions> = {}) {
  const journal = await openJournal({ state, run: runId, clock: systemClock, ...more });
  for (const event of events) await journal.sink(event);
  return journal.close();
}

export function pathIn(state: string, run = runId): string {
  return journalPath(runDirectory(state, run));
}

export function read(state: string, run = runId): ReturnType<typeof checkRecords> {
  return checkRecords(readFileSync(pathIn(state, run)));
}

/** A file that fails as told, and knows how much of it is safe on the disk. */
export interface FaultyFile {
  readonly wrap: (file: JournalFile) => JournalFile;
  /** Bytes that an fdatasync has covered. */
  durable(): number;
  readonly calls: { writes: number; syncs: number };
}

export interface Faults {
  /** How many bytes of the n-th write (from 1) are taken; an error's code: it fails. Absent: all. */
  readonly write?: (n: number, length: number) => number | string | undefined;
  readonly sync?: (n: number) => string | undefined;
  /** Before each sync. */
  readonly slow?: () => Promise<void>;
}

export function faultyFile(faults: Faults): FaultyFile {
  let length = 0;
  let durable = 0;
  const calls = { writes: 0, syncs: 0 };
  return {
    calls,
    durable: () => durable,
    wrap: (file) => ({
      async write(bytes) {
        calls.writes += 1;
        const fault = faults.write?.(calls.writes, bytes.length);
        if (typeof fault === 'string') throw failure(fault);
        const taken = await file.write(bytes.subarray(0, fault ?? bytes.length));
        length += taken;
        return taken;
      },
      async sync() {
        calls.syncs += 1;
        await faults.slow?.();
        const fault = faults.sync?.(calls.syncs);
        if (fault !== undefined) throw failure(fault);
        const covered = length;
        await file.sync();
        durable = covered;
      },
      async truncate(to) {
        await file.truncate(to);
        length = to;
      },
      close: () => file.close(),
    }),
  };
}

function failure(code: string): Error {
  const words = code === 'ENOSPC' ? 'no space left on device' : 'i/o error';
  return Object.assign(new Error(`${code}: ${words}`), { code });
}
