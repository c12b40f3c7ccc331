import { structuredPatch } from 'diff';
import type { ContentDiff } from '../model/action.ts';
import type { Diff } from './report.ts';

/** More edits or lines than this help nobody, and a hostile file must not cost seconds. */
const mostEdits = 2000;
const mostLines = 400;

/** Before and after of a text as a unified diff. */
export function contentDiff({ label, before, after }: ContentDiff): Diff {
  const patch = structuredPatch(label, label, before, after, '', '', { maxEditLength: mostEdits });
  if (patch === undefined) {
    const size = (text: string): string => `${text.split('\n').length} lines`;
    return { label, hunks: [], note: `${size(before)} → ${size(after)}, too different to show` };
  }
  let room = mostLines;
  const hunks: { head: string; lines: readonly string[] }[] = [];
  for (const { oldStart, oldLines, newStart, newLines, lines } of patch.hunks) {
    if (room <= 0) break;
    hunks.push({ head: `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`, lines: lines.slice(0, room) });
    room -= lines.length;
  }
  const all = patch.hunks.reduce((sum, { lines }) => sum + lines.length, 0);
  return all <= mostLines ? { label, hunks } : { label, hunks, note: `${all - mostLines} more lines are not shown` };
}
