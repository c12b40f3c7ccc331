import { assertNever } from '../model/assert-never.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { FixOutcome, FixRequest } from '../model/transport.ts';
import { composeFix, fixReader } from '../shell/fix.ts';
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
  for (const part of request.parts) {
    for (const command of part.commands) {
      const problem = unsendable(command);
      if (problem !== undefined) {
        return Promise.resolve({ kind: 'not_started', failure: new HostFailure('command', problem) });
      }
    }
  }
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
        disarm = after(clock, request.timeoutMs, () =>
          stop(new HostFailure('timeout', `the fix had not ended after ${request.timeoutMs} ms and was stopped`)),
        );
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
      const { done, answers, total } = reader.read();
      if (done) settle({ kind: 'ended', answers });
      else if (total > limits.outputBytes)
        stop(new HostFailure('output_limit', 'the fix wrote too much and was stopped'));
    }

    function stop(failure: HostFailure): void {
      if (stoppedBy !== undefined) return;
      stoppedBy = failure;
      disarm();
      if (ids !== undefined) void killGroup(options, ids);
      disarm = after(clock, limits.killMs, () => {
        const help = 'it could not be seen to be gone: it may still be running';
        settle({
          kind: 'unknown',
          failure: new HostFailure(failure.phase, failure.message, help),
          answers: reader.read().answers,
        });
      });
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
          const failure = stoppedBy ?? new HostFailure('shell', 'the shell of the fix ended before its script did');
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
