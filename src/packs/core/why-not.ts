import type { Answer } from '../../model/command.ts';

const longest = 300;

/** The first line of what a command said, short enough for a reason. The `…` tells the redactor that a secret may be cut there. */
export function firstLine(said: string): string {
  const line = said.trim().split('\n', 1)[0] ?? '';
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** Why an answer cannot be used, in words: its own error text where there is one. */
export function whyNot(answer: Answer, what: string): string {
  if (answer.truncated) return `${what}: the answer is longer than what is kept`;
  const said = firstLine(answer.stderr);
  return said === '' ? `${what}: exit code ${answer.rc} without a message` : `${what}: ${said}`;
}

/** Whether the message of a failed system call says that there is nothing at that path (and not that one may not look). */
export function saysMissing(stderr: string): boolean {
  return /: (?:No such file or directory|Not a directory)\s*$/.test(stderr);
}

/** Whether a message says that the asking user has no right. */
export function saysForbidden(stderr: string): boolean {
  return /permission denied|operation not permitted/i.test(stderr);
}
