import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';

const require = createRequire(import.meta.url);
let engine: typeof import('re2js') | undefined;

/** RE2, loaded with the first pattern: it is nearly a megabyte of code, and most runbooks have none. */
function re2(): typeof import('re2js') {
  // The package's own types; require itself has none.
  engine ??= require('re2js') as typeof import('re2js');
  return engine;
}

const maxPattern = 1000;
const maxCached = 500;
const cache = new Map<string, RE2JS | string>();

/** The pattern compiled for RE2, which takes linear time on any text; or in words what is wrong with it. */
function compile(pattern: string): RE2JS | string {
  const known = cache.get(pattern);
  if (known !== undefined) return known;
  const compiled = compileNew(pattern);
  if (cache.size >= maxCached) cache.clear();
  cache.set(pattern, compiled);
  return compiled;
}

function compileNew(pattern: string): RE2JS | string {
  if (pattern.length > maxPattern) return `longer than ${maxPattern} characters`;
  try {
    return re2().RE2JS.compile(pattern);
  } catch (error) {
    if (error instanceof re2().RE2JSException) return error.message.replace(/^error parsing regexp: /, '');
    throw error;
  }
}

/** What is wrong with a regular expression (RE2 syntax), or `undefined`. */
export function regexFault(pattern: string): string | undefined {
  const compiled = compile(pattern);
  return typeof compiled === 'string' ? compiled : undefined;
}

/** Whether the pattern is found anywhere in the text; a fault is given as `{ fault }`. */
export function regexFinds(pattern: string, text: string): boolean | { readonly fault: string } {
  const compiled = compile(pattern);
  return typeof compiled === 'string' ? { fault: compiled } : compiled.test(text);
}
