// What a command line may name of a runbook, for whoever completes one.

import type { RunbookOutline } from '../load/read-outline.ts';

export type { RunbookOutline } from '../load/read-outline.ts';

/** Steps, tags and params as they stand in the file, unchecked. `undefined`: it is no YAML, or cannot be read. */
export async function outlineRunbook(file: string): Promise<RunbookOutline | undefined> {
  const { readOutline } = await import('../load/read-outline.ts');
  return readOutline(file);
}
