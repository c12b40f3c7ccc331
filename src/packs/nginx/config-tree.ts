import { configTokens } from './config-tokens.ts';

/** One directive: `listen 80;` or `server { … }`. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly line: number;
  /** What stands between its braces; absent when it ends with `;`. */
  readonly block?: readonly Directive[];
}

/** A file's directives, and what is wrong with it in words (nginx itself would refuse the file). */
export interface ConfigTree {
  readonly directives: readonly Directive[];
  readonly faults: readonly string[];
}

/** Deeper nesting than this is nobody's configuration; what is deeper still is dropped and told as a fault. */
const maxDepth = 50;

interface OpenBlock {
  readonly name: string;
  readonly args: readonly string[];
  readonly line: number;
  readonly inside: Directive[];
}

/** Parses one file. Never throws; a broken file gives what could be read. */
export function parseConfig(text: string): ConfigTree {
  const top: Directive[] = [];
  const open: OpenBlock[] = [];
  const faults: string[] = [];
  let dropped = 0;
  let words: string[] = [];
  let wordsLine = 0;

  const add = (directive: Directive) => (open.at(-1)?.inside ?? top).push(directive);
  const close = () => {
    const block = open.pop();
    if (block) add({ name: block.name, args: block.args, line: block.line, block: block.inside });
  };

  for (const token of configTokens(text)) {
    if (token.kind === 'word') {
      if (words.length === 0) wordsLine = token.line;
      words.push(token.text);
      continue;
    }
    const [name, ...args] = words;
    words = [];
    if (token.kind === ';') {
      if (name === undefined) faults.push(`line ${token.line}: unexpected ";"`);
      else if (dropped === 0) add({ name, args, line: wordsLine });
    } else if (token.kind === '{') {
      if (name === undefined) faults.push(`line ${token.line}: unexpected "{"`);
      if (open.length >= maxDepth) dropped += 1;
      else open.push({ name: name ?? '', args, line: name === undefined ? token.line : wordsLine, inside: [] });
      if (dropped === 1) faults.push(`line ${token.line}: nested deeper than ${maxDepth} blocks`);
    } else {
      if (name !== undefined) faults.push(`line ${token.line}: unexpected "}" behind ${name}`);
      if (dropped > 0) dropped -= 1;
      else if (open.length === 0) faults.push(`line ${token.line}: unexpected "}"`);
      else close();
    }
  }
  if (words.length > 0) faults.push(`line ${wordsLine}: ${words[0]} is not ended by ";"`);
  if (open.length > 0) faults.push(`line ${open.at(-1)?.line ?? 0}: "{" without "}"`);
  while (open.length > 0) close();
  return { directives: top, faults: faults.slice(0, 20) };
}
