import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import { after, within } from '../clock.ts';
import { killGroup } from './control-directory.ts';
import { droppedFailure, lostFailure, masterFailure, type Wanted } from './master-failure.ts';
import { isReady, shownKey } from './master-progress.ts';
import { controlArguments } from './ssh-arguments.ts';

/** The ssh that holds a host's connection. */
export interface Master {
  readonly controlPath: string;
  /** `SHA256:…` of the host's key. */
  readonly hostKey: string | undefined;
  /** What it said while logging in. */
  readonly said: string;
  /** Why the connection is no more; absent: it stands. */
  readonly lost: HostFailure | undefined;
  /** Calls back once when it is lost; the returned function withdraws that. */
  whenLost(tell: (failure: HostFailure) => void): () => void;
  /** Whether it still speaks. */
  answers(): Promise<boolean>;
  /** Ends it; resolves when it has gone. */
  end(): Promise<void>;
}

export interface MasterOptions {
  readonly args: readonly string[];
  readonly controlPath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly wanted: Wanted;
  /** For all of connecting. */
  readonly connectMs: number;
  /** Stands still while the operator is asked. */
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** All that it has said so far, while it logs in. */
  heard(words: string): void;
  /** Its process has begun. */
  started(pid: number): void;
  /** Its process has gone. */
  gone(): void;
}

const killMs = 2000;
const mostWords = 512 * 1024;
const keptWords = 8192;

/** It was hung up on before the first byte, which may be tried again. */
export interface Dropped {
  /** For when no other attempt is made. */
  readonly failure: HostFailure;
}

/** Connects. Rejects with a `HostFailure`. */
export function startMaster(options: MasterOptions): Promise<Master | Dropped> {
  const { clock, controlPath, wanted, signal } = options;
  // A session of its own: no terminal to ask on, and no Ctrl-C from one.
  const child = spawn('ssh', options.args, { env: options.env, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  const { pid } = child;
  if (pid !== undefined) options.started(pid);
  const listeners = new Set<(failure: HostFailure) => void>();
  let words = '';
  let lost: HostFailure | undefined;
  let ended = false;
  let tellGone = (): void => undefined;
  const gone = new Promise<void>((resolve) => {
    tellGone = resolve;
  });

  function kill(): void {
    if (pid === undefined || ended) return;
    killGroup(pid, 'SIGTERM');
    const disarm = after(clock, killMs, () => killGroup(pid, 'SIGKILL'));
    void gone.then(disarm);
  }

  return new Promise((resolve, reject) => {
    let waiting = true;
    const settle = (): boolean => {
      if (!waiting) return false;
      waiting = false;
      disarm();
      signal.removeEventListener('abort', abort);
      return true;
    };
    const fail = (failure: HostFailure): void => {
      if (!settle()) return;
      kill();
      reject(failure);
    };
    const abort = (): void => fail(cancelled());
    const disarm = after(clock, options.connectMs, () => fail(masterFailure(words, wanted, options.connectMs)));
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();

    child.on('error', (error: NodeJS.ErrnoException) => {
      fail(notStarted(error));
      over();
    });
    child.stderr.on('error', () => undefined);
    child.stderr.on('data', (chunk: Buffer) => {
      words += chunk.toString('utf8');
      if (waiting) options.heard(words);
      if (!waiting) words = words.slice(-keptWords);
      else if (words.length > mostWords)
        fail(new HostFailure('protocol', 'the host writes without end before the login'));
      else if (isReady(words) && existsSync(controlPath)) ready();
    });
    child.on('close', over);
    // What it started may hold its stderr for longer than it lives.
    child.on('exit', () => void after(clock, 500, over));

    function ready(): void {
      if (!settle()) return;
      const said = words;
      words = '';
      resolve(standing(said));
    }
    function over(): void {
      if (ended) return;
      ended = true;
      options.gone();
      tellGone();
      const dropped = waiting ? droppedFailure(words, wanted) : undefined;
      if (!waiting) lose(lostFailure(words));
      else if (dropped === undefined) fail(masterFailure(words, wanted));
      else {
        settle();
        resolve({ failure: dropped });
      }
    }
  });

  function lose(failure: HostFailure): void {
    if (lost !== undefined) return;
    lost = failure;
    for (const tell of [...listeners]) tell(failure);
    listeners.clear();
  }

  function standing(said: string): Master {
    const asking = new Set<Question>();
    return {
      controlPath,
      hostKey: shownKey(said)?.fingerprint,
      said,
      get lost() {
        return lost;
      },
      whenLost(tell) {
        listeners.add(tell);
        return () => listeners.delete(tell);
      },
      async answers() {
        const question = askWhetherItStands(controlPath, options.env, clock);
        asking.add(question);
        try {
          return await question.answer;
        } finally {
          asking.delete(question);
        }
      },
      async end() {
        lose(new HostFailure('cancelled', 'the connection was closed'));
        kill();
        // Whoever asked may have stopped waiting; what it started must not outlive the connection.
        await Promise.all([...asking].map((question) => question.drop()));
        await within(clock, killMs + 1000, gone, () => undefined);
      },
    };
  }
}

interface Question {
  /** Whether the connection still speaks. */
  readonly answer: Promise<boolean>;
  /** Stops asking; resolves when the process that asks has gone. */
  drop(): Promise<boolean>;
}

function askWhetherItStands(controlPath: string, env: NodeJS.ProcessEnv, clock: Clock): Question {
  const child = spawn('ssh', controlArguments(controlPath, 'check'), { env, detached: true, stdio: 'ignore' });
  const asked = new Promise<boolean>((resolve) => {
    child.on('error', () => resolve(false));
    child.on('exit', (code) => resolve(code === 0));
  });
  const drop = (): Promise<boolean> => {
    child.kill('SIGKILL');
    return asked;
  };
  return { answer: within(clock, 5000, asked, drop), drop };
}

function notStarted(error: NodeJS.ErrnoException): HostFailure {
  if (error.code !== 'ENOENT') return new HostFailure('config', `the ssh program cannot be started: ${error.message}`);
  return new HostFailure(
    'config',
    'there is no ssh program on this machine, and the transport `openssh` needs it',
    'install the OpenSSH client, or use `-c ssh`, which needs none',
  );
}

/** The failure of everything that was given up before its end. */
export function cancelled(): HostFailure {
  return new HostFailure('cancelled', 'cancelled while connecting');
}
