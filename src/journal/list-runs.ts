import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Event } from '../model/event.ts';
import type { RunRequest } from '../model/history.ts';
import { isObject } from '../model/json.ts';
import type { Verdict } from '../model/result.ts';
import { checkRecords, type Damage } from './check-records.ts';
import { openOwnFile } from './journal-file.ts';
import { problemOf, runIds } from './kept-runs.ts';
import { journalPath, runDirectory } from './places.ts';
import { decodeRecord } from './record.ts';

/**
 * A kept run at a glance. A short journal is checked whole; of a long one the first and the last line, and what is between
 * only where it was written to at another time than its last line says. `runs verify` always checks all.
 */
export interface RunEntry {
  readonly run: string;
  /**
   * `open`: it broke off, or is still under way. `damaged`: its journal is not as it was written. `empty`: it broke off before
   * its first event. `unreadable`: its journal tells nothing.
   */
  readonly state: 'ended' | 'open' | 'damaged' | 'empty' | 'unreadable';
  /** Why, where it is damaged or unreadable. */
  readonly why?: string;
  /** ISO 8601, UTC; this and the next five are absent when it is unreadable or empty. */
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
/** Of a thousand such journals, all of it costs a tenth of a second. */
const shortBytes = 1 << 16;
/** A line is on the disk within a second, if that is not busy. */
const writtenWithinMs = 10_000;

/** All kept runs, the newest first. */
export async function listRuns(state: string): Promise<readonly RunEntry[]> {
  const entries: RunEntry[] = [];
  for (const run of await runIds(state))
    entries.push({ run, ...(await glance(journalPath(runDirectory(state, run)))) });
  return entries;
}

type Glance = Omit<RunEntry, 'run'>;

async function glance(path: string): Promise<Glance> {
  let handle: FileHandle | undefined;
  try {
    handle = await openOwnFile(path, constants.O_RDONLY);
    return await lookAt(handle);
  } catch (error) {
    const { code, problem } = problemOf(error);
    return code === 'ENOENT' ? { state: 'empty' } : { state: 'unreadable', why: problem };
  } finally {
    await handle?.close();
  }
}

async function lookAt(handle: FileHandle): Promise<Glance> {
  const head = checkRecords(await firstLine(handle));
  const [first] = head.events;
  if (head.damage !== undefined) return { state: 'unreadable', why: textOf(head.damage) };
  if (first?.type !== 'run.started') return { state: 'empty' };
  const { at, runbook, hosts, dryRun, request } = first;
  const started = {
    startedAt: at,
    runbook: runbook.id,
    runbookSha256: runbook.sha256,
    hosts: hosts.length,
    dryRun,
    ...(request === undefined ? {} : { request }),
  };
  const last = await lastEvent(handle);
  if ('line' in last) return { state: 'damaged', why: textOf(last), ...started };
  if (last.type !== 'run.finished') return { state: 'open', ...started };
  const { exitCode, verdicts, changes } = last;
  return { state: 'ended', ...started, exitCode, verdicts, changes };
}

function textOf({ line, what }: Damage): string {
  return `damaged in line ${line}: ${what}`;
}

/** With its line feed, where it was finished. */
async function firstLine(handle: FileHandle): Promise<Buffer> {
  for (let length = firstHeadBytes; ; length *= 8) {
    const head = await read(handle, 0, length);
    const end = head.indexOf('\n');
    if (end !== -1 || head.length < length || length > mostHeadBytes) return head.subarray(0, end + 1);
  }
}

async function lastEvent(handle: FileHandle): Promise<Event | Damage> {
  const { size, mtimeMs } = await handle.stat();
  const last = size > shortBytes ? await lastLine(handle, size) : undefined;
  if (last !== undefined && Math.abs(mtimeMs - Date.parse(last.at)) < writtenWithinMs) return last;
  const { events, damage } = checkRecords(await read(handle, 0, size));
  const found = damage ?? events.at(-1);
  // Its first line was looked at: there is one.
  return found ?? { line: 1, what: 'it is gone' };
}

/** `undefined`: it is long, or not as it was written. */
async function lastLine(handle: FileHandle, size: number): Promise<Event | undefined> {
  const tail = await read(handle, size - tailBytes, tailBytes);
  const end = tail.lastIndexOf('\n');
  return eventOf(tail.subarray(tail.lastIndexOf('\n', end - 1) + 1, Math.max(0, end)));
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
