import { foldNames } from '../model/fold-names.ts';
import { needsLook, type StepOutcome, type StepResult } from '../model/result.ts';
import type { HostEnd, RunSummary } from '../model/run-summary.ts';
import { safeLine } from '../model/safe-text.ts';
import { shellWord } from '../shell/quote.ts';
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
    if (alike)
      lines.push(...hangText(indent, `${safeLine(first.host)}, and the others alike (each: -v):`, options.columns));
    for (const reason of reasons) lines.push(...hangText(indent, reason, options.columns));
  }
  return lines;
}

interface TroubleOptions {
  readonly columns: number;
  readonly verbosity: number;
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
  if (host.help !== undefined) reasons.push(safeLine(host.help));
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
  if (host.standing.length > 0) reasons.push(`stands on the host: ${safeLine(host.standing.join('; '))}`);
  if (host.reason !== undefined && !saidBySteps.has(host.reason)) reasons.unshift(host.reason);
  return [...new Set(reasons)];
}

/** More names than this make no line to type. */
const mostNames = 8;

/** What to type next, and what for. */
export function nextCommands(
  summary: RunSummary,
  stateDir: string | undefined,
): readonly (readonly [command: string, what: string])[] {
  const state = stateOption(stateDir);
  const { started } = summary;
  if (started === undefined) return [];
  const { request } = started;
  const undo = isUndo(started);
  const again = undo ? `mendgate undo ${request?.of}` : `mendgate run ${shellWord(started.runbook.file)}`;
  if (started.dryRun) {
    const pending = summary.hosts.some((host) => host.verdict === 'would_fix');
    return pending
      ? [[again + state, undo ? 'take these changes back' : 'make these changes, with the same options']]
      : [];
  }
  const open = summary.hosts.filter((host) => needsLook(host.verdict, undo) || host.verdict === 'not_started');
  if (open.length === 0) return [];
  if (open.length > mostNames) {
    // Only a run that was asked for on the command line is kept.
    if (request === undefined) return [];
    return [
      [`mendgate runs show ${summary.run} --hosts bad${state} > bad.txt`, `the ${open.length} hosts that need a look`],
      [`${again} -l @bad.txt --dry-run${state}`, 'look at these again, with the same options'],
    ];
  }
  const names = shellWord(open.map((host) => host.host).join(','));
  return [[`${again} -l ${names} --dry-run${state}`, 'look at these again, with the same options']];
}
