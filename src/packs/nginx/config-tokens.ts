import { skipLua } from './skip-lua.ts';

/** A word of a configuration file, or the mark that ends a directive, opens a block or closes one. */
export type Token =
  | { readonly kind: 'word'; readonly text: string; readonly line: number }
  | { readonly kind: ';' | '{' | '}'; readonly line: number };

const space = /[ \t\r\n]/;
const luaBlock = /_by_lua_block$|^lua_block$/;

/**
 * Splits nginx's configuration text as `ngx_conf_read_token` does: quotes only at a word's start, backslash takes the
 * next character, `${name}` belongs to its word, `#` is a comment only between words. What nginx would refuse still
 * yields tokens: a probe reports what is there. Lua blocks are skipped whole. Linear, never throws.
 */
export function* configTokens(text: string): Generator<Token, void> {
  let at = text.startsWith('\ufeff') ? 1 : 0;
  let line = 1;
  let luaAhead = false;
  while (at < text.length) {
    const char = text.charAt(at);
    if (space.test(char)) {
      if (char === '\n') line += 1;
      at += 1;
    } else if (char === '#') {
      const end = text.indexOf('\n', at);
      at = end < 0 ? text.length : end;
    } else if (char === ';' || char === '{' || char === '}') {
      yield { kind: char, line };
      at += 1;
      if (char === '{' && luaAhead) {
        const end = skipLua(text, at);
        line += countLines(text, at, end);
        at = end;
      }
      luaAhead = false;
    } else {
      const word = char === '"' || char === "'" ? quotedWord(text, at, char) : bareWord(text, at);
      yield { kind: 'word', text: word.text, line };
      line += countLines(text, at, word.end);
      at = word.end;
      luaAhead ||= luaBlock.test(word.text);
    }
  }
}

interface Word {
  readonly text: string;
  /** Index behind the word. */
  readonly end: number;
}

function quotedWord(text: string, start: number, quote: string): Word {
  let at = start + 1;
  while (at < text.length && text.charAt(at) !== quote) at += text.charAt(at) === '\\' ? 2 : 1;
  const end = Math.min(at, text.length);
  return { text: withoutEscapes(text.slice(start + 1, end)), end: Math.min(end + 1, text.length) };
}

function bareWord(text: string, start: number): Word {
  let at = start;
  while (at < text.length) {
    const char = text.charAt(at);
    if (char === '\\') at += 2;
    else if (char === '$' && text.charAt(at + 1) === '{') at += 2;
    else if (space.test(char) || char === ';' || char === '{') break;
    else at += 1;
  }
  const end = Math.min(at, text.length);
  return { text: withoutEscapes(text.slice(start, end)), end };
}

const escapes: Readonly<Record<string, string>> = { '"': '"', "'": "'", '\\': '\\', t: '\t', r: '\r', n: '\n' };

function withoutEscapes(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\(["'\\trn])/g, (_all, char: string) => escapes[char] ?? char);
}

/** Looks at no character outside, so that all calls together stay linear. */
function countLines(text: string, from: number, to: number): number {
  let lines = 0;
  for (let at = from; at < to; at += 1) if (text.charCodeAt(at) === 10) lines += 1;
  return lines;
}
