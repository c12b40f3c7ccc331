import { formatDuration } from '../model/duration.ts';
import type { HostPlan, ItemPlan, StepPlan } from '../model/plan.ts';
import { type StepResult, whyOf } from '../model/result.ts';
import { safeLine } from '../model/safe-text.ts';
import { changeLines, irreversibleLines } from './change-lines.ts';
import { reasonLines } from './reasons.ts';
import { hang, hangText, pad } from './text.ts';
import { type Colours, itemLabel, outcomePaint, word } from './words.ts';

export interface BodyOptions {
  readonly columns: number;
  readonly diff: boolean;
  readonly verbosity: number;
}

const outcomeColumns = 14;
const indent = ' '.repeat(2 + outcomeColumns);

/** A host's plan without its name: what hosts must share to be shown as one. */
export function planBody(plan: HostPlan, options: BodyOptions, colours: Colours): string[] {
  return [
    ...plan.steps.flatMap((step) => stepLines(step, options, colours)),
    ...(plan.help === undefined ? [] : hang('  help: ', safeLine(plan.help), options.columns)),
    ...plan.notes.flatMap((note) => hangText('  note: ', note, options.columns)),
  ];
}

function stepLines(step: StepPlan, options: BodyOptions, colours: Colours): string[] {
  const only = step.items.length === 1 ? step.items[0] : undefined;
  const lines =
    only === undefined
      ? headLines(step.result, `${step.id}: ${step.title}`, options, colours)
      : headLines(worthTelling(step.result, only.result), `${step.id}: ${only.title}`, options, colours);
  lines.push(...step.notes.flatMap((note) => hangText(`${indent}note: `, note, options.columns)));
  if (only !== undefined) lines.push(...itemLines(only, options, colours));
  else {
    for (const item of step.items) {
      lines.push(...headLines(item.result, `${step.id}${itemLabel(item.item)}: ${item.title}`, options, colours));
      lines.push(...itemLines(item, options, colours));
    }
  }
  return lines;
}

/** A step of one item is shown as that item, unless the step itself ended otherwise. */
function worthTelling(step: StepResult, item: StepResult): StepResult {
  return step.outcome === item.outcome && step.reason === undefined ? item : step;
}

/** `would change   boolean: Flip the boolean …`, then why. */
function headLines(result: StepResult, title: string, options: BodyOptions, colours: Colours): string[] {
  const paint = outcomePaint(colours, result.outcome);
  const lead = `  ${pad(word(result.outcome), outcomeColumns)}`;
  const lines = hang(lead, safeLine(title), options.columns, undefined, paint);
  const why = concludes(result) ? whyOf(result) : whyText(result);
  if (why !== '') lines.push(...hangText(indent, why, options.columns, paint));
  if (result.rollbackFailed !== undefined) {
    lines.push(...hang(indent, `rollback failed: ${safeLine(result.rollbackFailed)}`, options.columns, colours.red));
  }
  return lines;
}

/** Reason and what it waits on, in one line. */
export function whyText(result: StepResult): string {
  return safeLine(whyOf(result));
}

/** Whether a step's reason is a conclusion's message, which may have several lines: nothing else is well and has a reason. */
export function concludes({ outcome, reason }: StepResult): boolean {
  return outcome === 'ok' && reason !== undefined;
}

function itemLines(item: ItemPlan, options: BodyOptions, colours: Colours): string[] {
  const { columns } = options;
  const lines: string[] = [];
  if (options.verbosity >= 1) lines.push(...reasonLines(item.gate, indent, columns, colours));
  if (item.alternative !== undefined) lines.push(...hang(`${indent}by: `, safeLine(item.alternative.title), columns));
  const detail = { diff: options.diff, commands: options.verbosity >= 2 };
  for (const change of item.changes) lines.push(...changeLines(change, detail, indent, columns, colours));
  if (item.irreversible !== undefined) lines.push(...irreversibleLines(item.irreversible, indent, columns, colours));
  if (item.revertAfterMs !== undefined) {
    const after = formatDuration(item.revertAfterMs);
    const text = `reverts by itself after ${after}, unless its verify holds over a new connection before`;
    lines.push(...hang(`${indent}risky: `, text, columns, colours.bold));
  }
  for (const other of item.alternative?.others ?? []) {
    lines.push(...hang(`${indent}if that does not help: `, safeLine(other), columns, colours.dim));
  }
  if (item.confirm !== undefined) lines.push(...hangText(`${indent}asks first: `, item.confirm, columns, colours.bold));
  return lines;
}
