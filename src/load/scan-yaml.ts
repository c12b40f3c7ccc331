import { CST, Lexer, Parser } from 'yaml';
import type { Diagnostic } from '../model/diagnostic.ts';
import { makeDiagnostic, type Source } from './source.ts';
import { aliasDiagnostic, tagDiagnostic } from './yaml-traps.ts';

/** Largest file, in UTF-16 units of its text. */
export const maxLength = 1_048_576;
/** Deepest nesting of collections. */
const maxDepth = 64;
/** Most lexical tokens: what a second of CPU can parse. */
const maxTokens = 400_000;
const maxReports = 20;

/** The concrete syntax of the one document, as far as the guards let it through. */
export interface Scanned {
  readonly tokens: readonly CST.Token[];
  readonly diagnostics: readonly Diagnostic[];
  /** Offset of a quote that is never closed. */
  readonly openQuote?: number;
  /** The guards stopped before the end: there is nothing to compose. */
  readonly stopped: boolean;
}

/**
 * Reads tokens and refuses what the language leaves out of YAML (directives, tags, anchors and aliases, several
 * documents) and what would take the parser down (size, depth: it recurses while composing).
 */
export function scanYaml(source: Source): Scanned {
  const { text } = source;
  if (text.length > maxLength) {
    const message = `the file is larger than ${maxLength} characters`;
    return { tokens: [], stopped: true, diagnostics: [makeDiagnostic(source, 'yaml/too-large', 0, 0, message)] };
  }
  const controls = findControlCharacters(source);
  if (controls.length > 0) return { tokens: [], stopped: true, diagnostics: controls };
  return readTokens(source);
}

function readTokens(source: Source): Scanned {
  const tokens: CST.Token[] = [];
  const found: { readonly token: '&' | '*' | '!' | '%'; readonly start: number; readonly lexeme: string }[] = [];
  const parser = new Parser();
  let count = 0;
  let inScalar = false;
  let openQuote: number | undefined;
  for (const lexeme of new Lexer().lex(source.text)) {
    const first = lexeme[0];
    if (!inScalar && (first === '&' || first === '*' || first === '!' || first === '%') && found.length < maxReports) {
      found.push({ token: first, start: parser.offset, lexeme });
    }
    if (!inScalar && (first === '"' || first === "'") && !isClosed(lexeme)) openQuote = parser.offset;
    inScalar = lexeme === CST.SCALAR;
    for (const token of parser.next(lexeme)) tokens.push(token);
    count += 1;
    if (parser.stack.length > maxDepth + 2) return stop('yaml/too-deep', `nested deeper than ${maxDepth} levels`);
    if (count > maxTokens) return stop('yaml/too-large', `more than ${maxTokens} YAML tokens`);
  }
  for (const token of parser.end()) tokens.push(token);
  const diagnostics = firstOfEachLine(found.map(({ token, start, lexeme }) => refuse(source, token, start, lexeme)));
  const all = [...diagnostics, ...findSecondDocument(source, tokens)];
  return { tokens, stopped: false, diagnostics: all, ...(openQuote === undefined ? {} : { openQuote }) };

  function stop(code: string, message: string): Scanned {
    const at = Math.max(0, parser.offset - 1);
    return { tokens: [], stopped: true, diagnostics: [makeDiagnostic(source, code, at, at + 1, message)] };
  }
}

function isClosed(quoted: string): boolean {
  const body = quoted.startsWith('"') ? quoted.replaceAll(/\\[\s\S]/g, '') : quoted;
  return body.length > 1 && body.endsWith(quoted.charAt(0));
}

function firstOfEachLine(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.filter((diagnostic, index) => diagnostics[index - 1]?.at.line !== diagnostic.at.line);
}

function refuse(source: Source, token: '&' | '*' | '!' | '%', start: number, lexeme: string): Diagnostic {
  const end = start + lexeme.length;
  if (token === '!') return tagDiagnostic(source, start, end);
  if (token === '*') return aliasDiagnostic(source, start, end);
  if (token === '&') {
    const message = `anchors (${lexeme}) are not part of the language`;
    return makeDiagnostic(source, 'yaml/alias', start, end, message, 'write the value out where it is needed');
  }
  const message = `directives (${lexeme.trim()}) are not part of the language: they change what words like "on" mean`;
  return makeDiagnostic(source, 'yaml/directive', start, end, message, 'remove this line; files are YAML 1.2');
}

function findSecondDocument(source: Source, tokens: readonly CST.Token[]): readonly Diagnostic[] {
  const second = tokens.filter((token) => token.type === 'document')[1];
  if (second === undefined) return [];
  const message = 'a second document begins here; a file holds one';
  return [
    makeDiagnostic(
      source,
      'yaml/several-documents',
      second.offset,
      second.offset + 3,
      message,
      'use one file for each',
    ),
  ];
}

/** Invisible characters that editors, terminals and YAML readers each take differently. */
function findControlCharacters(source: Source): readonly Diagnostic[] {
  const pattern =
    /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]|\r(?!\n)|(?<!^)\ufeff/g;
  const diagnostics: Diagnostic[] = [];
  for (const match of source.text.matchAll(pattern)) {
    const code = (match[0].codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    const message = `the invisible character U+${code} must not stand in the file`;
    const help = `remove it; inside a double-quoted string it can be written \\u${code}, if it is really meant`;
    diagnostics.push(makeDiagnostic(source, 'yaml/control-character', match.index, match.index + 1, message, help));
    if (diagnostics.length === maxReports) break;
  }
  return diagnostics;
}
