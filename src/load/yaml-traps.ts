import type { YAMLParseError } from 'yaml';
import type { Diagnostic } from '../model/diagnostic.ts';
import { lineWithInterpolationsQuoted, lineWithQuotes } from './quote-cel.ts';
import { lineStart, lineText, makeDiagnostic, rangeAt, type Source } from './source.ts';

/**
 * What YAML makes of an expression that is not quoted, said in the words of someone who wrote an expression
 * (the specification's table "what bites", measured with yaml 2.9).
 */

/** `!…` is a tag to YAML. `gate: !denied.x` would be the empty string. */
export function tagDiagnostic(source: Source, start: number, end: number): Diagnostic {
  const written = source.text.slice(start, end);
  if (/^!(?:$|[a-z][\w.]*[.(]|\()/.test(written) || followedByOperator(source, end)) {
    const message = `to YAML, ${written} is a tag, not a negation: the value would be lost`;
    return makeDiagnostic(source, 'trap/tag', start, end, message, quoteHelp(source, start));
  }
  const message = `tags (${written}) are not part of the language`;
  return makeDiagnostic(
    source,
    'yaml/unknown-tag',
    start,
    end,
    message,
    'write plain data; quote the value if the ! is meant',
  );
}

/** `*x` is an alias to YAML. */
export function aliasDiagnostic(source: Source, start: number, end: number): Diagnostic {
  const written = source.text.slice(start, end);
  if (source.text.includes(`&${written.slice(1)}`)) {
    const message = `aliases (${written}) are not part of the language`;
    return makeDiagnostic(source, 'yaml/alias', start, end, message, 'write the value out where it is needed');
  }
  const message = `to YAML, ${written} is an alias, and nothing is anchored as &${written.slice(1)}`;
  return makeDiagnostic(source, 'trap/alias', start, end, message, quoteHelp(source, start));
}

/** A syntax error of the parser, as the trap that it most likely is. */
export function syntaxDiagnostic(source: Source, error: YAMLParseError): Diagnostic {
  const [start, end] = error.pos;
  const { line } = rangeAt(source, start, start);
  const text = lineText(source, line);
  const begin = lineStart(source, line);
  const interpolation = /[{[,]\s*(?:[^\s"'{}[\],:]+:\s+)?([^\s"'{}[\],]*\$\{\{)/.exec(text);
  if (interpolation !== null && isUnbalanced(error)) {
    const at = begin + interpolation.index + interpolation[0].length - (interpolation[1] ?? '').length;
    const help = `quote it:\n${lineWithInterpolationsQuoted(text)}`;
    return makeDiagnostic(
      source,
      'trap/interpolation-in-braces',
      at,
      at + 3,
      'inside { } or [ ] an interpolation must be quoted',
      help,
    );
  }
  const entry = /^(\s*(?:- +)*(?:[^\s:#"'{[]+:\s+)?)(\S.*)$/.exec(text);
  const prefix = entry?.[1] ?? '';
  const value = entry?.[2] ?? '';
  const at = begin + prefix.length;
  if (prefix !== '' && startsOddly(value) && isUnbalanced(error)) {
    const message = `to YAML the value ends early: ${value[0]} has a meaning of its own at the beginning of a value`;
    return makeDiagnostic(source, 'trap/quoted-start', at, at + value.trimEnd().length, message, quoteHelp(source, at));
  }
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY' && prefix.includes(':') && value.includes(': ')) {
    const message = 'to YAML, ": " begins a nested mapping inside this value';
    return makeDiagnostic(source, 'trap/colon', at, at + value.trimEnd().length, message, quoteHelp(source, at));
  }
  if (error.code === 'TAB_AS_INDENT') {
    return makeDiagnostic(source, 'yaml/tab', start, end, 'a tab must not indent', 'indent with spaces');
  }
  return makeDiagnostic(source, 'yaml/syntax', start, Math.max(end, start + 1), plainMessage(error));
}

function isUnbalanced(error: YAMLParseError): boolean {
  return [
    'UNEXPECTED_TOKEN',
    'BAD_SCALAR_START',
    'MISSING_CHAR',
    'BLOCK_IN_FLOW',
    'BAD_INDENT',
    'BLOCK_AS_IMPLICIT_KEY',
  ].includes(error.code);
}

/** A value that goes on after its closing quote or bracket, or begins with a character that YAML keeps for itself. */
function startsOddly(value: string): boolean {
  if (/^[|>]/.test(value)) return !/^[|>][+\d-]{0,2}\s*(?:#.*)?$/.test(value);
  return /^[@%`]/.test(value) || /^("(?:[^"\\]|\\.)*"|'[^']*'|\[[^\]]*\]|\{[^}]*\})\s*[^\s#,\]}:]/.test(value);
}

function followedByOperator(source: Source, end: number): boolean {
  return /^[ \t]*(?:&&|\|\||[=!<>]=|[<>?+*/%-] )/.test(source.text.slice(end, end + 200));
}

function quoteHelp(source: Source, start: number): string {
  return `quote it:\n${lineWithQuotes(source, start)}`;
}

function plainMessage(error: YAMLParseError): string {
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY')
    return 'not valid YAML: a mapping cannot begin here; look at the indentation around it';
  const first = error.message.split('\n')[0] ?? '';
  return `not valid YAML: ${first.charAt(0).toLowerCase()}${first.slice(1)}`;
}
