import { assertNever } from '../model/assert-never.ts';
import type { Command } from '../model/command.ts';
import { formatDuration } from '../model/duration.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { FixOutcome } from '../model/transport.ts';
import { fixReader } from '../shell/fix-reader.ts';
import { encodeFrame } from '../shell/frame.ts';
import { foundState, lacking, readFound } from '../shell/marker-reply.ts';
import { after } from './clock.ts';
import { foundOutcome, storageFailure } from './fix-outcome.ts';
import { type HostShell, type ShellEnd, type ShellIds, type ShellOptions, startShell } from './host-shell.ts';
import { killGroup } from './kill-group.ts';
import type { LaneLimits } from './lane-limits.ts';

/** The host ends a fix itself, by whole seconds; this side tries only when it has not said so by then. */
const hostFirstMs = 2500;

/** How long a host may take to write a marker to its disk. A fix's own time begins with its first command. */
const markerMs = 60_000;

/** A program that the host runs, and what is known of it here. */
export interface FixJob {
  readonly nonce: string;
  readonly program: string;
  /** What the program reads when it finds its fix begun already. */
  readonly follow?: string;
  readonly commands: readonly Command[];
  readonly deadlineMs: number;
  /** Takes over the shell of a fix that has ended: it waits to hear that this is written down. */
  readonly ended?: ((shell: HostShell) => void) | undefined;
  /** It only asks for a fix, of which this is known. */
  readonly asked?: { readonly bootId: string | undefined };
}

/** Starts a fix's program on a channel of its own and says what became of it. `closing` aborts when the connection is closed. */
export function superviseFix(
  options: ShellOptions,
  limits: LaneLimits,
  { nonce, program, follow, commands, deadlineMs, ended, asked }: FixJob,
  closing: AbortSignal,
): Promise<FixOutcome> {
  return new Promise((resolve) => {
    const { clock } = options;
    const reader = fixReader(nonce, () => clock.monotonic());
    let ids: ShellIds | undefined;
    let bootId = asked?.bootId;
    let stoppedBy: HostFailure | undefined;
    let timed = asked !== undefined;
    let disarm = (): void => undefined;
    let told = false;
    let settled = false;

    const shell = startShell({ ...options, booted: heardBoot }, program, {
      hello(found) {
        ids = found;
        disarm = after(clock, timed ? deadlineMs : deadlineMs + markerMs, late);
      },
      stdout(chunk) {
        if (settled) return;
        reader.stdout(chunk);
        look();
      },
      stderr(chunk) {
        if (settled) return;
        reader.stderr(chunk);
        look();
      },
      closed,
    });

    const cut = (): void => {
      const failure = new HostFailure('cancelled', 'the connection was closed while the fix ran');
      settle({ kind: 'unknown', failure, answers: reader.read().answers });
    };
    closing.addEventListener('abort', cut, { once: true });

    function heardBoot(id: string): void {
      options.booted?.(id);
      if (asked === undefined) bootId = id;
    }

    function settle(outcome: FixOutcome, done = false): void {
      settled = true;
      disarm();
      closing.removeEventListener('abort', cut);
      if (done && ended !== undefined) ended(shell);
      else shell.destroy();
      resolve(outcome);
    }

    /** The script's own end is enough: a service that it started may hold the channel for ever. */
    function look(): void {
      const { begun, done, stopped, late: hostStops, answers, total, reply, follows } = reader.read();
      if (follows) tellHowToFollow();
      if (begun && !timed && stoppedBy === undefined) {
        timed = true;
        disarm();
        disarm = after(clock, deadlineMs, late);
      }
      if (done) settle({ kind: 'ended', answers, ...(reply === undefined ? {} : lacking(reply)) }, true);
      else if (stopped && hostStops) settle({ kind: 'unknown', failure: stoppedBy ?? tooLate(), answers, asked: true });
      else if (stopped) settle({ kind: 'unknown', failure: stoppedBy ?? askedToEnd(), answers, asked: true });
      else if (total > limits.outputBytes) stop('output_limit', 'wrote too much');
      else if (hostStops && stoppedBy === undefined) awaitEnd(tooLate());
    }

    function tellHowToFollow(): void {
      if (follow === undefined || told) return;
      told = true;
      shell.write(encodeFrame(nonce, follow));
    }

    /** Time is over. The host is the first to know, unless it cannot end the fix or cannot be heard. */
    function late(): void {
      if (unkillableLeft()) stop('timeout', tookTooLong());
      else disarm = after(clock, hostFirstMs, () => stop('timeout', tookTooLong()));
    }

    function tookTooLong(): string {
      return timed
        ? `had not ended after ${formatDuration(deadlineMs)}`
        : `had not begun after ${formatDuration(deadlineMs + markerMs)}`;
    }

    function tooLate(): HostFailure {
      return new HostFailure('timeout', `the fix ${tookTooLong()} and was stopped`);
    }

    function unkillableLeft(): boolean {
      return commands.slice(reader.read().answers.length).some((command) => command.unkillable === true);
    }

    /** Asks the fix to end, later ends it; unless a command that must not be killed may be running, or may begin. */
    function stop(phase: 'timeout' | 'output_limit', why: string): void {
      if (stoppedBy !== undefined) return;
      disarm();
      if (unkillableLeft()) {
        const { begun, answers } = reader.read();
        const message = `the fix ${why}; it goes on there, since a command in it must not be killed`;
        // One that has not begun here may be another's with the same key: its marker tells.
        const outcome = begun ? ({ asked: true } as const) : {};
        settle({ kind: 'unknown', failure: new HostFailure(phase, message), answers, ...outcome });
        return;
      }
      if (ids !== undefined) void killGroup(options, ids, 'TERM');
      awaitEnd(new HostFailure(phase, `the fix ${why} and was stopped`));
    }

    /** It was asked to end; later it is killed. */
    function awaitEnd(why: HostFailure): void {
      stoppedBy = why;
      disarm();
      disarm = after(clock, limits.termMs, kill);
    }

    function kill(): void {
      if (ids !== undefined) void killGroup(options, ids, 'KILL');
      disarm = after(clock, limits.killMs, () => {
        const { phase, message } = stoppedBy ?? askedToEnd();
        const help = 'it could not be seen to be gone: it may still be running';
        settle({ kind: 'unknown', failure: new HostFailure(phase, message, help), answers: reader.read().answers });
      });
    }

    /** Why a shell ended before its script did, when it was not for us. */
    function shellGone(): HostFailure {
      const { answers, runningMs = 0 } = reader.read();
      const own = commands[answers.length]?.timeoutMs;
      return own !== undefined && runningMs >= own
        ? new HostFailure('timeout', `a command had not ended after its own ${formatDuration(own)} and was killed`)
        : new HostFailure('shell', 'the shell of the fix ended before its script did');
    }

    /** Nothing of it ran on this channel: that proves it for a fix that began here, and nothing for one that is asked for. */
    function nothingRan(failure: HostFailure): FixOutcome {
      return asked === undefined ? { kind: 'not_started', failure } : { kind: 'unknown', failure, answers: [] };
    }

    function heard(): Pick<Extract<FixOutcome, { kind: 'unknown' }>, 'answers' | 'begun'> {
      const { answers, begun, reply } = reader.read();
      return begun || reply?.word === 'fresh' ? { answers, begun: true } : { answers };
    }

    function closed(end: ShellEnd): void {
      if (settled) return;
      switch (end.kind) {
        case 'not_started':
          settle(nothingRan(end.failure));
          return;
        case 'lost':
          settle({ kind: 'unknown', failure: stoppedBy ?? end.failure, ...heard() });
          return;
        case 'ended':
          settle(wholeOutcome());
          return;
        default:
          assertNever(end);
      }
    }

    /**
     * Everything that its shell wrote has arrived; what stood between the script and the wire may have died before it. So
     * where a marker is, nothing is proved here but what the host says of it, unless we ended it.
     */
    function wholeOutcome(): FixOutcome {
      const { begun, follows, reply } = reader.read();
      const failure = stoppedBy ?? shellGone();
      if (reply?.word === 'storage') {
        return nothingRan(storageFailure(reply.code, reader.rest().stderr.toString('utf8')));
      }
      if (reply?.word === 'found') {
        const { stdout, stderr } = reader.rest();
        return foundOutcome(foundState(reply.code), readFound(stdout, stderr), bootId);
      }
      if (reply === undefined && !begun && !follows) return nothingRan(failure);
      const ours = begun && stoppedBy !== undefined ? ({ asked: true } as const) : {};
      return { kind: 'unknown', failure, ...heard(), ...ours };
    }
  });
}

function askedToEnd(): HostFailure {
  return new HostFailure('shell', 'the fix was asked to end by something on the host');
}
