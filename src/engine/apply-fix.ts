import { clipped } from '../model/clipped.ts';
import type { Answer } from '../model/command.ts';
import type { HostFailure } from '../model/host-failure.ts';
import type { Become } from '../model/runbook.ts';
import type { FixOutcome, FixRequest } from '../model/transport.ts';
import { fixOn } from './delegate.ts';
import { type FixKey, keyText } from './fix-key.ts';
import { fixParts, type Part } from './fix-parts.ts';
import { reasonFor } from './helps.ts';
import type { HostRun } from './host-run.ts';
import type { DueChange } from './inspect-calls.ts';
import type { FixWait } from './recover-fix.ts';

/** How applying a fix ended. `begun` are the changes whose commands ran at least in part, in order. */
export type Applied =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly reason: string; readonly begun: readonly DueChange[] }
  /** `again`: the wire broke before anything was begun, and is up again. `lost`: it is not; the host itself is lost. */
  | { readonly kind: 'not_started'; readonly reason: string; readonly again: boolean; readonly lost?: HostFailure }
  /**
   * What is `done` stands, the rest never ran and may be attempted again: an action's tool did nothing, since another
   * program holds what it needs; or the wire broke between two scripts, and is up again.
   */
  | {
      readonly kind: 'busy';
      readonly by: 'program' | 'wire';
      readonly reason: string;
      readonly done: readonly DueChange[];
    }
  /**
   * `begun`: what is known to be done of it; more may be. `over`: proved that nothing of it runs any more. `absent`: since the
   * host was rebooted, and has no marker of it.
   */
  | {
      readonly kind: 'unknown';
      readonly reason: string;
      readonly begun: readonly DueChange[];
      readonly over?: true;
      readonly absent?: true;
      /** The host was asked, and has said all that it knows. */
      readonly asked?: true;
    };

/** The time of an attempt. */
export interface AttemptTime {
  /** How long each of its scripts may run, in ms. A script that has only the rest of another's time would end as unknown. */
  readonly runMs: number;
  /** Is told of waits for a wire that broke. */
  readonly waits: (wait: FixWait) => Promise<void>;
}

/**
 * Carries out a fix as one script for each run of calls with the same `become` on the same host. Never retries; see attempt-fix.ts. `key`
 * names this attempt (fix-key.ts); the host begins each script of it once. `send` may ask for scripts that another process
 * sent, instead of sending them.
 */
export async function applyFix(
  run: HostRun,
  changes: readonly DueChange[],
  { runMs, waits }: AttemptTime,
  key: FixKey,
  send: (
    on: string | undefined,
    request: FixRequest & { readonly key: string },
    waits: AttemptTime['waits'],
  ) => Promise<FixOutcome> = (on, request, waiting) => fixOn(run, on, request, waiting),
): Promise<Applied> {
  const done: DueChange[] = [];
  for (const [index, section] of sections(changes).entries()) {
    const parts = fixParts(section.changes);
    const request = {
      parts: parts.flatMap((part) => part.requests),
      become: section.become,
      timeoutMs: runMs,
      key: keyText([...key, index]),
    };
    const outcome = await send(section.on, request, waits);
    switch (outcome.kind) {
      case 'not_started': {
        const reason = reasonFor(run, outcome.failure);
        const again = outcome.failure.phase === 'lost';
        // A delegate that is lost is this host's failed step.
        const lost = outcome.lost === true && section.on === undefined ? { lost: outcome.failure } : {};
        if (done.length === 0) return { kind: 'not_started', reason, again, ...lost };
        return again ? { kind: 'busy', by: 'wire', reason, done } : { kind: 'failed', reason, begun: done };
      }
      case 'unknown':
        return {
          kind: 'unknown',
          reason: reasonFor(run, outcome.failure),
          begun: done,
          ...(outcome.over === true ? { over: true } : {}),
          ...(outcome.absent === true ? { absent: true } : {}),
          ...(outcome.asked === true && outcome.runs !== true ? { asked: true } : {}),
        };
      case 'ended': {
        for (const lack of outcome.lacks ?? []) if (!run.notes.includes(lack)) run.notes.push(lack);
        const failed = firstFailure(parts, outcome.answers);
        if (failed === undefined) {
          done.push(...section.changes);
          break;
        }
        if (failed.busy !== undefined) {
          return { kind: 'busy', by: 'program', reason: failed.busy.reason, done: [...done, ...failed.busy.done] };
        }
        return { kind: 'failed', reason: failed.reason, begun: [...done, ...failed.begun] };
      }
    }
  }
  return { kind: 'done' };
}

interface Section {
  readonly become: Become;
  readonly on: string | undefined;
  readonly changes: readonly DueChange[];
}

function sections(changes: readonly DueChange[]): readonly Section[] {
  const result: (Section & { readonly changes: DueChange[] })[] = [];
  for (const due of changes) {
    const { become, on } = due;
    const last = result.at(-1);
    if (last !== undefined && last.become === become && last.on === on) last.changes.push(due);
    else result.push({ become, on, changes: [due] });
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
