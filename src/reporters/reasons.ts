import type { TracedPart } from '../expr/trace.ts';
import type { Reason } from '../model/plan.ts';
import { safeLine } from '../model/safe-text.ts';
import { hang } from './text.ts';
import type { Colours } from './words.ts';

/** How each part of a condition came out: `✔ request.status == 502: is 502`. */
export function reasonLines(reasons: readonly Reason[], indent: string, columns: number, colours: Colours): string[] {
  return reasons.flatMap((reason) => {
    const mark = reason.held === 'unknown' ? '?' : reason.held ? '✔' : '✖';
    const because = reason.because === undefined ? '' : `: ${safeLine(reason.because)}`;
    const word = reason.held === 'unknown' ? ' (unknown)' : reason.held ? '' : ' (does not hold)';
    return hang(`${indent}${mark} `, `${safeLine(reason.check)}${word}${because}`, columns, colours.dim);
  });
}

/** What the parts of an expression were: `size(remedies) = 0`, deeper ones further in. */
export function partLines(
  parts: readonly TracedPart[],
  indent: string,
  columns: number,
  colours: Colours,
): readonly string[] {
  return parts.flatMap(({ text, value, depth }) =>
    hang(`${indent}${'  '.repeat(depth)}`, `${safeLine(text)} = ${safeLine(value)}`, columns, colours.dim),
  );
}
