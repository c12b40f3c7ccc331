import { createHash } from 'node:crypto';

/** What a guest looks like: sections of text by name, see `state.sh`. */
export type GuestState = ReadonlyMap<string, string>;

/** Splits what `state.sh` printed. */
export function parseState(text: string): GuestState {
  const sections = new Map<string, string>();
  for (const part of text.split(/^== /m).slice(1)) {
    const end = part.indexOf('\n');
    sections.set(part.slice(0, end), part.slice(end + 1));
  }
  return sections;
}

/** One hash over all sections but those left out (`markers`: what a real run leaves on purpose). The order of lines doesn't count. */
export function hashState(state: GuestState, leaveOut: readonly string[] = []): string {
  const hash = createHash('sha256');
  for (const [name, text] of state)
    if (!leaveOut.includes(name)) hash.update(`${name}\0${text.split('\n').sort().join('\n')}\0`);
  return hash.digest('hex');
}

/** The lines that differ, `section: - before` and `section: + after`; what a failing test should show. */
export function diffState(before: GuestState, after: GuestState, leaveOut: readonly string[] = []): readonly string[] {
  const differences: string[] = [];
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    if (leaveOut.includes(name)) continue;
    const old = (before.get(name) ?? '').split('\n');
    const now = (after.get(name) ?? '').split('\n');
    const oldLines = new Set(old);
    const nowLines = new Set(now);
    for (const line of old) if (!nowLines.has(line)) differences.push(`${name}: - ${line}`);
    for (const line of now) if (!oldLines.has(line)) differences.push(`${name}: + ${line}`);
    const told = differences.some((line) => line.startsWith(`${name}: `));
    if (!told && old.length !== now.length) differences.push(`${name}: ${old.length} lines, now ${now.length}`);
  }
  return differences;
}
