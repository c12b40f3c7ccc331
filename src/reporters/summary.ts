import { formatDuration } from '../model/duration.ts';
import { foldNames } from '../model/fold-names.ts';
import { needsLook, type Verdict } from '../model/result.ts';
import type { HostEnd, RunSummary } from '../model/run-summary.ts';
import { safeLine } from '../model/safe-text.ts';
import { nextCommands, troubleLines } from './summary-trouble.ts';
import { count, hang, hangText, pad, truncate, width } from './text.ts';
import { type Colours, coloursOf, isUndo, verdictPaint, word } from './words.ts';

export { fold, type RunSummary } from '../model/run-summary.ts';

export interface SummaryPrintOptions {
  readonly colour: boolean;
  /** `Infinity`: lines are never broken. */
  readonly columns: number;
  readonly verbosity: number;
  /** See ReporterOptions. */
  readonly stateDir?: string | undefined;
  /** See ReporterOptions. */
  readonly planFile?: string | undefined;
  /** Where the reader is: paths are told from there. Absent: they are absolute. */
  readonly folder?: string | undefined;
}

/** The end of a run for the reader: hosts by diagnosis, then what needs a look, then what to type next. */
export function printSummary(summary: RunSummary, options: SummaryPrintOptions): string {
  const colours = coloursOf(options.colour);
  const sections = [
    diagnosisLines(summary, options, colours),
    troubleLines(summary, options, colours),
    notBegunLines(summary, options, colours),
    closingLines(summary, options, colours),
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

/** `37 hosts  boolean off → …`, and under it which of them ended how; outliers first. A dry run of one diagnosis has said it in its plan. */
function diagnosisLines(summary: RunSummary, options: SummaryPrintOptions, colours: Colours): string[] {
  const ended = summary.hosts.filter((host) => host.verdict !== undefined && !wasNotLookedAt(host));
  const groups = [...groupBy(ended, diagnosisOf)].sort(([, a], [, b]) => a.length - b.length);
  if (summary.started?.dryRun === true && groups.length < 2) return [];
  const sizes = groups.map(([, hosts]) => String(hosts.length).length);
  const digits = Math.max(0, ...sizes);
  return groups.flatMap(([diagnosis, hosts]) =>
    groupLines(diagnosis, hosts, digits, options, colours, isUndo(summary.started)),
  );
}

function groupLines(
  diagnosis: string,
  hosts: readonly HostEnd[],
  digits: number,
  options: SummaryPrintOptions,
  colours: Colours,
  undo: boolean,
): string[] {
  const size = `${String(hosts.length).padStart(digits)} ${pad(hosts.length === 1 ? 'host' : 'hosts', 5)}  `;
  const sees = [...new Set(hosts.flatMap((host) => host.see ?? []))];
  const see = sees.length > 0 ? ` (see ${sees.join(', ')})` : '';
  const verdicts = [...groupBy(hosts, (host) => host.verdict ?? 'unknown')];
  const only = verdicts.length === 1 ? verdicts[0]?.[0] : undefined;
  if (only !== undefined && diagnosis === word(only)) {
    const paint = verdictPaint(colours, only, undo);
    const lead = `${size}${pad(word(only), 15)} `;
    return fewLines(hang(lead, hostNames(hosts) + safeLine(see), options.columns, undefined, paint), only, options);
  }
  return [
    ...hangText(size, diagnosis.trimEnd() + see, options.columns, colours.bold, colours.bold),
    ...verdicts.flatMap(([verdict, alike]) => {
      const lead = `${' '.repeat(size.length)}${pad(word(verdict), 15)} `;
      // They are named below, with why.
      const names = verdict === 'not_started' ? count(alike.length, 'host') : hostNames(alike);
      const paint = verdictPaint(colours, verdict, undo);
      return fewLines(hang(lead, names, options.columns, undefined, paint), verdict, options);
    }),
  ];
}

/** How many lines names may take: of hosts that are well, and of others. All are told with `-v`. */
const mostLines = { well: 2, other: 8 };

function fewLines(lines: readonly string[], verdict: Verdict, { verbosity, columns }: SummaryPrintOptions): string[] {
  const most = needsLook(verdict, false) || verdict === 'not_started' ? mostLines.other : mostLines.well;
  if (verbosity > 0 || lines.length <= most) return [...lines];
  const last = lines[most - 1] ?? '';
  return [...lines.slice(0, most - 1), `${truncate(last, columns - 2)}…`];
}

/** Some hosts do not begin though they were diagnosed: a rollout stopped before them. */
function wasNotLookedAt({ verdict, diagnosis, reason }: HostEnd): boolean {
  return verdict === 'not_started' && (diagnosis === '' || diagnosis === reason);
}

/** A host without a diagnosis stands under its verdict: every unreachable host in one group, whatever the reason. */
function diagnosisOf(host: HostEnd): string {
  const known = host.diagnosis !== '' && !(host.verdict === 'unreachable' && host.diagnosis === host.reason);
  if (known) return host.diagnosis;
  return word(host.verdict ?? 'unknown');
}

function notBegunLines(summary: RunSummary, options: SummaryPrintOptions, colours: Colours): string[] {
  const notStarted = summary.hosts.filter(
    (host) => host.verdict === 'not_started' || (host.verdict === undefined && !host.begun),
  );
  const reasons = [...groupBy(notStarted, (host) => host.reason ?? '')];
  return reasons.flatMap(([reason, hosts]) => {
    const why = reason === '' ? '' : `: ${safeLine(reason)}`;
    const lines = hang('not started    ', hostNames(hosts), options.columns, undefined, colours.cyan);
    const shown = fewLines(lines, 'not_started', options);
    if (why === '' || (shown.length === 1 && width(shown[0] ?? '') + width(why) <= options.columns)) {
      return shown.map((line) => line + why);
    }
    return [...shown, ...hang(' '.repeat(15), why.slice(2), options.columns)];
  });
}

/** Counts by verdict, changes, time; then the lines to type. */
function closingLines(summary: RunSummary, options: SummaryPrintOptions, colours: Colours): string[] {
  const { finished } = summary;
  const dryRun = summary.started?.dryRun === true;
  const lines: string[] = [];
  if (finished?.interrupted === true) {
    const open = summary.hosts.some(({ verdict }) => verdict === undefined || verdict === 'unknown');
    const text = open
      ? 'no new steps were begun; one that was running may not have finished.'
      : 'running steps were finished, no new ones begun.';
    lines.push(colours.red(`Interrupted: ${text}`));
  }
  if (finished === undefined) lines.push(colours.red('The run ended before its end was recorded.'));
  const facts = [verdictCounts(summary, colours)];
  if (finished !== undefined && !dryRun) facts.push(changesOf(summary, finished.changes));
  if (finished !== undefined) facts.push(formatDuration(finished.ms));
  lines.push(`${count(summary.hosts.length, 'host')}: ${facts.filter((fact) => fact !== '').join('; ')}`);
  const commands = options.planFile === undefined ? nextCommands(summary, options) : [];
  const widest = Math.max(0, ...commands.map(([command]) => width(command)));
  for (const [command, what] of commands) {
    const fits = widest + what.length + 4 <= options.columns;
    if (fits) lines.push(`  ${colours.bold(pad(command, widest))}  ${what}`);
    else lines.push(`  ${colours.bold(command)}`, ...hang('      ', what, options.columns));
  }
  return lines;
}

/** What was changed; of an undo, what was taken back. */
function changesOf({ hosts, started }: RunSummary, made: number): string {
  if (!isUndo(started)) return count(made, 'change');
  const items = hosts.flatMap(({ steps }) => steps.flatMap((step) => step.items));
  const back = items.filter(({ result }) => result.outcome === 'rolled_back');
  return `${count(
    back.reduce((sum, { changes }) => sum + changes.length, 0),
    'change',
  )} taken back`;
}

function verdictCounts(summary: RunSummary, colours: Colours): string {
  const undo = isUndo(summary.started);
  const counts = [...groupBy(summary.hosts, (host) => host.verdict ?? (host.begun ? undefined : 'not_started'))];
  return counts
    .sort(([a], [b]) => Number(needsLook(a, undo)) - Number(needsLook(b, undo)))
    .map(([verdict, hosts]) =>
      verdict === undefined
        ? colours.red(`${hosts.length} without a result`)
        : verdictPaint(colours, verdict, undo)(`${hosts.length} ${word(verdict)}`),
    )
    .join(', ');
}

function hostNames(hosts: readonly HostEnd[]): string {
  return safeLine(foldNames(hosts.map((host) => host.host)));
}

/** In order of first appearance. */
function groupBy<K, T>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
