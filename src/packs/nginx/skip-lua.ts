/**
 * Where the `}` stands that closes a Lua block whose `{` stood just before `from`; the text's end when none does. Braces
 * inside Lua strings, long brackets and comments do not count.
 */
export function skipLua(text: string, from: number): number {
  let depth = 0;
  let at = from;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '}' && depth === 0) return at;
    if (char === '"' || char === "'") at = behindString(text, at, char);
    else if (char === '-' && text.charAt(at + 1) === '-') at = behindComment(text, at + 2);
    else if (char === '[') at = behindLongBracket(text, at) ?? at + 1;
    else {
      if (char === '{') depth += 1;
      if (char === '}') depth -= 1;
      at += 1;
    }
  }
  return text.length;
}

function behindString(text: string, start: number, quote: string): number {
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== quote && text.charAt(at) !== '\n') {
    at += text.charAt(at) === '\\' ? 2 : 1;
  }
  return at + 1;
}

function behindComment(text: string, start: number): number {
  const long = text.charAt(start) === '[' ? behindLongBracket(text, start) : undefined;
  if (long !== undefined) return long;
  const end = text.indexOf('\n', start);
  return end < 0 ? text.length : end;
}

/** Behind `[[…]]` or `[==[…]==]`; undefined when no long bracket begins here. */
function behindLongBracket(text: string, start: number): number | undefined {
  let at = start + 1;
  while (text.charAt(at) === '=') at += 1;
  if (text.charAt(at) !== '[') return undefined;
  const close = `]${'='.repeat(at - start - 1)}]`;
  const end = text.indexOf(close, at + 1);
  return end < 0 ? text.length : end + close.length;
}
