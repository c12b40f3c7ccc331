// What is told of a run when it is over.

import type { Event } from '../model/event.ts';
import type { ReportKind, ReportSource } from '../reports/index.ts';
import { mendgateVersion } from '../version.ts';

export type { ReportKind, ReportSource } from '../reports/index.ts';

/** A run's report as text, from all its events; `undefined`: nothing was begun. */
export async function reportRun(
  events: readonly Event[],
  kind: ReportKind,
  source: ReportSource = {},
): Promise<string | undefined> {
  const { printReport } = await import('../reports/index.ts');
  return printReport(events, kind, { ...source, mendgate: mendgateVersion() });
}

/** What differs between two runs, from all their events, for the reader. */
export async function compareRuns(before: readonly Event[], after: readonly Event[]): Promise<string> {
  const { printComparisonOf } = await import('../reports/index.ts');
  return printComparisonOf(before, after);
}

/** What a run came to as GitHub's workflow commands, from all its events; empty where nothing was begun. */
export async function annotateRun(events: readonly Event[]): Promise<string> {
  const { printAnnotationsOf } = await import('../reports/index.ts');
  return printAnnotationsOf(events);
}
