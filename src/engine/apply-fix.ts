import { clipped } from '../model/clipped.ts';
import type { Answer } from '../model/command.ts';
import type { Become } from '../model/runbook.ts';
import type { FixRequest } from '../model/transport.ts';
import { type FixKey, keyText } from './fix-key.ts';
import { fixParts, type Part } from './fix-parts.ts';
import type { HostRun } from './host-run.ts';
import type { DueChange } from './inspect-calls.ts';

/** How applying a fix ended. `begun` are the changes whose commands ran at least in part, in order. */
export type Applied =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly reason: string; readonly begun: readonly DueChange[] }
  /** `again`: the wire broke before anything was begun, and is up again. */
  | { readonly kind: 'not_started'; readonly reason: string; readonly again: boolean }
  /** An action's tool did nothing, since another program holds what it needs; what is `done` stands, the rest never ran. */
  | { readonly kind: 'busy'; readonly reason: string; readonly done: readonly DueChange[] }
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * Carries out a fix as one script for each run of calls with the same `become`. Never retries; see attempt-fix.ts. `key`
 * names this attempt (fix-key.ts); the host begins each script of it once.
 */
export async function applyFix(
  run: HostRun,
  changes: readonly DueChange[],
  timeoutMs: number,
  key: FixKey,
): Promise<Applied> {
  const done: DueChange[] = [];
  const deadline = run.parts.clock.monotonic() + timeoutMs;
  for (const [index, section] of sections(changes).entries()) {
    const parts = fixParts(section.changes);
    const left = Math.max(1000, deadline - run.parts.clock.monotonic());
    const request: FixRequest = {
      parts: parts.flatMap((part) => part.requests),
      become: section.become,
      timeoutMs: left,
      key: keyText([...key, index]),
    };
    const outcome = await run.session.fix(request);
    switch (outcome.kind) {
      case 'not_started': {
        const reason = outcome.failure.message;
        return done.length === 0
          ? { kind: 'not_started', reason, again: outcome.failure.phase === 'lost' }
          : { kind: 'failed', reason, begun: done };
      }
      case 'unknown':
        return { kind: 'unknown', reason: outcome.failure.message };
      case 'ended': {
        for (const lack of outcome.lacks ?? []) if (!run.notes.includes(lack)) run.notes.push(lack);
        const failed = firstFailure(parts, outcome.answers);
        if (failed === undefined) {
          done.push(...section.changes);
          break;
        }
        if (failed.busy !== undefined) {
          return { kind: 'busy', reason: failed.busy.reason, done: [...done, ...failed.busy.done] };
        }
        return { kind: 'failed', reason: failed.reason, begun: [...done, ...failed.begun] };
      }
    }
  }
  return { kind: 'done' };
}

function sections(
  changes: readonly DueChange[],
): readonly { readonly become: Become; readonly changes: readonly DueChange[] }[] {
  const result: { become: Become; changes: DueChange[] }[] = [];
  for (const due of changes) {
    const last = result.at(-1);
    if (last !== undefined && last.become === due.become) last.changes.push(due);
    else result.push({ become: due.become, changes: [due] });
  }
  return result;
}

interface Failed {
  readonly reason: string;
  readonly begun: readonly DueChange[];
  /** Its part did nothing at all, and may be tried again. */
  readonly busy: { readonly reason: string; readonly done: readonly DueChange[] } | undefined;
}

function firstFailure(parts: readonly Part[], answers: readonly Answer[]): Failed | undefined {
  let index = 0;
  const begun: DueChange[] = [];
  for (const { changes, requests } of parts) {
    const done = [...begun];
    begun.push(...changes);
    const first = index;
    for (const { label, commands } of requests) {
      for (const _ of commands) {
        const answer = answers[index];
        index += 1;
        if (answer === undefined) return { reason: 'the script ended early', begun, busy: undefined };
        if (answer.rc === 0) continue;
        // A part's earlier commands may have done something that is not to be done twice.
        const why = index === first + 1 ? changes[0]?.action.nothingDone(answer) : undefined;
        const busy = why === undefined ? undefined : { reason: why, done };
        return { reason: `${label.name}: exit ${answer.rc}${lastLine(answer)}`, begun, busy };
      }
    }
  }
  return undefined;
}

function lastLine(answer: Answer): string {
  const text = answer.stderr.trim() === '' ? answer.stdout : answer.stderr;
  const line = text.trim().split('\n').at(-1) ?? '';
  return line === '' ? '' : `: ${clipped(line)}`;
}
