import type { Answer } from '../model/command.ts';
import type { FixRequest } from '../model/transport.ts';
import { cappedOutput } from './capped-output.ts';
import { formatLabel } from './label.ts';
import { exitCode, markerScanner } from './marker-scanner.ts';
import { quote } from './quote.ts';
import { renderCommand } from './render.ts';

/** Kept of each command's stream. */
const maxBytes = 1024 * 1024;

/**
 * All commands of a fix as one script, in order, each in a subshell of its own, ended by the first rc other than 0. Each
 * gives `NONCE b I`, its output and `NONCE e I RC` on stdout, `NONCE b I` and `NONCE e I` on stderr; the script ends with `NONCE done` on
 * both. A part's label stands in front of its first command. The script has clear secrets in it: it travels on stdin only.
 */
export function composeFix(request: FixRequest, nonce: string): string {
  const lines: string[] = [];
  let index = 0;
  for (const part of request.parts) {
    if (part.commands.length > 0) lines.push(formatLabel(part.label));
    for (const command of part.commands) {
      lines.push(
        `echo '${nonce} b ${index}'; echo '${nonce} b ${index}' >&2`,
        `( eval ${quote(renderCommand(command))} ) </dev/null; mg_rc=$?`,
        `echo "${nonce} e ${index} $mg_rc"; echo '${nonce} e ${index}' >&2`,
        `[ "$mg_rc" -eq 0 ] || { echo '${nonce} done'; echo '${nonce} done' >&2; exit "$mg_rc"; }`,
      );
      index += 1;
    }
  }
  lines.push(`echo '${nonce} done'; echo '${nonce} done' >&2`, '');
  return lines.join('\n');
}

/** What a fix's output says so far. */
export interface FixReading {
  /** Of every command that ended, in order. */
  readonly answers: readonly Answer[];
  /** Some command began. */
  readonly begun: boolean;
  /** The script came to its own end. */
  readonly done: boolean;
  /** Bytes of both streams. */
  readonly total: number;
}

export interface FixReader {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  read(): FixReading;
}

interface Ended {
  readonly rc: number | undefined;
  readonly text: string;
  readonly truncated: boolean;
  readonly ms: number;
}

/** Reads the streams of a script made by {@link composeFix} as they come. `now` gives monotonic ms. */
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
        total: out.total() + err.total(),
      };
    },
  };
}

/** The answers in the whole output of a script made by {@link composeFix}. Times are 0. */
export function parseFix(nonce: string, stdout: Buffer, stderr: Buffer): FixReading {
  const reader = fixReader(nonce, () => 0);
  reader.stdout(stdout);
  reader.stderr(stderr);
  return reader.read();
}

function fixStream(nonce: string, now: () => number) {
  const ended: Ended[] = [];
  let current: ReturnType<typeof cappedOutput> | undefined;
  let beganAt = 0;
  let begun = false;
  let done = false;
  let total = 0;
  const scanner = markerScanner({
    bytes: (bytes) => current?.push(bytes),
    marker([word, index, rc]) {
      if (word === 'done') done = true;
      if (Number(index) !== ended.length) return;
      if (word === 'b') {
        begun = true;
        beganAt = now();
        current = cappedOutput(maxBytes);
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
    total: () => total,
  };
}
