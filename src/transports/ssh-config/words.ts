/** One line of ssh_config: keyword in lower case, and its words without their quotes. */
export interface Line {
  readonly keyword: string;
  readonly words: readonly string[];
}

/** Splits a line as OpenSSH does; `undefined` for comments, empty lines and lines whose quotes do not end. */
export function splitLine(text: string): Line | undefined {
  const [, keyword, rest] = /^[ \t]*"?([A-Za-z][A-Za-z0-9]*)"?(?:[ \t]*=[ \t]*|[ \t]+|$)(.*)$/.exec(text) ?? [];
  if (keyword === undefined) return undefined;
  const words = splitWords((rest ?? '').trimEnd());
  return words === undefined ? undefined : { keyword: keyword.toLowerCase(), words };
}

/** Words between blanks; `"…"` and `'…'` hold blanks, a backslash stands before quotes, blanks and itself. */
function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const next = text[at + 1] ?? '';
    if (character === '\\' && (/["'\\]/.test(next) || (quote === '' && next === ' '))) {
      word = (word ?? '') + next;
      at += 1;
    } else if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/[ \t]/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === '#' && word === undefined) {
      break;
    } else {
      word = (word ?? '') + character;
    }
  }
  if (quote !== '') return undefined;
  if (word !== undefined) words.push(word);
  return words;
}
