import { safeLine } from '../model/safe-text.ts';
import type { HostReport, Report } from './report.ts';

type Cell = string | number;

const columns: readonly (readonly [name: string, of: (host: HostReport, report: Report) => Cell])[] = [
  ['run', (_, { run }) => run],
  ['runbook', (_, { runbook }) => runbook.id],
  ['started_at', (_, { startedAt }) => startedAt],
  ['host', ({ host }) => host],
  ['verdict', ({ verdict }) => verdict],
  ['needs_look', ({ needsLook }) => (needsLook ? 'yes' : 'no')],
  ['diagnosis', ({ diagnosis }) => diagnosis],
  ['symptom', ({ symptom }) => symptom],
  ['reason', ({ reason = '' }) => reason],
  ['changes', ({ steps }) => steps.flatMap(({ items }) => items.flatMap(({ changes }) => changes)).length],
  ['standing', ({ standing }) => standing.join('; ')],
  ['notes', ({ notes }) => notes.join('; ')],
  ['seconds', ({ ms }) => (ms / 1000).toFixed(3)],
];

/**
 * One row for each host, as RFC 4180 has it. A byte order mark comes first: without it, spreadsheets take `→` for something
 * else.
 */
export function printCsv(report: Report): string {
  const rows = [
    columns.map(([name]) => name),
    ...report.hosts.map((host) => columns.map(([, of]) => of(host, report))),
  ];
  return `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/** What a spreadsheet would take for a formula begins with an apostrophe, which makes it text. */
function cell(value: Cell): string {
  const text = safeLine(String(value));
  const harmless = /^[\s'"]*[=+\-@|%\uff1d\uff0b\uff0d\uff20]/.test(text) ? `'${text}` : text;
  return /[",;']|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
