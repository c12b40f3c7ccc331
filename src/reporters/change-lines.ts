import { structuredPatch } from 'diff';
import type { ContentDiff } from '../model/action.ts';
import type { PlannedChange } from '../model/plan.ts';
import { safeLine, safeText } from '../model/safe-text.ts';
import { count, hang } from './text.ts';
import type { Colours } from './words.ts';

/** More edits or lines than this help nobody, and a hostile file must not cost seconds. */
const mostEdits = 2000;
const mostLines = 400;

export interface ChangeDetail {
  readonly diff: boolean;
  readonly commands: boolean;
}

/** One change: its line, marks, and (as asked) its diffs and commands. */
export function changeLines(
  change: PlannedChange,
  detail: ChangeDetail,
  indent: string,
  columns: number,
  colours: Colours,
): string[] {
  const mark = change.predicted === true ? '  (predicted: an earlier step changes what this rests on)' : '';
  const lines = hang(indent, `${safeLine(change.summary)}${mark}`, columns, colours.yellow);
  if (change.irreversible !== undefined)
    lines.push(...irreversibleLines(change.irreversible, indent, columns, colours));
  if (detail.diff) lines.push(...change.contents.flatMap((content) => diffLines(content, `${indent}  `, colours)));
  if (detail.commands)
    lines.push(...change.commands.flatMap((text) => commandLines(text, `${indent}  `, change, colours)));
  return lines;
}

/** In bold, because nothing takes it back. */
export function irreversibleLines(why: string, indent: string, columns: number, colours: Colours): string[] {
  return hang(indent, `CANNOT BE UNDONE: ${safeLine(why)}`, columns, (text) => colours.bold(colours.red(text)));
}

function commandLines(text: string, indent: string, change: PlannedChange, colours: Colours): string[] {
  const prompt = change.become === false ? '$' : `${safeLine(change.become)} #`;
  return safeText(text)
    .split('\n')
    .map((line, at) => colours.dim(`${indent}${at === 0 ? prompt : ' '.repeat(prompt.length)} ${line}`));
}

/** Before and after as a unified diff; only counts when the two have too little in common. */
export function diffLines(content: ContentDiff, indent: string, colours: Colours): string[] {
  const label = safeLine(content.label);
  const patch = structuredPatch(label, label, content.before, content.after, '', '', { maxEditLength: mostEdits });
  if (patch === undefined) {
    const size = (text: string): string => count(text.split('\n').length, 'line');
    return [`${indent}${label}: ${size(content.before)} → ${size(content.after)}, too different to show`];
  }
  const body = patch.hunks.flatMap((hunk) => [
    colours.cyan(`@@ -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines} @@`),
    ...hunk.lines.map((line) => diffLine(line, colours)),
  ]);
  const rest = body.length - mostLines;
  return [
    colours.bold(`--- ${label} (before)`),
    colours.bold(`+++ ${label} (after)`),
    ...body.slice(0, mostLines),
    ...(rest > 0 ? [`… ${count(rest, 'more line')}`] : []),
  ].map((line) => indent + line);
}

function diffLine(line: string, colours: Colours): string {
  const text = safeText(line);
  if (text.startsWith('+')) return colours.green(text);
  if (text.startsWith('-')) return colours.red(text);
  return text;
}
