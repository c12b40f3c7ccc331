import { isObject } from '../model/json.ts';
import type { Located, Path, Written } from './parse-yaml.ts';
import { lineWithQuotes, quoteScalar } from './quote-cel.ts';
import type { Report } from './report.ts';

/** What YAML made of a value without a word: leading zeros, a comment, a comma inside braces. */
export function reportValueTraps(located: Located, report: Report): void {
  visit(located, report, located.value, []);
}

function visit(located: Located, report: Report, value: unknown, path: Path): void {
  if (Array.isArray(value)) {
    for (const [index, element] of value.entries()) visit(located, report, element, [...path, index]);
  } else if (isObject(value)) {
    visitMapping(located, report, value, path);
  } else if (typeof value === 'number') {
    const written = located.writtenAt(path);
    if (written?.style === 'plain' && /^[-+]?0\d/.test(written.text)) {
      const message = `to YAML, ${written.text} is the number ${value}`;
      const key = path.at(-1);
      const help = `quote it:\n${typeof key === 'string' ? `${key}: ` : '- '}"${written.text}"`;
      report.at(path, 'trap/leading-zero', message, { help });
    }
  } else if (typeof value === 'string' && (value.includes('${{') || isOpen(value))) {
    const written = located.writtenAt(path);
    if (written?.style === 'plain' && written.comment !== undefined)
      visitCommented(located, report, value, path, written);
  }
}

function visitMapping(located: Located, report: Report, value: Readonly<Record<string, unknown>>, path: Path): void {
  let before: string | undefined;
  for (const [key, member] of Object.entries(value)) {
    if (before !== undefined && member === null && located.isBareKey([...path, key]) && isTornOff(value[before])) {
      const start = located.writtenAt([...path, before])?.start ?? 0;
      const help = `quote it:\n${lineWithQuotes(located.source, start)}`;
      const message = 'inside { } the comma ends the value: the rest became a key of its own';
      report.at([...path, before], 'trap/comma-in-braces', message, { help });
      report.silence([...path, before], 'value');
      report.silence([...path, key], 'key');
    } else visit(located, report, member, [...path, key]);
    if (!(member === null && located.isBareKey([...path, key]))) before = key;
  }
}

/** A value with a parenthesis or bracket left open. */
function isTornOff(value: unknown): boolean {
  return typeof value === 'string' && isOpen(value);
}

function visitCommented({ source }: Located, report: Report, value: string, path: Path, written: Written): void {
  const help = `quote it:\n${lineWithQuotes(source, written.start, true)}`;
  if (isOpen(value)) {
    const message = `to YAML, everything after the # is a comment: the value ends at ${quoteScalar(value.slice(-12))}`;
    report.at(path, 'trap/comment', message, { help });
    report.silence(path, 'value');
  } else if (value.includes('${{')) {
    const message = 'to YAML, everything after the # is a comment; is it meant as one?';
    report.at(path, 'trap/comment', message, { help: `if not, ${help}`, severity: 'warning' });
  }
}

/** Whether an expression ends inside a string, a parenthesis or an interpolation. */
function isOpen(text: string): boolean {
  if (text.length > 2000) return false;
  const bare = text.replaceAll(/"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'/g, '');
  if (/["]/.test(bare)) return true;
  const count = (characters: RegExp): number => bare.match(characters)?.length ?? 0;
  return count(/[([{]/g) > count(/[)\]}]/g);
}
