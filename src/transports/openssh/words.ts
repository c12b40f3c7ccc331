import { type FailurePhase, HostFailure } from '../../model/host-failure.ts';
import { safeLine } from '../../model/safe-text.ts';

/** A failure in words that may have come from ssh, or through it from a host. */
export function failure(phase: FailurePhase, message: string, help?: string): HostFailure {
  const clean = (text: string): string => safeLine(text.slice(0, 600));
  return new HostFailure(phase, clean(message), help === undefined ? undefined : clean(help));
}

/** What was said last. */
export function lastOf(said: readonly string[]): string {
  return said.at(-1) ?? 'it ended without a word';
}

/** Of `ssh: connect to host web1 port 22: No route to host`, the reason. */
export function wordsAfterColon(line: string): string {
  return line.slice(line.lastIndexOf(': ') + 1).trim();
}
