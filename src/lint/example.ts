/** A fix by shell text, for the examples of rules. */
export function script(text: string): string {
  return `fix:\n  - core.script:\n      script: |\n${indented(text, 8)}`;
}

/** A probe by shell text. */
export function probeScript(text: string): string {
  return `probes:\n  seen:\n    core.script:\n      script: |\n${indented(text, 8)}`;
}

export function indented(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : ' '.repeat(columns) + line))
    .join('\n');
}
