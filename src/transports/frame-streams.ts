import type { Clock } from '../model/clock.ts';
import { exitCode, markerScanner } from '../shell/marker-scanner.ts';
import type { LaneJob } from './lane-job.ts';

export interface FrameStreamsEvents {
  /** Output of a job came, and was kept or counted. */
  wrote(job: LaneJob): void;
  /** The job's script has ended and all that it wrote itself has arrived; children may still write. */
  scriptEnded(job: LaneJob): void;
  /** Both streams are over. */
  whole(job: LaneJob): void;
  /** The shell says that the frame did not arrive as it was sent; it has not run it. */
  garbled(job: LaneJob): void;
}

/** The two streams of a lane's shell, told apart by job. */
export interface FrameStreams {
  /** Jobs that are not over, in the order in which the shell gets them: the first runs, or runs next. */
  readonly jobs: readonly LaneJob[];
  /** Whether any job ever began. */
  readonly anyBegun: boolean;
  add(jobs: readonly LaneJob[]): void;
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  /** Hands out what may still become a marker. */
  flush(): void;
}

/** Reads what laneProgram (shell/frame.ts) writes. What stands before a frame's first marker is noise and is dropped. */
export function frameStreams(clock: Clock, events: FrameStreamsEvents): FrameStreams {
  const jobs: LaneJob[] = [];
  let anyBegun = false;
  const out = stream('stdout');
  const err = stream('stderr');

  function stream(name: 'stdout' | 'stderr') {
    const queue: LaneJob[] = [];
    let inside = false;
    const scanner = markerScanner({
      bytes(bytes) {
        const [job] = queue;
        if (!inside || job === undefined || job.settled) return;
        job[name].push(bytes);
        events.wrote(job);
      },
      marker([word, rc]) {
        const [job] = queue;
        if (job === undefined) return;
        if (word === 'b') {
          inside = true;
          begin(job);
        } else if (word === 'x') {
          events.garbled(job);
        } else if (inside && word === 'r') {
          if (name === 'stderr') job.stderrWhole = true;
          else job.rc ??= exitCode(rc);
          if (job.rc !== undefined && job.stderrWhole) events.scriptEnded(job);
        } else if (inside && word === 'e') {
          inside = false;
          queue.shift();
          scanner.lookFor(queue[0]?.nonce);
          job[`${name}Ended`] = true;
          if (job.stdoutEnded && job.stderrEnded) {
            jobs.shift();
            events.whole(job);
          }
        }
      },
    });
    return {
      scanner,
      add(more: readonly LaneJob[]) {
        queue.push(...more);
        scanner.lookFor(queue[0]?.nonce);
      },
    };
  }

  function begin(job: LaneJob): void {
    if (job.begun) return;
    job.begun = true;
    anyBegun = true;
    job.beganAt = clock.monotonic();
  }

  return {
    jobs,
    get anyBegun() {
      return anyBegun;
    },
    add(more) {
      jobs.push(...more);
      out.add(more);
      err.add(more);
    },
    stdout: out.scanner.push,
    stderr: err.scanner.push,
    flush() {
      out.scanner.flush();
      err.scanner.flush();
    },
  };
}
