import type { Explanation } from './codes/explanation.ts';
import { indented } from './example.ts';
import type { Rule } from './rule.ts';

/** What `lint --explain ID` prints of a rule. */
export function explainRule({ id, severity, title, reason, instead, example }: Rule): string {
  const waiver = id.startsWith('lint/waiver')
    ? ''
    : `\nWhere it must stay: # lint: allow ${id.replace('lint/', '')} until YYYY-MM-DD: reason\n`;
  return `${id} (${severity}): ${title}\n\n${fold(reason)}\n\nThe better way: ${instead}\n\nNot:\n\n${indented(example.bad, 4)}\n\nBut:\n\n${indented(example.good, 4)}\n${waiver}`;
}

/** What it prints of a code of the check itself. */
export function explainCode(code: string, { means, instead, not, but }: Explanation): string {
  const bad = not === undefined ? '' : `\nNot:\n\n${indented(not, 4)}\n`;
  const good = but === undefined ? '' : `\n${not === undefined ? 'Like this' : 'But'}:\n\n${indented(but, 4)}\n`;
  return `${code}\n\n${fold(means)}\n\nWhat to do: ${instead}\n${bad}${good}`;
}

function fold(text: string): string {
  return text.replaceAll(/(.{1,100})(?:\s+|$)/g, '$1\n').trimEnd();
}
