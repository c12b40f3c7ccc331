import { HostFailure } from '../model/host-failure.ts';
import type { AdoptRequest, FixOutcome, FixRequest } from '../model/transport.ts';
import { composeFix, wholeTime } from '../shell/fix.ts';
import { fixProgram } from '../shell/frame.ts';
import { askMarker, claimMarker, followMarker } from '../shell/marker.ts';
import { markerName } from '../shell/marker-name.ts';
import { unsendable } from '../shell/render.ts';
import type { EndedFixes } from './ended-fixes.ts';
import type { HostShell, ShellOptions } from './host-shell.ts';
import type { LaneLimits } from './lane-limits.ts';
import { freshNonce } from './nonce.ts';
import { superviseFix } from './supervise-fix.ts';

/**
 * Runs a fix once, on a channel of its own. Whatever happens, it is not tried again here: the outcome says whether it
 * ended, provably never started, or may have run. Where the host has begun a fix of the same key already, that one is
 * awaited and none begins. `ended` keeps its shell then, where its key says which fix it was. `closing` aborts when the connection
 * is closed under it.
 */
export function runFix(
  options: ShellOptions,
  limits: LaneLimits,
  request: FixRequest,
  closing: AbortSignal,
  ended: EndedFixes,
): Promise<FixOutcome> {
  const commands = request.parts.flatMap((part) => part.commands);
  for (const command of commands) {
    const problem = unsendable(command);
    if (problem !== undefined) {
      return Promise.resolve({ kind: 'not_started', failure: new HostFailure('command', problem) });
    }
  }
  const nonce = freshNonce();
  const deadlineMs = wholeTime(request);
  const { key } = request;
  const name = markerName(key ?? freshNonce());
  const program = fixProgram(`${claimMarker(name, nonce, request)}\n${composeFix(request, nonce)}`);
  const follow = followMarker(Math.ceil(deadlineMs / 1000));
  const keep = key === undefined ? undefined : (shell: HostShell) => ended.keep(key, shell, nonce);
  return superviseFix(options, limits, { nonce, program, follow, commands, deadlineMs, ended: keep }, closing);
}

/** Asks what became of a fix: a question that leaves no room for it to begin later. */
export function askForFix(
  options: ShellOptions,
  limits: LaneLimits,
  request: AdoptRequest,
  closing: AbortSignal,
): Promise<FixOutcome> {
  const nonce = freshNonce();
  const { bootId, timeoutMs } = request;
  const program = fixProgram(askMarker(markerName(request.key), nonce, Math.ceil(timeoutMs / 1000)), 'ask');
  return superviseFix(
    options,
    limits,
    { nonce, program, commands: [], deadlineMs: timeoutMs + 5000, asked: { bootId } },
    closing,
  );
}
