/** "did you mean `errno`?" for a name close to one of `known`, or `undefined`. */
export function didYouMean(word: string, known: Iterable<string>): string | undefined {
  const near = closest(word, known);
  return near === undefined ? undefined : `did you mean \`${near}\`?`;
}

/** `a`, `b` and `c`, at most `limit` of them. */
export function nameList(names: readonly string[], limit = 12): string {
  const shown = names.slice(0, limit).map((name) => `\`${name}\``);
  const rest = names.length - shown.length;
  return rest > 0 ? `${shown.join(', ')} and ${rest} more` : shown.join(', ');
}

function closest(word: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = 3;
  for (const name of known) {
    const distance = isPrefix(word, name) ? 2 : distanceUpTo2(word.toLowerCase(), name.toLowerCase());
    // Two edits in a word of three letters make it another word.
    if (distance < bestDistance && (isPrefix(word, name) || distance * 2 <= word.length)) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

function isPrefix(word: string, name: string): boolean {
  return word !== name && word.length >= 3 && name.length >= 3 && (name.startsWith(word) || word.startsWith(name));
}

/** Levenshtein distance, or 3 when it is more than 2. */
function distanceUpTo2(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2 || a.length > 64 || b.length > 64) return 3;
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const change = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min(change, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    previous = current;
  }
  return Math.min(3, previous[b.length] ?? 3);
}
