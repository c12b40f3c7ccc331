import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { Event } from '../model/event.ts';
import type { RunRequest } from '../model/history.ts';
import { isObject } from '../model/json.ts';
import type { Verdict } from '../model/result.ts';
import { runIds } from './kept-runs.ts';
import { journalPath, runDirectory } from './places.ts';
import { decodeRecord } from './record.ts';

/** A kept run at a glance, from the first and the last line of its journal; nobody looked at what is between. */
export interface RunEntry {
  readonly run: string;
  /** `open`: it broke off, or is still under way. `unreadable`: its journal tells nothing. */
  readonly state: 'ended' | 'open' | 'unreadable';
  /** ISO 8601, UTC; this and the next five are absent when it is unreadable. */
  readonly startedAt?: string;
  readonly runbook?: string;
  /** Hex SHA-256 of the runbook's file. */
  readonly runbookSha256?: string;
  readonly hosts?: number;
  readonly dryRun?: boolean;
  readonly request?: RunRequest;
  /** Present when it has ended, as are the next two. */
  readonly exitCode?: number;
  readonly verdicts?: { readonly [V in Verdict]?: number };
  readonly changes?: number;
}

/** The first line holds the names of all hosts. */
const firstHeadBytes = 1 << 14;
const mostHeadBytes = 1 << 24;
/** More than the line of a run's end needs. */
const tailBytes = 1 << 12;

/** All kept runs, the newest first. */
export async function listRuns(state: string): Promise<readonly RunEntry[]> {
  const entries: RunEntry[] = [];
  for (const run of await runIds(state)) entries.push(await glance(state, run));
  return entries;
}

async function glance(state: string, run: string): Promise<RunEntry> {
  let handle: FileHandle;
  try {
    handle = await open(journalPath(runDirectory(state, run)), constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch {
    return { run, state: 'unreadable' };
  }
  try {
    const found = await handle.stat();
    if (!found.isFile()) return { run, state: 'unreadable' };
    const { size } = found;
    const first = eventOf(await firstLine(handle));
    if (first?.type !== 'run.started') return { run, state: 'unreadable' };
    const tail = await read(handle, Math.max(0, size - tailBytes), tailBytes);
    const end = tail.lastIndexOf('\n');
    const last = eventOf(tail.subarray(tail.lastIndexOf('\n', end - 1) + 1, Math.max(0, end)));
    const { at, runbook, hosts, dryRun, request } = first;
    const started = { startedAt: at, runbook: runbook.id, runbookSha256: runbook.sha256, hosts: hosts.length, dryRun };
    const asked = request === undefined ? {} : { request };
    return last?.type === 'run.finished'
      ? {
          run,
          state: 'ended',
          ...started,
          ...asked,
          exitCode: last.exitCode,
          verdicts: last.verdicts,
          changes: last.changes,
        }
      : { run, state: 'open', ...started, ...asked };
  } finally {
    await handle.close();
  }
}

async function firstLine(handle: FileHandle): Promise<Buffer> {
  for (let length = firstHeadBytes; ; length *= 8) {
    const head = await read(handle, 0, length);
    const end = head.indexOf('\n');
    if (end !== -1 || head.length < length || length > mostHeadBytes) return head.subarray(0, Math.max(0, end));
  }
}

async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
  return buffer.subarray(0, bytesRead);
}

function eventOf(line: Buffer): Event | undefined {
  const decoded = decodeRecord(line);
  // Its checksum holds: a line of ours.
  return decoded.kind === 'whole' && isObject(decoded.value) ? (decoded.value as unknown as Event) : undefined;
}
