import { didYouMean } from '../expr/suggest.ts';
import type { Diagnostic, SourceRange } from '../model/diagnostic.ts';
import type { AuthoredDocument } from '../model/document.ts';
import { findRule, rules } from './rules/index.ts';

/** An author's word that a finding may stay, until a day: `# lint: allow RULE until 2027-03-01: reason`. */
export interface Waiver {
  /** Codes of diagnostics. */
  readonly codes: readonly string[];
  /** YYYY-MM-DD: the first day on which it counts no more. */
  readonly until: string;
  readonly reason: string;
  /** The line whose findings it allows. */
  readonly line: number;
  readonly at: SourceRange;
}

export interface ReadWaivers {
  readonly waivers: readonly Waiver[];
  /** What cannot be read as one, and what has ended. */
  readonly problems: readonly Omit<Diagnostic, 'excerpt'>[];
}

const form = 'write: # lint: allow RULE until YYYY-MM-DD: reason';

/** Waivers of a document, also in comments of its scripts. One alone on its line is about the next line that is no comment. */
export function readWaivers({ source: { file, text } }: AuthoredDocument, today: string): ReadWaivers {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const waivers: Waiver[] = [];
  const problems: Omit<Diagnostic, 'excerpt'>[] = [];
  for (const [index, line] of lines.entries()) {
    const match = /(?:^|\s)#\s*lint:\s*(.*)$/.exec(line);
    if (match === null) continue;
    const start = line.indexOf('#', match.index);
    const at = { file, line: index + 1, col: start + 1, endLine: index + 1, endCol: line.length + 1 };
    const problem = (name: string, message: string, help: string): void => {
      problems.push({ code: `lint/${name}`, severity: 'error', message, help, at });
    };
    const read = readOne(match[1] ?? '');
    if (typeof read === 'string') {
      problem('waiver', read, form);
      continue;
    }
    if (read.until <= today) {
      const help = findRule('waiver-expired')?.instead ?? form;
      problem('waiver-expired', `this waiver ended on ${read.until} (${read.reason})`, help);
      continue;
    }
    waivers.push({ ...read, line: line.slice(0, start).trim() === '' ? nextLine(lines, index) : index + 1, at });
  }
  return { waivers, problems };
}

/** Text: what is wrong with it. */
function readOne(text: string): Pick<Waiver, 'codes' | 'until' | 'reason'> | string {
  const match = /^allow\s+([\w/-]+(?:\s*,\s*[\w/-]+)*)(?:\s+until\s+(\S+?))?\s*(?::\s*(.*))?$/.exec(text.trim());
  if (match === null) return 'this is no waiver';
  const [, names = '', until, reason = ''] = match;
  const codes: string[] = [];
  for (const name of names.split(',').map((part) => part.trim())) {
    const code = findRule(name)?.id ?? (/^(?:trap|runbook)\/[\w-]+$/.test(name) ? name : undefined);
    if (code === undefined) {
      const near = didYouMean(
        name,
        rules.map(({ id }) => id.replace('lint/', '')),
      );
      return `there is no rule \`${name}\`${near === undefined ? '' : `: ${near}`}`;
    }
    codes.push(code);
  }
  if (until === undefined) return 'this waiver does not say until when';
  if (!isDay(until)) return `\`${until}\` is no day: it is written 2027-03-01`;
  if (reason.trim() === '') return 'this waiver does not say why';
  return { codes, until, reason: reason.trim() };
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

/** The next line, counted from 1, that holds more than a comment. */
function nextLine(lines: readonly string[], index: number): number {
  const after = lines.findIndex((line, at) => at > index && line.trim() !== '' && !line.trim().startsWith('#'));
  return (after === -1 ? index : after) + 1;
}
