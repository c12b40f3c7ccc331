/** Words parted by blanks, with '…', "…" and backslashes as in a shell, and nothing else of one. `undefined`: a quote is open. */
export function splitWords(text: string): readonly string[] | undefined {
  const words: string[] = [];
  const word = /\s*((?:[^\s'"\\]|\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*")+)\s*/y;
  while (word.lastIndex < text.length) {
    const found = word.exec(text);
    if (found === null) return text.trim() === '' ? [] : undefined;
    words.push(unquoted(found[1] ?? ''));
  }
  return words;
}

function unquoted(word: string): string {
  return word.replace(
    /'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"|\\([\s\S])/g,
    (_, single?: string, double?: string, escaped?: string) => {
      if (single !== undefined) return single;
      return double === undefined ? (escaped ?? '') : double.replace(/\\(["\\])/g, '$1');
    },
  );
}
