import { foldNames } from '../model/fold-names.ts';
import { safeLine } from '../model/safe-text.ts';
import type { Comparison, Difference } from './compare-runs.ts';
import type { Report } from './report.ts';
import { hostCount, word } from './words.ts';

/** What differs between two runs, for the reader: each difference once, with its hosts folded. Ends with a line end. */
export function printComparison({
  before,
  after,
  sameRunbook,
  onlyBefore,
  onlyAfter,
  differences,
  alike,
}: Comparison): string {
  const sections = [
    [`- ${headOf(before)}`, `+ ${headOf(after)}`],
    sameRunbook ? [] : [`runbook    ${before.runbook.sha256.slice(0, 12)} → ${after.runbook.sha256.slice(0, 12)}`],
    onlyBefore.length === 0 ? [] : [`only in -  ${foldNames(onlyBefore)}`],
    onlyAfter.length === 0 ? [] : [`only in +  ${foldNames(onlyAfter)}`],
    ...differences.map(differenceLines),
    [
      differences.length === 0
        ? `${hostCount(alike)} alike`
        : `${hostCount(alike)} alike, ${hostCount(changedHosts(differences))} not`,
    ],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.map(safeLine).join('\n'))
    .join('\n\n')}\n`;
}

function headOf({ run, kind, runbook, hosts: all, verdicts }: Report): string {
  const ends = verdicts.map((end) => `${end.hosts} ${word(end.verdict)}`).join(', ');
  return `${run}  ${kind.replace('_', ' ')} of ${runbook.id} on ${hostCount(all.length)}: ${ends}`;
}

function differenceLines({ of, before, after, hosts: names }: Difference): readonly string[] {
  const lead = `${of.padEnd(9)}  ${foldNames(names)}`;
  return [lead, `         - ${before === '' ? 'none' : before}`, `         + ${after === '' ? 'none' : after}`];
}

function changedHosts(differences: readonly Difference[]): number {
  return new Set(differences.flatMap(({ hosts: names }) => names)).size;
}
