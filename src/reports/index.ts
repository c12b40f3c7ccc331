import { assertNever } from '../model/assert-never.ts';
import type { Event } from '../model/event.ts';
import { buildReport, type ReportSource } from './build-report.ts';

export const reportKinds = ['html', 'md', 'junit', 'json', 'csv'] as const;

/** The forms of a report. */
export type ReportKind = (typeof reportKinds)[number];

export type { ReportSource } from './build-report.ts';

export interface ReportOptions extends ReportSource {
  /** Of the program that makes it. */
  readonly mendgate: string;
}

/** A run's report as text, from all its events; `undefined`: nothing was begun. Only the chosen renderer is loaded. */
export async function printReport(
  events: readonly Event[],
  kind: ReportKind,
  { mendgate, ...source }: ReportOptions,
): Promise<string | undefined> {
  const report = buildReport(events, source);
  if (report === undefined) return undefined;
  switch (kind) {
    case 'html': {
      const [{ printHtml }, { readPageFiles }] = await Promise.all([
        import('./html/print-html.ts'),
        import('./html/page-files.ts'),
      ]);
      return printHtml(report, await readPageFiles(), mendgate);
    }
    case 'md':
      return (await import('./print-markdown.ts')).printMarkdown(report);
    case 'junit':
      return (await import('./print-junit.ts')).printJunit(report);
    case 'json':
      return (await import('./print-json.ts')).printJson(report);
    case 'csv':
      return (await import('./print-csv.ts')).printCsv(report);
    default:
      return assertNever(kind);
  }
}

/** What differs between two runs, from all their events, for the reader; both must have begun. */
export async function printComparisonOf(before: readonly Event[], after: readonly Event[]): Promise<string> {
  const [{ compareRuns }, { printComparison }] = await Promise.all([
    import('./compare-runs.ts'),
    import('./print-comparison.ts'),
  ]);
  const [was, is] = [buildReport(before), buildReport(after)];
  if (was === undefined || is === undefined) throw new Error('a run without a beginning cannot be compared');
  return printComparison(compareRuns(was, is));
}

/** What a run came to as GitHub's workflow commands, from all its events; empty where nothing was begun. */
export async function printAnnotationsOf(events: readonly Event[]): Promise<string> {
  const report = buildReport(events);
  return report === undefined ? '' : (await import('./print-annotations.ts')).printAnnotations(report);
}
