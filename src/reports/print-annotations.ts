import { foldNames } from '../model/fold-names.ts';
import { safeText } from '../model/safe-text.ts';
import type { HostReport, Report } from './report.ts';
import { hostCount, word } from './words.ts';

/** GitHub shows ten errors of a step. */
const mostErrors = 10;

/**
 * What a run came to as GitHub's workflow commands: one error for all hosts that went wrong alike, then one notice of all. A line
 * each.
 */
export function printAnnotations(report: Report): string {
  const bad = report.hosts.filter(({ needsLook }) => needsLook);
  const groups = new Map<string, HostReport[]>();
  for (const host of bad) {
    const key = JSON.stringify([host.verdict, host.reason ?? host.diagnosis]);
    groups.set(key, [...(groups.get(key) ?? []), host]);
  }
  const ends = report.verdicts.map(({ verdict, hosts }) => `${hosts} ${word(verdict)}`).join(', ');
  const errors = [...groups.values()].sort((a, b) => b.length - a.length);
  return [
    ...errors.slice(0, mostErrors).map((hosts) => errorLine(report, hosts)),
    command('notice', { title: `mendgate ${report.runbook.id}` }, `${hostCount(report.hosts.length)}: ${ends}`),
    '',
  ].join('\n');
}

function errorLine({ runbook }: Report, hosts: readonly HostReport[]): string {
  const [first] = hosts;
  if (first === undefined) return '';
  const title = `${hostCount(hosts.length)} ${word(first.verdict)}`;
  const message = `${foldNames(hosts.map(({ host }) => host))}\n${first.reason ?? first.diagnosis}`;
  return command('error', { title, file: runbook.file }, message);
}

/** `::error title=…::message`; the escapes are those of GitHub's own toolkit (actions/toolkit, command.ts). */
function command(name: 'error' | 'notice', properties: { readonly [name: string]: string }, message: string): string {
  const given = Object.entries(properties).map(([key, value]) => `${key}=${escapedProperty(value)}`);
  return `::${name} ${given.join(',')}::${escaped(message)}`;
}

function escaped(text: string): string {
  return safeText(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
