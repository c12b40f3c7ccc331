import { indented } from './example.ts';
import type { Rule } from './rule.ts';

/** What `lint --explain ID` prints. */
export function explainRule({ id, severity, title, reason, instead, example }: Rule): string {
  const waiver = id.startsWith('lint/waiver')
    ? ''
    : `\nWhere it must stay: # lint: allow ${id.replace('lint/', '')} until YYYY-MM-DD: reason\n`;
  return `${id} (${severity}): ${title}\n\n${fold(reason)}\n\nThe better way: ${instead}\n\nNot:\n\n${indented(example.bad, 4)}\n\nBut:\n\n${indented(example.good, 4)}\n${waiver}`;
}

function fold(text: string): string {
  return text.replaceAll(/(.{1,100})(?:\s+|$)/g, '$1\n').trimEnd();
}
