import type { Problem } from './place.ts';

/** More names than this from one pattern is a slip. */
const maxNames = 10_000;
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/**
 * Names that `web[01:50].example.com`, `db-[a:f]` or `n[0:10:2]x[1:3]` stand for, in order, ends included. Leading zeros
 * set the width. The rules are Ansible's (`expand_hostname_range`).
 */
export function expandRanges(pattern: string): readonly string[] | Problem {
  let names: readonly string[] = [''];
  let rest = pattern;
  while (rest !== '') {
    const open = rest.indexOf('[');
    const literal = open < 0 ? rest : rest.slice(0, open);
    if (literal.includes(']')) return { message: `\`]\` without \`[\` in ${JSON.stringify(pattern)}` };
    names = names.map((name) => name + literal);
    if (open < 0) break;
    const close = rest.indexOf(']', open);
    if (close < 0) return { message: `\`[\` without \`]\` in ${JSON.stringify(pattern)}` };
    const items = rangeItems(rest.slice(open + 1, close));
    if ('message' in items) return items;
    if (names.length * items.length > maxNames) {
      return {
        message: `${JSON.stringify(pattern)} stands for more than ${maxNames} hosts`,
        help: 'check the bounds of the range',
      };
    }
    names = names.flatMap((name) => items.map((item) => name + item));
    rest = rest.slice(close + 1);
  }
  return names;
}

function rangeItems(range: string): readonly string[] | Problem {
  const bad = (why: string): Problem => ({
    message: `[${range}]: ${why}`,
    help: 'a range is [FIRST:LAST] or [FIRST:LAST:STEP], as in [01:50], [a:f], [0:10:2]',
  });
  const [first = '', last, stepText = '1', ...more] = range.split(':');
  if (last === undefined || more.length > 0) return bad('not a range');
  if (last === '') return bad('the last value is missing');
  if (!/^[1-9]\d{0,8}$/.test(stepText)) return bad('the step is a number from 1');
  const step = Number(stepText);
  if (/^[A-Za-z]$/.test(first) && /^[A-Za-z]$/.test(last)) {
    const [from, to] = [letters.indexOf(first), letters.indexOf(last)];
    if (from > to) return bad('the first value comes after the last');
    return counted(from, to, step).map((index) => letters[index] ?? '');
  }
  if (!/^\d{0,9}$/.test(first) || !/^\d{1,9}$/.test(last)) return bad('both ends are numbers, or both are one letter');
  const padded = first.length > 1 && first.startsWith('0');
  if (padded && first.length !== last.length) return bad('with leading zeros both ends have the same length');
  if (Number(first) > Number(last)) return bad('the first value comes after the last');
  if ((Number(last) - Number(first)) / step > maxNames) return bad(`more than ${maxNames} hosts`);
  return counted(Number(first), Number(last), step).map((value) =>
    String(value).padStart(padded ? first.length : 0, '0'),
  );
}

function counted(from: number, to: number, step: number): number[] {
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}
