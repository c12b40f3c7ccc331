import { clipped } from '../model/clipped.ts';
import type { Answer, Command } from '../model/command.ts';
import type { Json } from '../model/json.ts';
import type { Become } from '../model/runbook.ts';
import type { FixPart, FixRequest } from '../model/transport.ts';
import { type FixKey, keyText } from './fix-key.ts';
import type { HostRun } from './host-run.ts';
import type { DueChange } from './inspect-calls.ts';
import { plainJson } from './plain-json.ts';

/** How applying a fix ended. `begun` are the changes whose commands ran at least in part, in order. */
export type Applied =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly reason: string; readonly begun: readonly DueChange[] }
  | { readonly kind: 'not_started'; readonly reason: string; readonly again: boolean }
  | { readonly kind: 'unknown'; readonly reason: string };

/** Several changes that one action carries out in one transaction, with how many commands that takes. */
interface Part {
  readonly changes: readonly DueChange[];
  readonly request: FixPart;
}

/**
 * Carries out a fix as one script for each run of calls with the same `become`. Never retries. `key` names this attempt (fix-key.ts);
 * the host begins each script of it once.
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
    const parts = toParts(section.changes);
    const left = Math.max(1000, deadline - run.parts.clock.monotonic());
    const request: FixRequest = {
      parts: parts.map((part) => part.request),
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
        if (failed.nothingDone !== undefined && done.length === 0) {
          return { kind: 'not_started', reason: failed.nothingDone, again: true };
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

function toParts(changes: readonly DueChange[]): readonly Part[] {
  const groups: DueChange[][] = [];
  for (const due of changes) {
    const last = groups.at(-1);
    if (last?.[0]?.action === due.action) last.push(due);
    else groups.push([due]);
  }
  return groups.flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { action } = first;
    const merged = action.merge(group.map((due) => due.change));
    if (merged.length === group.length) {
      return group.map((due) => ({
        changes: [due],
        request: part(action.name, due.change, bounded(due, action.apply(due.change))),
      }));
    }
    return [
      {
        changes: group,
        request: part(
          action.name,
          merged,
          merged.flatMap((change) => [...action.apply(change)]),
        ),
      },
    ];
  });
}

function bounded({ timeoutMs }: DueChange, commands: readonly Command[]): readonly Command[] {
  return timeoutMs === undefined ? commands : commands.map((command) => ({ ...command, timeoutMs }));
}

function part(name: string, change: Json | readonly Json[], commands: FixPart['commands']): FixPart {
  return { label: { kind: 'apply', name, params: { change: plainJson(change) } }, commands };
}

interface Failed {
  readonly reason: string;
  readonly begun: readonly DueChange[];
  readonly nothingDone: string | undefined;
}

function firstFailure(parts: readonly Part[], answers: readonly Answer[]): Failed | undefined {
  let index = 0;
  const begun: DueChange[] = [];
  for (const { changes, request } of parts) {
    begun.push(...changes);
    for (let command = 0; command < request.commands.length; command += 1) {
      const answer = answers[index];
      index += 1;
      if (answer === undefined) return { reason: 'the script ended early', begun, nothingDone: undefined };
      if (answer.rc !== 0) {
        const nothingDone = index === 1 ? changes[0]?.action.nothingDone(answer) : undefined;
        return { reason: `${request.label.name}: exit ${answer.rc}${lastLine(answer)}`, begun, nothingDone };
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
