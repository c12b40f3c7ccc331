import type { Answer, Command } from '../model/command.ts';
import type { HostFailure } from '../model/host-failure.ts';
import type { Again, Label } from '../model/transport.ts';
import { CappedOutput } from '../shell/capped-output.ts';
import { formatLabel } from '../shell/label.ts';
import { leavesNothing } from '../shell/leaves-nothing.ts';
import { renderCommand } from '../shell/render.ts';
import { freshNonce } from './nonce.ts';

/** What a lane is asked to run; `become` belongs to the lane. */
export interface LaneFrame {
  readonly label: Label;
  readonly command: Command;
  readonly timeoutMs: number;
  readonly maxBytes?: number;
  /** See LaneRequest: it runs in each shell that takes this one's place. */
  readonly again?: Again;
}

/** One frame on its way: what is known of it, and who waits for it. */
export interface LaneJob {
  readonly nonce: string;
  readonly script: string;
  /** Once it has ended nobody can write on its streams. */
  readonly leavesNothing: boolean;
  readonly timeoutMs: number;
  readonly stdout: CappedOutput;
  readonly stderr: CappedOutput;
  /** A marker of it was seen. */
  begun: boolean;
  beganAt: number;
  /** How the script itself ended; all it wrote on stdout has arrived then. */
  rc: number | undefined;
  /** All that the script itself wrote on stderr has arrived. */
  stderrWhole: boolean;
  stdoutEnded: boolean;
  stderrEnded: boolean;
  /** Somebody got the answer, or the failure, already. */
  settled: boolean;
  answer(now: number): void;
  fail(failure: HostFailure): void;
}

/** Kept per stream when a request does not say. */
const defaultMaxBytes = 1024 * 1024;

/** A job for one frame, which begins with its label or not. It settles once. */
export function laneJob(
  frame: LaneFrame,
  labelled: boolean,
  resolve: (answer: Answer) => void,
  reject: (failure: HostFailure) => void,
): LaneJob {
  const nonce = freshNonce();
  const cap = frame.maxBytes ?? defaultMaxBytes;
  return {
    nonce,
    script: `${labelled ? `${formatLabel(frame.label)}\n` : ''}${renderCommand(frame.command)}`,
    leavesNothing: leavesNothing(frame.command),
    timeoutMs: frame.timeoutMs,
    stdout: new CappedOutput(cap),
    stderr: new CappedOutput(cap),
    begun: false,
    beganAt: 0,
    rc: undefined,
    stderrWhole: false,
    stdoutEnded: false,
    stderrEnded: false,
    settled: false,
    answer(now) {
      if (this.settled || this.rc === undefined) return;
      this.settled = true;
      resolve({
        rc: this.rc,
        stdout: this.stdout.text(),
        stderr: this.stderr.text(),
        truncated: this.stdout.truncated || this.stderr.truncated,
        ms: Math.max(0, now - this.beganAt),
      });
    },
    fail(failure) {
      if (this.settled) return;
      this.settled = true;
      reject(failure);
    },
  };
}
