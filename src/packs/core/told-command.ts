/** Why a command cannot be taken back by itself. */
export const undoIsYours = 'mendgate does not know how to undo a command; give rollback: or rollback.irreversible';

const longest = 120;

/** Shell text on one line, cut where it gets long. For describing only. */
export function oneLine(text: string): string {
  const line = text.trim().replace(/\s*\n\s*/g, '; ');
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
