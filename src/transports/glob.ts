/** `*` and `?` only, in time linear in pattern × text. */
export function matchesGlob(pattern: string, text: string): boolean {
  if (!/[*?]/.test(pattern)) return pattern === text;
  let at = 0;
  let from = 0;
  let star = -1;
  let starAt = 0;
  while (from < text.length) {
    if (at < pattern.length && (pattern[at] === '?' || (pattern[at] !== '*' && pattern[at] === text[from]))) {
      at += 1;
      from += 1;
    } else if (pattern[at] === '*') {
      star = at;
      starAt = from;
      at += 1;
    } else if (star >= 0) {
      at = star + 1;
      starAt += 1;
      from = starAt;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}

/** Whether one of the patterns fits and none behind `!` does. */
export function matchesPatterns(patterns: readonly string[], text: string): boolean {
  let found = false;
  for (const pattern of patterns) {
    if (pattern.startsWith('!')) {
      if (matchesGlob(pattern.slice(1), text)) return false;
    } else if (matchesGlob(pattern, text)) {
      found = true;
    }
  }
  return found;
}
