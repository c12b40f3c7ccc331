import { regexFault, regexFinds } from '../expr/regex.ts';

/** Whether a name fits a pattern; takes time in proportion to the name, whatever the pattern. */
export type NamePattern = (name: string) => boolean;

/** A regular expression (RE2 syntax) that must match from the name's start, as Python's `re.match`; or what is wrong with it. */
export function compileRegex(source: string): NamePattern | { readonly fault: string } {
  const fault = regexFault(source);
  if (fault !== undefined) return { fault };
  const anchored = `^(?:${source})`;
  return (name) => regexFinds(anchored, name) === true;
}

/** A shell glob over the whole name: `*`, `?`, `[abc]`, `[a-f]`, `[!x]`. An unclosed `[` is itself. */
export function compileGlob(glob: string): NamePattern {
  const marks = marksOf(glob);
  return (name) => fits(marks, name);
}

type Mark = 'anything' | ((character: string) => boolean);

function marksOf(glob: string): readonly Mark[] {
  const marks: Mark[] = [];
  for (let at = 0; at < glob.length; at++) {
    const character = glob[at];
    const set = character === '[' ? /^\[(!?)(\]?[^\]]*)\]/.exec(glob.slice(at)) : null;
    if (set) {
      marks.push(oneOf(set[2] ?? '', set[1] === '!'));
      at += set[0].length - 1;
    } else if (character === '*') marks.push('anything');
    else marks.push(character === '?' ? () => true : (one) => one === character);
  }
  return marks;
}

function oneOf(inside: string, negated: boolean): Mark {
  const sets = [...inside.matchAll(/(.)-(.)|(.)/gs)].map(([, first, last, single]) => {
    if (first === undefined || last === undefined) return (character: string) => character === single;
    return (character: string) => character >= first && character <= last;
  });
  return (character) => sets.some((accepts) => accepts(character)) !== negated;
}

/** Goes back only to the last `*`, which is enough, and keeps the work below pattern × name. */
function fits(marks: readonly Mark[], name: string): boolean {
  let [mark, at] = [0, 0];
  let retry: { readonly mark: number; at: number } | undefined;
  while (at < name.length) {
    const current = marks[mark];
    if (current === 'anything') {
      retry = { mark: ++mark, at };
    } else if (current?.(name[at] ?? '')) {
      mark++;
      at++;
    } else if (retry) {
      at = ++retry.at;
      mark = retry.mark;
    } else return false;
  }
  return marks.slice(mark).every((rest) => rest === 'anything');
}
