import type { Event } from '../model/event.ts';
import { fold, type HostEnd, type RunSummary } from '../model/run-summary.ts';
import { runCommands } from './commands.ts';
import { hostReport, type OfHost } from './host-report.ts';
import { type DiagnosisGroup, type End, type HostReport, type Report, reportVersion } from './report.ts';
import { urgency, word } from './words.ts';

/** Where a run's events come from. */
export interface ReportSource {
  /** What is wrong with the journal; the events end there. */
  readonly damage?: string | undefined;
  /** The `--state-dir` that the run is kept in, if one was given: its commands need it too. */
  readonly stateDir?: string | undefined;
}

/** What a report tells of a run, from all its events. `undefined`: nothing was begun. */
export function buildReport(events: readonly Event[], { damage, stateDir }: ReportSource = {}): Report | undefined {
  const summary = fold(events);
  const { started, finished } = summary;
  const [last] = events.slice(-1);
  if (started === undefined || last === undefined) return undefined;
  const { request } = started;
  const undo = request?.kind === 'undo';
  const ofHosts = byHost(events);
  const hosts = summary.hosts.map((host) =>
    hostReport({
      end: host,
      verdict: host.verdict ?? (host.begun ? 'no_result' : 'not_started'),
      undo,
      diagnosis: diagnosisOf(host),
      events: ofHosts.get(host.host) ?? [],
      started,
      stateDir,
    }),
  );
  return {
    schema: 'urn:mendgate:schema:report:1',
    version: reportVersion,
    run: summary.run,
    kind: started.dryRun ? 'dry_run' : (request?.kind ?? 'run'),
    ...(request?.of === undefined ? {} : { of: request.of }),
    runbook: started.runbook,
    operators: operatorsOf(summary, events),
    startedAt: started.at,
    lastAt: last.at,
    ...(finished === undefined
      ? {}
      : { ended: { exitCode: finished.exitCode, interrupted: finished.interrupted, ms: finished.ms } }),
    changes: finished?.changes ?? 0,
    inventoryHosts: started.inventoryHosts,
    forks: started.forks,
    ...(damage === undefined ? {} : { damage }),
    verdicts: countVerdicts(hosts),
    diagnoses: groupByDiagnosis(hosts),
    hosts,
    warnings: summary.warnings.map(({ at, message, host }) => ({
      at,
      message,
      ...(host === undefined ? {} : { host }),
    })),
    commands: runCommands(started, hosts, stateDir),
  };
}

/** A host without a diagnosis stands under its end. */
function diagnosisOf({ diagnosis, verdict, begun }: HostEnd): string {
  if (diagnosis !== '') return diagnosis;
  return word(verdict ?? (begun ? 'no_result' : 'not_started'));
}

function operatorsOf({ started }: RunSummary, events: readonly Event[]): readonly string[] {
  const resumed = events.flatMap((event) => (event.type === 'run.resumed' ? [event.operator] : []));
  return [...new Set([...(started?.request === undefined ? [] : [started.request.operator]), ...resumed])];
}

function byHost(events: readonly Event[]): ReadonlyMap<string, readonly OfHost[]> {
  const found = new Map<string, OfHost[]>();
  for (const event of events) {
    if (!('host' in event) || event.type === 'warning') continue;
    const own = found.get(event.host);
    if (own === undefined) found.set(event.host, [event]);
    else own.push(event);
  }
  return found;
}

function groupByDiagnosis(hosts: readonly HostReport[]): readonly DiagnosisGroup[] {
  const groups = new Map<string, HostReport[]>();
  for (const host of hosts) {
    const group = groups.get(host.diagnosis);
    if (group === undefined) groups.set(host.diagnosis, [host]);
    else group.push(host);
  }
  return [...groups]
    .map(([diagnosis, members]) => ({
      diagnosis,
      hosts: members.map(({ host }) => host),
      verdicts: countVerdicts(members),
    }))
    .sort((a, b) => rank(a) - rank(b) || b.hosts.length - a.hosts.length);
}

function rank({ verdicts: [first] }: DiagnosisGroup): number {
  return first === undefined ? urgency.length : urgency.indexOf(first.verdict);
}

function countVerdicts(hosts: readonly { readonly verdict: End }[]): Report['verdicts'] {
  const counts = new Map<End, number>();
  for (const { verdict } of hosts) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  return [...counts]
    .map(([verdict, count]) => ({ verdict, hosts: count }))
    .sort((a, b) => urgency.indexOf(a.verdict) - urgency.indexOf(b.verdict));
}
