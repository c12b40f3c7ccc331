import type { Event } from '../model/event.ts';
import type { RunRequest } from '../model/history.ts';
import type { StepResult, Verdict } from '../model/result.ts';
import { formatCount } from '../model/rollout.ts';
import { shellWord } from './quote.ts';
import { stateOption } from './state-option.ts';

/** A command that a person is to type, and what for. */
export type Typed = readonly [command: string, what: string];

/** Where a command is typed. */
export interface TypedIn {
  /** Paths are told from here; absent: they hold in any folder. */
  readonly folder?: string | undefined;
  /** The `--state-dir` that the run is kept in. */
  readonly stateDir?: string | undefined;
}

type RunStarted = Extract<Event, { type: 'run.started' }>;

/** Nobody types more, nor reads it. */
const longestCommand = 200;

/** After a dry run: how to make its changes, on its hosts and with its options. */
export function commandsToMake(started: RunStarted, where: TypedIn): readonly Typed[] {
  const { run, request } = started;
  const state = stateOption(where.stateDir);
  const make = isUndo(started) ? 'take these changes back' : 'make these changes';
  if (request === undefined) return [[againOf(started, where) + state, `${make}, with the same options`]];
  const whole = againOf(started, where, request.limit) + state;
  const what = `${make}${secretsOf(request)}`;
  if (whole.length <= longestCommand) return [[whole, what]];
  const listed = `${againOf(started, where, '@due.txt')}${state}`;
  if (listed.length > longestCommand) return [tooLong(started, state, `to ${make}, repeat it without --dry-run`)];
  return [
    [`mendgate runs show ${run} --hosts would_fix${state} > due.txt`, 'the hosts that would change'],
    [listed, what],
  ];
}

/** More names than this make no line to type. */
const mostNames = 8;

/** How to look again at these hosts of a run, and with its options. `who`: what they are, after their number. */
export function commandsToLook(
  started: RunStarted,
  hosts: readonly string[],
  who: string,
  where: TypedIn,
): readonly Typed[] {
  const { run, request } = started;
  const state = stateOption(where.stateDir);
  const again = (limit: string): string => `${againOf(started, where, limit)} --dry-run${state}`;
  const what = `look at these again${request === undefined ? ', with the same options' : secretsOf(request)}`;
  const named = again(hosts.join(','));
  // Only a run that was asked for on the command line is kept.
  if (request === undefined) return hosts.length > mostNames ? [] : [[named, what]];
  if (hosts.length <= mostNames && named.length <= longestCommand) return [[named, what]];
  const listed = again('@bad.txt');
  const list: Typed = [
    `mendgate runs show ${run} --hosts bad${state} > bad.txt`,
    `the ${hosts.length} hosts that ${who}`,
  ];
  if (listed.length <= longestCommand) return [list, [listed, what]];
  return [list, tooLong(started, state, 'to look at these again, repeat it with -l @bad.txt --dry-run')];
}

/** How to go on with an undo, on the hosts it was asked for; none where it came to an end on all. */
export function commandsToUndo(started: RunStarted, hosts: readonly UndoneHost[], where: TypedIn): readonly Typed[] {
  const { request } = started;
  if (request === undefined || !hosts.some(isLeftOver)) return [];
  const state = stateOption(where.stateDir);
  const command = againOf(started, where, request.limit) + state;
  if (command.length > longestCommand) return [tooLong(started, state, 'to go on with it, repeat it')];
  return [[command, 'go on with it: what is taken back stays so']];
}

/** How an undo ended on a host. */
interface UndoneHost {
  readonly verdict?: Verdict | 'no_result';
  readonly steps: readonly { readonly result: StepResult }[];
}

/** Whether another undo may take back more there; what stays in the end since nobody can take it back is no reason for one. */
function isLeftOver({ verdict, steps }: UndoneHost): boolean {
  if (verdict === 'rolled_back' || verdict === 'healthy') return false;
  return verdict !== 'not_fixed' || steps.some(({ result }) => ['failed', 'skipped'].includes(result.outcome));
}

function tooLong({ run }: RunStarted, state: string, how: string): Typed {
  return [`mendgate runs show ${run}${state}`, `the command line of this run is too long to print; ${how}`];
}

/** The same command for these hosts: never for more than the run was about. Without what is secret. */
function againOf(started: RunStarted, { folder }: TypedIn, limit?: string): string {
  const { request, runbook } = started;
  const narrowed = limit === undefined ? [] : ['-l', limit];
  const path = (file: string): string => pathFrom(folder, file);
  const words =
    request === undefined
      ? ['run', runbook.file, ...narrowed]
      : isUndo(started)
        ? ['undo', request.of ?? '', ...inventoryOf(request, path), ...narrowed, ...reachOf(request, path)]
        : [
            'run',
            path(request.runbook),
            ...inventoryOf(request, path),
            ...narrowed,
            ...choiceOf(request),
            ...paramsOf(request).flatMap(({ name, text }) => ['-e', `${name}=${text}`]),
            ...rolloutOf(request),
            ...packsOf(request, path),
            ...becomeOf(request),
            ...reachOf(request, path),
          ];
  return ['mendgate', ...words.map(shellWord)].join(' ');
}

function isUndo({ request }: RunStarted): boolean {
  return request?.kind === 'undo';
}

function inventoryOf({ inventory }: RunRequest, path: (file: string) => string): readonly string[] {
  return inventory.flatMap((source) => ['-i', source.includes(',') ? source : path(source)]);
}

function choiceOf({ tags, skipTags, startAt, until }: RunRequest): readonly string[] {
  return [
    ...(tags.length === 0 ? [] : ['-t', tags.join(',')]),
    ...(skipTags.length === 0 ? [] : ['--skip-tags', skipTags.join(',')]),
    ...(startAt === undefined ? [] : ['--start-at', startAt]),
    ...(until === undefined ? [] : ['--until', until]),
  ];
}

/** What the redactor has replaced cannot be typed. */
const isHidden = ({ text }: RunRequest['extra'][number]): boolean => text.includes('***');

function paramsOf({ extra }: RunRequest): RunRequest['extra'] {
  return extra.filter((given) => !isHidden(given));
}

function secretsOf({ kind, extra }: RunRequest): string {
  // An undo takes no params.
  const names = kind === 'undo' ? [] : extra.filter(isHidden).map(({ name }) => name);
  return names.length === 0 ? '' : `; give ${names.join(', ')} again`;
}

function rolloutOf({ rollout = {}, maxChanged, allowIrreversible }: RunRequest): readonly string[] {
  const { batches, pauseMs, maxFail } = rollout;
  return [
    ...(batches === undefined ? [] : ['--batches', batches.map(formatCount).join(',')]),
    ...(pauseMs === undefined ? [] : ['--pause', pauseMs % 1000 === 0 ? `${pauseMs / 1000}s` : `${pauseMs}ms`]),
    ...(maxFail === undefined ? [] : ['--max-fail', formatCount(maxFail)]),
    ...(maxChanged === undefined ? [] : ['--max-changed', String(maxChanged)]),
    ...(allowIrreversible ? ['--allow-irreversible'] : []),
  ];
}

/** Those beside the runbook are trusted anyway. */
function packsOf({ packs = [], runbook }: RunRequest, path: (file: string) => string): readonly string[] {
  const outside = packs.filter(({ file }) => isOutside(runbook.slice(0, runbook.lastIndexOf('/')), file));
  return outside.flatMap(({ file }) => ['--pack', path(file)]);
}

function becomeOf({ becomeByDefault }: RunRequest): readonly string[] {
  if (becomeByDefault === false) return [];
  return becomeByDefault === 'root' ? ['-b'] : ['--become-user', becomeByDefault];
}

function reachOf({ reach }: RunRequest, path: (file: string) => string): readonly string[] {
  const { connection, user, privateKeyFiles = [], knownHostsFiles = [], becomeMethod } = reach;
  return [
    ...(connection === undefined ? [] : ['-c', connection]),
    ...(user === undefined ? [] : ['-u', user]),
    ...privateKeyFiles.flatMap((file) => ['--private-key', path(file)]),
    ...knownHostsFiles.flatMap((file) => ['--known-hosts', path(file)]),
    ...(becomeMethod === undefined ? [] : ['--become-method', becomeMethod]),
  ];
}

function pathFrom(folder: string | undefined, file: string): string {
  return folder === undefined || isOutside(folder, file) ? file : file.slice(folder.length + 1);
}

/** Of absolute paths. */
function isOutside(folder: string, file: string): boolean {
  return !file.startsWith(`${folder}/`);
}
