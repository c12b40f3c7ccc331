import type { Answer } from '../model/command.ts';
import { type FixReading, type MarkerReply, parseFix } from './fix-reader.ts';
import { exitCode } from './marker-scanner.ts';

/** How a fix stands of which the host has a marker; `cancelled`: it never began and never will. `removed`: it began, and somebody took the marker away. */
export type FoundState = 'ended' | 'running' | 'dead' | 'rebooted' | 'cancelled' | 'torn' | 'stopped' | 'removed';

const states: readonly FoundState[] = [
  'ended',
  'running',
  'dead',
  'rebooted',
  'cancelled',
  'torn',
  'stopped',
  'removed',
];

/** A state by the number that stands in `NONCE found STATE`. */
export function foundState(code: number): FoundState {
  return states[code - 1] ?? 'torn';
}

/** The number of a state; for hosts that are simulated. */
export function foundCode(state: FoundState): number {
  return states.indexOf(state) + 1;
}

const troubles: readonly string[] = [
  'there is no folder for its marker',
  'the folder of the markers does not belong to this user alone',
  'its marker could not be made',
  'its marker could not be written',
];

/** Why a marker could not be made, by the number in `NONCE storage WHY`. */
export function storageTrouble(code: number): string {
  return troubles[code - 1] ?? 'its marker could not be made';
}

const lacks = [
  [1, 'the host has no sync: the record of a fix may not outlive a power failure'],
  [2, 'the host has no setsid: only this side can end a fix that takes too long'],
  [4, 'the host has no tee: what a fix writes is lost with the connection'],
] as const;

/** What the host cannot do for a fix, by the bits in `NONCE fresh LACKS`. Mostly nothing, then there is no list. */
export function lacking({ word, code }: MarkerReply): { readonly lacks?: readonly string[] } {
  const missing = lacks.flatMap(([bit, words]) => (word === 'fresh' && (code & bit) !== 0 ? [words] : []));
  return missing.length === 0 ? {} : { lacks: missing };
}

/** What a host has of a fix that somebody asked for before. */
export interface FoundFix extends Pick<FixReading, 'answers' | 'late'> {
  /** With `cancelled`: the boot in which it was found that it had not begun. */
  readonly bootId: string;
}

/** Reads what follows `NONCE found STATE`: one line, then the spools. An exit code without its output has an answer too. */
export function readFound(stdout: Buffer, stderr: Buffer): FoundFix {
  const lineEnd = stdout.indexOf(0x0a);
  const [first = '', ...codes] = stdout.toString('latin1', 0, Math.max(0, lineEnd)).split(' ');
  const nonce = /^[0-9a-f]{32}$/.test(first) ? first : undefined;
  if (nonce === undefined) return { answers: [], late: false, bootId: first.slice(0, 64) };
  const { answers, late } = parseFix(nonce, stdout.subarray(lineEnd + 1), stderr);
  const all: Answer[] = [];
  for (const code of codes) {
    const rc = /^\d+$/.test(code) ? exitCode(code) : undefined;
    if (rc === undefined) break;
    all.push({ stdout: '', stderr: '', truncated: true, ms: 0, ...answers[all.length], rc });
  }
  return { answers: all, late, bootId: '' };
}
