import { foldNames } from '../model/fold-names.ts';
import { needsLook, type StepOutcome, type StepResult } from '../model/result.ts';
import type { HostEnd, RunSummary } from '../model/run-summary.ts';
import { safeLine } from '../model/safe-text.ts';
import { commandsToLook, commandsToMake, type Typed, type TypedIn } from '../shell/again-command.ts';
import { stateOption } from '../shell/state-option.ts';
import { gistOf, putAlikeTogether } from './alike.ts';
import { whyText } from './plan-body.ts';
import { hang, hangText, pad } from './text.ts';
import { type Colours, isUndo, itemLabel, verdictPaint, word } from './words.ts';

/** Hosts whose words are the same, or alike but for their own names and numbers. */
interface Group {
  readonly first: HostEnd;
  readonly reasons: readonly string[];
  readonly names: readonly string[];
  /** Groups that were put together: the others' numbers differ from those that are shown. */
  readonly alike: boolean;
}

/** Outliers and failures, those with the same words together; with `-v` each one's own words. */
export function troubleLines(summary: RunSummary, options: TroubleOptions, colours: Colours): string[] {
  const groups = groupsOf(summary);
  if (groups.length === 0) return [];
  const shown = options.verbosity > 0 ? groups : putAlikeTogether(groups, gistOfGroup, together);
  const lines = [colours.bold('Needs a look')];
  for (const { first, reasons, names, alike } of shown) {
    const paint = first.verdict === undefined ? colours.red : verdictPaint(colours, first.verdict);
    const verdict = first.verdict === undefined ? 'no result' : word(first.verdict);
    lines.push(...hang(`  ${pad(verdict, 15)} `, safeLine(foldNames(names)), options.columns, colours.bold, paint));
    const indent = ' '.repeat(18);
    if (alike) {
      const alikeTo = `${safeLine(first.host)}, and the others alike (each: ${eachCommand(summary, options)}):`;
      lines.push(...hangText(indent, alikeTo, options.columns));
    }
    for (const reason of reasons) lines.push(...hangText(indent, reason, options.columns));
  }
  return lines;
}

interface TroubleOptions {
  readonly columns: number;
  readonly verbosity: number;
  readonly stateDir?: string | undefined;
}

/** What tells each host's own words; only a run that was asked for on the command line is kept. */
function eachCommand({ run, started }: RunSummary, { stateDir }: TroubleOptions): string {
  return started?.request === undefined ? '-v' : `mendgate runs show ${run} -v${stateOption(stateDir)}`;
}

function groupsOf(summary: RunSummary): readonly Group[] {
  const groups = new Map<string, Group & { readonly names: string[] }>();
  const undo = isUndo(summary.started);
  for (const host of summary.hosts) {
    if (!needsLook(host.verdict, undo) || !host.begun) continue;
    const reasons = reasonsOf(host, undo);
    const key = JSON.stringify([host.verdict, reasons]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: host, reasons, names: [host.host], alike: false });
    else group.names.push(host.host);
  }
  return [...groups.values()];
}

function gistOfGroup({ first, reasons }: Group): string {
  return JSON.stringify([first.verdict, ...reasons.map((reason) => gistOf(reason, first.host))]);
}

function together(groups: readonly Group[]): Group {
  const [shown] = groups;
  if (shown === undefined) throw new Error('a bug: no groups to put together');
  return { ...shown, names: groups.flatMap(({ names }) => names), alike: true };
}

const bad: ReadonlySet<StepOutcome> = new Set<StepOutcome>(['failed', 'rolled_back', 'unknown', 'undetermined']);

/** Why a host stands here: its own reason where no step says the same, then each bad step's, then what is left on it. */
function reasonsOf(host: HostEnd, undo: boolean): readonly string[] {
  const reasons: string[] = [];
  const saidBySteps = new Set<string>();
  if (host.underWay !== undefined)
    reasons.push(`${safeLine(host.underWay)}: its fix had begun; whether it is done is not known`);
  const isBad = ({ outcome }: StepResult): boolean => bad.has(outcome) && !(undo && outcome === 'rolled_back');
  for (const step of host.steps) {
    const items = step.items.filter((item) => isBad(item.result));
    const ends = items.length > 0 ? items : isBad(step.result) ? [{ item: null, result: step.result }] : [];
    for (const { item, result } of ends) {
      const why = whyText(result);
      // So a step's reason is given as its host's.
      saidBySteps.add(`step ${step.id}: ${result.reason ?? ''}`);
      reasons.push(`${safeLine(step.id)}${itemLabel(item)}: ${word(result.outcome)}${why === '' ? '' : `: ${why}`}`);
      if (result.rollbackFailed !== undefined) reasons.push(`left on the host: ${safeLine(result.rollbackFailed)}`);
    }
  }
  if (host.help !== undefined) reasons.push(safeLine(host.help));
  if (host.standing.length > 0) reasons.push(`stands on the host: ${safeLine(host.standing.join('; '))}`);
  if (host.reason !== undefined && !saidBySteps.has(host.reason)) reasons.unshift(host.reason);
  return [...new Set(reasons)];
}

/** What to type next, and what for. */
export function nextCommands({ started, hosts }: RunSummary, where: TypedIn): readonly Typed[] {
  if (started === undefined) return [];
  if (started.dryRun) return hosts.some(({ verdict }) => verdict === 'would_fix') ? commandsToMake(started, where) : [];
  const trouble = hosts.filter(({ verdict }) => needsLook(verdict, isUndo(started)));
  const notStarted = hosts.filter(({ verdict }) => verdict === 'not_started');
  const who = [
    ...(trouble.length === 0 ? [] : ['need a look']),
    ...(notStarted.length === 0 ? [] : ['were not started']),
  ].join(' or ');
  const names = hosts.filter((host) => trouble.includes(host) || notStarted.includes(host)).map(({ host }) => host);
  return names.length === 0 ? [] : commandsToLook(started, names, who, where);
}
