import { assertNever } from '../model/assert-never.ts';
import { formatDuration } from '../model/duration.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { FixOutcome, FixRequest } from '../model/transport.ts';
import { composeFix, fixReader, ownTime } from '../shell/fix.ts';
import { fixProgram } from '../shell/frame.ts';
import { unsendable } from '../shell/render.ts';
import { after } from './clock.ts';
import { type ShellEnd, type ShellIds, type ShellOptions, startShell } from './host-shell.ts';
import { killGroup } from './kill-group.ts';
import type { LaneLimits } from './lane-limits.ts';
import { freshNonce } from './nonce.ts';

/**
 * Runs a fix once, on a channel of its own. Whatever happens, it is not tried again here: the outcome says whether it
 * ended, provably never started, or may have run. `closing` aborts when the connection is closed under it.
 */
export function runFix(
  options: ShellOptions,
  limits: LaneLimits,
  request: FixRequest,
  closing: AbortSignal,
): Promise<FixOutcome> {
  const commands = request.parts.flatMap((part) => part.commands);
  for (const command of commands) {
    const problem = unsendable(command);
    if (problem !== undefined) {
      return Promise.resolve({ kind: 'not_started', failure: new HostFailure('command', problem) });
    }
  }
  // A command's author knows how long it takes; a step's deadline must not cut it short.
  const deadlineMs = Math.max(request.timeoutMs, ownTime(request));
  return new Promise((resolve) => {
    const { clock } = options;
    const nonce = freshNonce();
    const reader = fixReader(nonce, () => clock.monotonic());
    let ids: ShellIds | undefined;
    let stoppedBy: HostFailure | undefined;
    let disarm = (): void => undefined;

    const shell = startShell(options, fixProgram(composeFix(request, nonce)), {
      hello(found) {
        ids = found;
        disarm = after(clock, deadlineMs, () => stop('timeout', `had not ended after ${formatDuration(deadlineMs)}`));
      },
      stdout(chunk) {
        reader.stdout(chunk);
        look();
      },
      stderr(chunk) {
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

    function settle(outcome: FixOutcome): void {
      disarm();
      closing.removeEventListener('abort', cut);
      shell.destroy();
      resolve(outcome);
    }

    /** The script's own end is enough: a service that it started may hold the channel for ever. */
    function look(): void {
      const { done, stopped, answers, total } = reader.read();
      if (done) settle({ kind: 'ended', answers });
      else if (stopped) settle({ kind: 'unknown', failure: stoppedBy ?? askedToEnd(), answers });
      else if (total > limits.outputBytes) stop('output_limit', 'wrote too much');
    }

    /** Asks the fix to end, later ends it; unless a command that must not be killed may be running, or may begin. */
    function stop(phase: 'timeout' | 'output_limit', why: string): void {
      if (stoppedBy !== undefined) return;
      disarm();
      const { answers } = reader.read();
      if (commands.slice(answers.length).some((command) => command.unkillable === true)) {
        const message = `the fix ${why}; it goes on there, since a command in it must not be killed`;
        settle({ kind: 'unknown', failure: new HostFailure(phase, message), answers });
        return;
      }
      stoppedBy = new HostFailure(phase, `the fix ${why} and was stopped`);
      if (ids !== undefined) void killGroup(options, ids, 'TERM');
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

    function closed(end: ShellEnd): void {
      const { answers, begun } = reader.read();
      switch (end.kind) {
        case 'not_started':
          settle(end);
          return;
        case 'lost':
          settle({ kind: 'unknown', failure: stoppedBy ?? end.failure, answers });
          return;
        case 'ended': {
          const failure = stoppedBy ?? shellGone();
          // Everything it wrote has arrived, and every command announces itself first.
          settle(begun ? { kind: 'unknown', failure, answers } : { kind: 'not_started', failure });
          return;
        }
        default:
          assertNever(end);
      }
    }
  });
}

function askedToEnd(): HostFailure {
  return new HostFailure('shell', 'the fix was asked to end by something on the host');
}
