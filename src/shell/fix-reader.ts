import type { Answer } from '../model/command.ts';
import { CappedOutput } from './capped-output.ts';
import { exitCode, markerScanner } from './marker-scanner.ts';

/** Kept of each command's stream. */
const maxBytes = 1024 * 1024;

/** What a fix's output says so far. */
export interface FixReading {
  /** Of every command that ended, in order. */
  readonly answers: readonly Answer[];
  /** Some command began. */
  readonly begun: boolean;
  /** The script came to its own end. */
  readonly done: boolean;
  /** The script ended because it was asked to. */
  readonly stopped: boolean;
  /** The host says that the fix's time is over; it ends it. */
  readonly late: boolean;
  /** A fix of the same key was there before: its end is awaited, and nothing begins here. */
  readonly follows: boolean;
  /** What the host said of the marker (marker.ts) before anything began. */
  readonly reply: MarkerReply | undefined;
  /** How long the command that has not ended runs already, in ms. */
  readonly runningMs?: number;
  /** Bytes of both streams. */
  readonly total: number;
}

/** What a host says first of all: the marker is ours and the script begins, or nothing begins here, and why. */
export interface MarkerReply {
  readonly word: 'fresh' | 'storage' | 'found';
  readonly code: number;
}

export interface FixReader {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  read(): FixReading;
  /** What stood on both streams after the reply, when nothing began. Once all has arrived. */
  rest(): { readonly stdout: Buffer; readonly stderr: Buffer };
}

interface Ended {
  readonly rc: number | undefined;
  readonly text: string;
  readonly truncated: boolean;
  readonly ms: number;
}

/** Reads the streams of a script made by composeFix (fix.ts) as they come. `now` gives monotonic ms. */
export function fixReader(nonce: string, now: () => number): FixReader {
  const out = fixStream(nonce, now);
  const err = fixStream(nonce, now);
  return {
    stdout: out.push,
    stderr: err.push,
    read() {
      const answers: Answer[] = [];
      for (const [index, stdout] of out.ended.entries()) {
        const stderr = err.ended[index];
        if (stdout.rc === undefined || stderr === undefined) break;
        answers.push({
          rc: stdout.rc,
          stdout: stdout.text,
          stderr: stderr.text,
          truncated: stdout.truncated || stderr.truncated,
          ms: stdout.ms,
        });
      }
      return {
        answers,
        begun: out.begun() || err.begun(),
        done: out.done() && err.done(),
        stopped: out.stopped() && err.stopped(),
        late: out.late(),
        follows: out.follows(),
        reply: out.reply(),
        ...out.running(),
        total: out.total() + err.total(),
      };
    },
    rest: () => ({ stdout: out.rest(), stderr: err.rest() }),
  };
}

/** The answers in the whole output of a script made by composeFix (fix.ts). Times are 0. */
export function parseFix(nonce: string, stdout: Buffer, stderr: Buffer): FixReading {
  const reader = fixReader(nonce, () => 0);
  reader.stdout(stdout);
  reader.stderr(stderr);
  return reader.read();
}

function fixStream(nonce: string, now: () => number) {
  const ended: Ended[] = [];
  let current: CappedOutput | undefined;
  let beganAt = 0;
  let begun = false;
  let done = false;
  let stopped = false;
  let late = false;
  let follows = false;
  let reply: MarkerReply | undefined;
  let total = 0;
  /** What stands before the first command: somebody else's spool, or a complaint. */
  const rest: Buffer[] = [];
  const scanner = markerScanner({
    bytes(bytes) {
      if (begun) current?.push(bytes);
      else rest.push(Buffer.from(bytes));
    },
    marker([word, index, rc]) {
      if (word === 'done') done = true;
      if (word === 'stop') stopped = true;
      if (word === 'late') late = true;
      if (word === 'follow') follows = true;
      if (word === 'fresh' || word === 'storage' || word === 'found') {
        reply ??= { word, code: Number(index) };
        rest.length = 0;
        return;
      }
      if (Number(index) !== ended.length) return;
      if (word === 'b') {
        begun = true;
        beganAt = now();
        current = new CappedOutput(maxBytes);
      } else if (word === 'e' && current !== undefined) {
        const { truncated } = current;
        ended.push({
          rc: exitCode(rc),
          text: current.text(),
          truncated,
          ms: now() - beganAt,
        });
        current = undefined;
      }
    },
  });
  scanner.lookFor(nonce);
  return {
    ended,
    push(chunk: Buffer) {
      total += chunk.length;
      scanner.push(chunk);
    },
    begun: () => begun,
    done: () => done,
    stopped: () => stopped,
    late: () => late,
    follows: () => follows,
    reply: () => reply,
    rest() {
      scanner.flush();
      return Buffer.concat(rest);
    },
    running: () => (current === undefined ? {} : { runningMs: now() - beganAt }),
    total: () => total,
  };
}
