import { assertNever } from '../model/assert-never.ts';
import { formatDuration } from '../model/duration.ts';
import { HostFailure } from '../model/host-failure.ts';
import { laneFrame, laneProgram, laneWord } from '../shell/frame.ts';
import { after, within } from './clock.ts';
import { frameStreams } from './frame-streams.ts';
import { type HostShell, type ShellEnd, type ShellIds, type ShellOptions, startShell } from './host-shell.ts';
import { killGroup } from './kill-group.ts';
import type { LaneJob } from './lane-job.ts';
import type { LaneLimits } from './lane-limits.ts';

/** One shell of a lane. When a frame spoils it, it ends, and another one takes over. */
export interface LaneShell {
  /** Sends jobs in one write; not after it began to end. */
  send(jobs: readonly LaneJob[]): void;
  readonly open: boolean;
  /** Its program runs. Rejects with a `HostFailure` when it never will. */
  readonly greeted: Promise<void>;
  destroy(): void;
}

/** How a lane's shell ended. */
export interface LaneShellEnd {
  /** Jobs that provably had not begun: they may go to another shell. */
  readonly unbegun: readonly LaneJob[];
  /** For jobs that come later too: there is no point in another shell. */
  readonly failure?: HostFailure;
}

/** One for all hosts: a stack is dear, and nobody reads it. */
export const closedByUs = new HostFailure('cancelled', 'the connection was closed');

/** Starts a lane's shell. `ended` is called once; by then every job it was given is settled or among `unbegun`. */
export function laneShell(options: ShellOptions, limits: LaneLimits, ended: (end: LaneShellEnd) => void): LaneShell {
  const { clock } = options;
  let ids: ShellIds | undefined;
  let ending = false;
  let gone: ((end: ShellEnd) => void) | undefined;
  let disarmDeadline = (): void => undefined;
  let disarmGrace = (): void => undefined;
  const greeting = deferred();

  const streams = frameStreams(clock, {
    wrote,
    scriptEnded: armGrace,
    whole(job) {
      disarmGrace();
      if (job.rc === undefined) job.fail(new HostFailure('protocol', 'the shell did not say how a command ended'));
      job.answer(clock.monotonic());
      armDeadline();
    },
    garbled(job) {
      job.fail(new HostFailure('protocol', 'a command did not reach the shell whole'));
      retire();
    },
  });

  function wrote(job: LaneJob): void {
    if (job.stdout.total + job.stderr.total > limits.outputBytes) {
      const mebibytes = Math.round(limits.outputBytes / 1024 / 1024);
      job.fail(new HostFailure('output_limit', `the command wrote more than ${mebibytes} MiB and was stopped`));
      retire();
    } else if (scriptIsOver(job)) {
      armGrace(job);
    }
  }

  /** A child that was left behind may hold the streams for ever: the command itself has ended, so its answer is known. */
  function armGrace(job: LaneJob): void {
    disarmGrace();
    if (ending) return;
    disarmGrace = after(clock, limits.graceMs, () => {
      answerAsItIs(job);
      retire();
    });
  }

  function answerAsItIs(job: LaneJob): void {
    streams.flush();
    job.answer(clock.monotonic());
  }

  /** Each frame's time counts from when it is the first one not ended, as they run one after the other. */
  function armDeadline(): void {
    disarmDeadline();
    const [job] = streams.jobs;
    if (job === undefined || ids === undefined || ending) return;
    disarmDeadline = after(clock, job.timeoutMs, () => {
      if (scriptIsOver(job)) answerAsItIs(job);
      else job.fail(new HostFailure('timeout', `no end after ${formatDuration(job.timeoutMs)}`));
      retire();
    });
  }

  function stopWaiting(): void {
    ending = true;
    disarmDeadline();
    disarmGrace();
  }

  /** Ends the shell and all it started, then says which jobs had not begun. */
  function retire(): void {
    if (ending) return;
    stopWaiting();
    const end = new Promise<ShellEnd | undefined>((resolve) => {
      gone = resolve;
    });
    if (ids !== undefined) void killGroup(options, ids);
    // Only a shell that is seen to be gone proves that what it had not begun will never begin.
    void within(clock, limits.killMs, end, () => undefined).then((last) => {
      shell.destroy();
      const proved = last?.kind === 'ended';
      const why = proved ? 'its shell was stopped because of an earlier command' : 'its shell could not be stopped';
      finish(proved, new HostFailure('lost', why));
    });
  }

  /** `everyone`: a failure that jobs to come would meet too. */
  function finish(proved: boolean, failure: HostFailure, everyone?: HostFailure): void {
    const unbegun = streams.jobs.filter((job) => proved && !job.settled && !job.begun);
    for (const job of streams.jobs) if (!unbegun.includes(job)) job.fail(failure);
    greeting.reject(failure);
    ended({ unbegun, ...(everyone === undefined ? {} : { failure: everyone }) });
  }

  function closed(end: ShellEnd): void {
    if (ending) {
      gone?.(end);
      return;
    }
    stopWaiting();
    switch (end.kind) {
      case 'ended': {
        const failure = new HostFailure('shell', 'the command ended the shell that ran it');
        // A shell that ends before any of its jobs has begun would do so again.
        const { anyBegun } = streams;
        finish(anyBegun, failure, anyBegun ? undefined : new HostFailure('shell', 'the shell ended by itself'));
        return;
      }
      case 'lost':
      case 'not_started':
        finish(false, end.failure, end.failure);
        return;
      default:
        assertNever(end);
    }
  }

  function hello(found: ShellIds): void {
    ids = found;
    greeting.resolve();
    armDeadline();
  }

  const events = { hello, stdout: streams.stdout, stderr: streams.stderr, closed };
  const shell: HostShell = startShell(options, laneProgram, events, laneWord);

  return {
    get open() {
      return !ending;
    },
    greeted: greeting.promise,
    send(jobs) {
      const idle = streams.jobs.length === 0;
      streams.add(jobs);
      shell.write(Buffer.from(jobs.map(encodeJob).join(''), 'utf8'));
      if (idle) armDeadline();
    },
    destroy() {
      stopWaiting();
      shell.destroy();
      greeting.reject(closedByUs);
    },
  };
}

/** Nobody need wait for it. */
function deferred() {
  let resolve = (): void => undefined;
  let reject: (failure: HostFailure) => void = () => undefined;
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}

function scriptIsOver(job: LaneJob): boolean {
  return job.rc !== undefined && job.stderrWhole;
}

/** A frame's end is told with the next one's beginning, which must therefore not be long under way. */
const longestWait = 32 * 1024;

function encodeJob({ nonce, script, leavesNothing }: LaneJob, at: number, jobs: readonly LaneJob[]): string {
  const next = jobs[at + 1];
  const followed = next !== undefined && next.script.length <= longestWait;
  return laneFrame(nonce, script, leavesNothing ? (followed ? 'followed' : 'plain') : 'piped');
}
