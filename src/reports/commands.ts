import { resolve } from 'node:path';
import type { Event } from '../model/event.ts';
import { resumeOptions } from '../model/resume-options.ts';
import type { HostEnd } from '../model/run-summary.ts';
import { commandsToMake, commandsToUndo } from '../shell/again-command.ts';
import { shellWord } from '../shell/quote.ts';
import { stateOption } from '../shell/state-option.ts';
import type { HostReport, NextCommand } from './report.ts';

type RunStarted = Extract<Event, { type: 'run.started' }>;

/** How to go on with a run, and how to take it back. `stateDir`: the `--state-dir` that it is kept in. */
export function runCommands(
  started: RunStarted,
  hosts: readonly HostReport[],
  stateDir: string | undefined,
): readonly NextCommand[] {
  const { run, request, dryRun } = started;
  const state = stateOption(absolute(stateDir));
  if (dryRun) {
    const due = hosts.some(({ verdict }) => verdict === 'would_fix');
    const made = due ? commandsToMake(started, { stateDir: absolute(stateDir) }) : [];
    return made.map(([command, what]) => ({ command, what }));
  }
  // Nobody can go on with a run that was not asked for on a command line (a demo, a replay).
  if (request === undefined) return [];
  if (request.kind === 'undo') {
    return commandsToUndo(started, hosts, { stateDir: absolute(stateDir) }).map(([command, what]) => ({
      command,
      what,
    }));
  }
  const ends = hosts.map(({ verdict }) => (verdict === 'no_result' ? 'unknown' : verdict));
  const options = resumeOptions(ends);
  const resumes = options === undefined ? [] : [resumeCommand(run, options, state)];
  const standing = hosts.some((host) => host.standing.length > 0);
  const undo = [
    {
      command: `mendgate undo ${run} --dry-run${state}`,
      what: 'what would be taken back, and whether it still stands',
    },
    { command: `mendgate undo ${run}${state}`, what: "take this run's changes back, the last first" },
  ];
  return [...resumes, ...(standing ? undo : [])];
}

function resumeCommand(run: string, options: readonly string[], state: string): NextCommand {
  const where = options.flatMap((option) => resumeWords[option] ?? []).join(', and ');
  return {
    command: `${['mendgate', 'resume', run, ...options].join(' ')}${state}`,
    what: where === '' ? 'go on where it broke off' : `go on, and try again ${where}`,
  };
}

const resumeWords: { readonly [option: string]: string } = {
  '--failed': 'where it failed',
  '--unreachable': 'where nothing answered',
};

/** What to type about one host of a run. */
export function hostCommands(started: RunStarted, end: HostEnd, stateDir: string | undefined): readonly NextCommand[] {
  const { run, request, dryRun } = started;
  const state = stateOption(absolute(stateDir));
  if (request === undefined) return [];
  const host = shellWord(end.host);
  const undo = {
    command: `mendgate undo ${run} -l ${host}${state}`,
    what: "take this run's changes back on this host",
  };
  return [
    ...(!dryRun && request.kind !== 'undo' && end.standing.length > 0 ? [undo] : []),
    { command: `mendgate explain ${run} ${host}${state}`, what: 'each condition with the values of its parts' },
  ];
}

/** A report is read elsewhere than where it was made. */
function absolute(stateDir: string | undefined): string | undefined {
  return stateDir === undefined ? undefined : resolve(stateDir);
}
