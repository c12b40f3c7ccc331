/** An entry that a change has set. */
export interface SetEntry {
  /** How its line begins: `user:nginx`, `group:`, `mask:`. */
  readonly entry: string;
  /** What it was set to, in the form of `getfacl`: `rw-`. */
  readonly rights: string;
}

/**
 * The ACL `now` with these entries as they were `before`, and all others as they are; `now` itself where that is done already.
 * `undefined`: one of them was changed since. Both as `getfacl` writes them.
 */
export function takeEntriesBack(before: string, now: string, set: readonly SetEntry[]): string | undefined {
  let lines = now.split('\n');
  for (const { entry, rights } of set) {
    const [was, is] = [rightsOf(before.split('\n'), entry), rightsOf(lines, entry)];
    if (is === was) continue;
    if (is !== rights) return undefined;
    // A mask that was not there has to stay where others have named somebody since.
    if (was === undefined && entry === 'mask:' && lines.some((line) => /^(?:user|group):[^:]/.test(line))) continue;
    lines = lines.flatMap((line) =>
      !line.startsWith(`${entry}:`) ? line : was === undefined ? [] : `${entry}:${was}`,
    );
  }
  return lines.join('\n');
}

function rightsOf(lines: readonly string[], entry: string): string | undefined {
  const length = entry.length + 1;
  return lines.find((line) => line.startsWith(`${entry}:`))?.slice(length, length + 3);
}
