import { safeLine } from '../../src/model/safe-text.ts';
import type { Life } from './life.ts';
import { agreement, mark, marks, proofNotes, sorted } from './results-page.ts';

/** One letter for each of `marks`, told below the table. */
const letters = marks.map((_, at) => String.fromCharCode('A'.charCodeAt(0) + at));
const head = ['scenario', 'diagnosis', 'remedy', 'proof', 'dry run → real run', letters.join(' '), 's'];
const gap = '  ';
/** Of a diagnosis and of a remedy at least so much is shown, of a proof at most so much. */
const shortest = 12;
const longestProof = 24;

/** What the lives came to, for a terminal of so many columns: one line each, and how often the dry run was right. */
export function resultsTable(lives: readonly Life[], columns: number): string {
  const rows = [head, ...sorted(lives).map(cells)];
  const widths = fitting(
    head.map((_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0))),
    columns,
  );
  const lines = rows.map((row) =>
    row
      .map((cell, at) => cut(cell, widths[at] ?? 0).padEnd(widths[at] ?? 0))
      .join(gap)
      .trimEnd(),
  );
  const legend = marks.map(([name], at) => `${letters[at]} ${name}`).join(', ');
  return [...lines, `${legend}; – not meant to be`, agreement(lives), ''].join('\n');
}

function cells(life: Life): readonly string[] {
  const ends = life.dryRun === life.verdict ? `both ${life.verdict}` : `${life.dryRun} → ${life.verdict}`;
  return [
    life.scenario,
    // The kinds of its changes, in brackets at its end, stand in the next column as the changes themselves.
    life.diagnosis.replaceAll(/ \[[^\]]*\]/g, ''),
    life.planned.join('; ') || 'none',
    cut([...new Set(proofNotes(life).map(proofWords))].join(', ') || '–', longestProof),
    ends,
    marks.map(([, held]) => mark(held(life))).join(' '),
    String(life.seconds),
  ].map(safeLine);
}

/** `Proved by sesearch: allow …` → `sesearch`. */
function proofWords(note: string): string {
  const by = /\bProved by ([^:;.,]+)/.exec(note)?.[1];
  return by ?? (/\bunproved\b/i.test(note) ? 'unproved' : note);
}

/** The natural widths, but diagnosis and remedy made to fit: half of the room each, and what the other does not need. */
function fitting(widths: readonly number[], columns: number): readonly number[] {
  const [scenario = 0, diagnosis = 0, remedy = 0, ...others] = widths;
  const taken = [scenario, ...others].reduce((sum, width) => sum + width, 0);
  const room = columns - taken - gap.length * (widths.length - 1);
  const half = Math.max(shortest, Math.floor(room / 2));
  const first = Math.min(diagnosis, Math.max(half, room - remedy));
  return [scenario, first, Math.min(remedy, Math.max(half, room - first)), ...others];
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`;
}
