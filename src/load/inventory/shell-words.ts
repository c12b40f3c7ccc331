/** One word of a line: its text with quotes and escapes resolved, and where it stands. */
export interface Word {
  readonly text: string;
  /** Offsets in the line. */
  readonly start: number;
  readonly end: number;
}

/**
 * The words of a host line, as Python's `shlex.split(line, comments=True)` splits them, since Ansible does: `#` starts a
 * comment even inside a word, and within "…" a backslash escapes only `"` and itself. `unclosed`: offset of a quote or
 * backslash without end.
 */
export function shellWords(line: string): { readonly words: readonly Word[] } | { readonly unclosed: number } {
  const words: Word[] = [];
  let position = 0;
  let word: { text: string; start: number } | undefined;
  const finish = (): void => {
    if (word) words.push({ ...word, end: position });
    word = undefined;
  };
  while (position < line.length) {
    const character = line[position] ?? '';
    if (character === '#') break;
    if (/[ \t\r\n]/.test(character)) {
      finish();
      position++;
      continue;
    }
    word ??= { text: '', start: position };
    if (character === '\\') {
      if (position + 1 >= line.length) return { unclosed: position };
      word.text += line[position + 1];
      position += 2;
    } else if (character === "'" || character === '"') {
      const quoted = quotedText(line, position);
      if (!quoted) return { unclosed: position };
      word.text += quoted.text;
      position = quoted.end;
    } else {
      word.text += character;
      position++;
    }
  }
  finish();
  return { words };
}

function quotedText(line: string, start: number): { readonly text: string; readonly end: number } | undefined {
  const quote = line[start];
  let text = '';
  for (let index = start + 1; index < line.length; index++) {
    const character = line[index] ?? '';
    if (character === quote) return { text, end: index + 1 };
    const next = line[index + 1];
    if (quote === '"' && character === '\\' && (next === '"' || next === '\\')) {
      text += next;
      index++;
    } else text += character;
  }
  return undefined;
}
