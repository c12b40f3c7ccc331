import type { Answer, Command } from '../model/command.ts';
import type { FixRequest } from '../model/transport.ts';
import { cappedOutput } from './capped-output.ts';
import { formatLabel } from './label.ts';
import { exitCode, markerScanner } from './marker-scanner.ts';
import { quote } from './quote.ts';
import { renderCommand } from './render.ts';

/** Kept of each command's stream. */
const maxBytes = 1024 * 1024;

/** How long a command may take to end by itself after its time, in seconds, before the whole fix is killed. */
const graceSeconds = 5;

/*
 * The relays stand between the script and the wire: when that breaks, or a deadline asks all to end, they read on, so
 * that no command ever dies of its output (SIGPIPE). They inherit the ignored signals. The commands must not,
 * or `yes | head -1` might never end: so the script's shell sets handlers, which subshells turn into the default.
 */
const relay = '( cat 2>/dev/null; exec cat >/dev/null 2>&1 )';

/*
 * After the command's time the watcher asks the whole group to end, says so with rc 7, and leaves one behind that kills
 * it. It is itself ended by KILL: dash loses a TERM that comes just after the fork. Its short sleeps leave none behind.
 */
const watch = `mg_watch() {
[ "\${mg_g:-0}" -gt 1 ] || return 0
( mg_n=$1; while [ "$mg_n" -gt 0 ]; do sleep 1; mg_n=$((mg_n-1)); done
trap '' TERM; kill -TERM "-$mg_g"
( sleep ${graceSeconds}; kill -KILL "-$mg_g" ) &
exit 7 ) </dev/null >/dev/null 2>&1 &
mg_w=$!
}
mg_unwatch() {
[ -n "$mg_w" ] || return 0
[ -n "$mg_stop" ] || kill -KILL "$mg_w"
wait "$mg_w"
[ $? -ne 7 ] || { mg_rc=124; mg_stop=; }
mg_w=
}`;

/**
 * All commands of a fix as one script, in order, each in a subshell of its own, ended by the first rc other than 0. Each
 * gives `NONCE b I`, its output and `NONCE e I RC` on stdout, `NONCE b I` and `NONCE e I` on stderr; the script ends with `NONCE done` on
 * both, or with `NONCE stop` when it was asked to end (TERM). A part's label stands in front of its first command. A command that outlasted its
 * `timeoutMs` has rc 124, as `timeout` gives. The script goes on when the wire breaks. It has clear secrets in it: it travels on
 * stdin only. `$mg_g` must be its process group, or 0.
 */
export function composeFix(request: FixRequest, nonce: string): string {
  const say = (word: string): string => `echo '${nonce} ${word}'; echo '${nonce} ${word}' >&2`;
  const lines = [
    "trap '' HUP INT PIPE TERM",
    '{ {',
    "mg_stop=; mg_w=; trap : HUP INT PIPE; trap 'mg_stop=1' TERM",
    watch,
  ];
  let index = 0;
  for (const part of request.parts) {
    if (part.commands.length > 0) lines.push(formatLabel(part.label));
    for (const command of part.commands) {
      const seconds = ownSeconds(command);
      lines.push(
        say(`b ${index}`),
        ...(seconds === undefined ? [] : [`mg_watch ${seconds}`]),
        `( eval ${quote(renderCommand(command))} ) </dev/null; mg_rc=$?`,
        ...(seconds === undefined ? [] : ['mg_unwatch 2>/dev/null']),
        // Where it has no group of its own, only the outer shell can be killed.
        `{ [ -z "$mg_stop" ] && kill -0 $$; } 2>/dev/null || { ${say('stop')}; exit 143; }`,
        `echo "${nonce} e ${index} $mg_rc"; echo '${nonce} e ${index}' >&2`,
        `[ "$mg_rc" -eq 0 ] || { ${say('done')}; exit "$mg_rc"; }`,
      );
      index += 1;
    }
  }
  lines.push(say('done'), `} 2>&1 >&3 3>&- | ${relay} >&2 3>&-; } 3>&1 | ${relay}`, '');
  return lines.join('\n');
}

/** How long a fix may take at least, in ms: the own times of its commands one after the other. */
export function ownTime(request: FixRequest): number {
  return request.parts
    .flatMap((part) => part.commands)
    .reduce((sum, { timeoutMs }) => sum + (timeoutMs === undefined ? 0 : timeoutMs + (graceSeconds + 1) * 1000), 0);
}

function ownSeconds({ timeoutMs, unkillable }: Command): number | undefined {
  return timeoutMs === undefined || unkillable === true ? undefined : Math.max(1, Math.ceil(timeoutMs / 1000));
}

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
  /** How long the command that has not ended runs already, in ms. */
  readonly runningMs?: number;
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
        stopped: out.stopped() && err.stopped(),
        ...out.running(),
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
  let stopped = false;
  let total = 0;
  const scanner = markerScanner({
    bytes: (bytes) => current?.push(bytes),
    marker([word, index, rc]) {
      if (word === 'done') done = true;
      if (word === 'stop') stopped = true;
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
    stopped: () => stopped,
    running: () => (current === undefined ? {} : { runningMs: now() - beganAt }),
    total: () => total,
  };
}
