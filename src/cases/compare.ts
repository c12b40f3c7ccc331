import { regexFinds } from '../expr/regex.ts';
import type { Expectation, Expected } from '../model/case-file.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import { longestCommon } from '../model/longest-common.ts';
import type { HostOutcome } from '../model/plan.ts';

/** What a run came to, in the words of an expectation. */
export type Came = Required<Omit<Expectation, 'reason' | 'see'>> & Pick<Expectation, 'reason' | 'see'>;

/** A member of an expectation that did not come true. */
export interface Mismatch {
  /** `verdict`, `steps.start`, `notes`. */
  readonly member: string;
  readonly lines: readonly string[];
}

/** The outcome of a case's only host as an expectation would say it. */
export function cameTo(outcome: HostOutcome): Came {
  const changes = outcome.steps.flatMap((step) => step.items.flatMap((item) => item.changes));
  return {
    verdict: outcome.verdict,
    ...(outcome.reason === undefined ? {} : { reason: outcome.reason }),
    symptom: outcome.symptom,
    diagnosis: outcome.diagnosis,
    ...(outcome.see === undefined ? {} : { see: outcome.see }),
    steps: Object.fromEntries(
      outcome.steps.map(({ id, result: { outcome: result, reason, rollbackFailed } }) => {
        const why = [reason, rollbackFailed].filter((text) => text !== undefined).join('; ');
        return [id, why === '' ? { result } : { result, reason: why }];
      }),
    ),
    changes: changes.map(({ summary }) => summary),
    commands: changes.flatMap(({ commands }) => commands),
    notes: outcome.notes,
    asks: outcome.steps.flatMap((step) => step.items.flatMap((item) => item.confirm ?? [])),
    outputs: outcome.outputs,
  };
}

/** Everything that did not come as expected; empty: the case passes. */
export function compare(expected: Expectation, came: Came): readonly Mismatch[] {
  const found: Mismatch[] = [];
  const add = (member: string, lines: readonly string[]): void => {
    if (lines.length > 0) found.push({ member, lines });
  };
  for (const member of ['verdict', 'reason', 'symptom', 'see', 'diagnosis'] as const) {
    const wanted = expected[member];
    if (wanted !== undefined) add(member, differs(wanted, came[member] ?? 'none'));
  }
  for (const [id, step] of Object.entries(expected.steps ?? {})) {
    const own = came.steps[id];
    if (own === undefined) {
      add(`steps.${id}`, [`- ${id}`, `+ the run has no such step: ${Object.keys(came.steps).join(', ')}`]);
      continue;
    }
    const reason = step.reason === undefined ? [] : differs(step.reason, own.reason ?? 'none');
    const result = step.result === undefined ? [] : differs(step.result, own.result ?? '');
    // Why it came out otherwise is what one wants to know next.
    const why = result.length > 0 && reason.length === 0 && own.reason !== undefined ? [`  (${own.reason})`] : [];
    add(`steps.${id}`, [...result, ...reason, ...why]);
  }
  for (const member of ['changes', 'commands', 'notes', 'asks'] as const) {
    const wanted = expected[member];
    if (wanted !== undefined) add(member, listDiffers(wanted, came[member]));
  }
  for (const [name, wanted] of Object.entries(expected.outputs ?? {})) {
    const own: Json | undefined = came.outputs[name];
    if (canonicalJson(wanted) !== canonicalJson(own))
      add(`outputs.${name}`, [`- ${JSON.stringify(wanted)}`, `+ ${own === undefined ? 'none' : JSON.stringify(own)}`]);
  }
  return found;
}

/** A text between slashes is a pattern, found anywhere; all else is the text itself. */
export function matches(expected: Expected, text: string): boolean {
  const pattern = /^\/(.*)\/$/s.exec(expected)?.[1];
  return expected === text || (pattern !== undefined && regexFinds(pattern, text) === true);
}

function differs(expected: Expected, text: string): readonly string[] {
  return matches(expected, text) ? [] : [`- ${expected}`, `+ ${text}`];
}

/** The shortest way from the one list to the other, with what they share around it. */
function listDiffers(expected: readonly Expected[], came: readonly string[]): readonly string[] {
  if (expected.length === came.length && expected.every((line, at) => matches(line, came[at] ?? ''))) return [];
  const common = longestCommon(expected, came, matches);
  const lines: string[] = [];
  let [left, right] = [0, 0];
  for (const [atLeft, atRight] of [...common, [expected.length, came.length] as const]) {
    lines.push(...expected.slice(left, atLeft).map((line) => `- ${line}`));
    lines.push(...came.slice(right, atRight).map((line) => `+ ${line}`));
    if (atRight < came.length) lines.push(`  ${came[atRight] ?? ''}`);
    [left, right] = [atLeft + 1, atRight + 1];
  }
  return lines;
}
