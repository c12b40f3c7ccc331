import { listRuns, type RunEntry, safeLine, stateDirectory } from '../../index.ts';
import { plural } from '../diagnostics.ts';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import type { StateOptions } from '../options.ts';

/** `runs list`: one line per kept run. */
export async function runsList(io: Io, options: StateOptions & { readonly json?: boolean }): Promise<number> {
  const state = stateDirectory(options.stateDir, io.env);
  const runs = await listRuns(state);
  for (const run of runs) io.stdout.write(`${options.json ? JSON.stringify(run) : safeLine(describe(run))}\n`);
  if (runs.length === 0) io.stderr.write(`No run is kept in ${safeLine(state)}.\n`);
  return exit.ok;
}

function describe({ run, state, startedAt, runbook, hosts, dryRun, request, exitCode }: RunEntry): string {
  if (state === 'unreadable') return `${run}  its journal tells nothing; mendgate runs verify ${run} says why`;
  const of = request?.of === undefined ? '' : ` of ${request.of}`;
  const kind = dryRun ? 'dry run' : `${request?.kind ?? 'run'}${of}`;
  const end = state === 'ended' ? `exit ${exitCode ?? '?'}` : 'no end: broke off, or under way';
  const time = (startedAt ?? '').slice(0, 19).replace('T', ' ');
  return `${run}  ${time}Z  ${(runbook ?? '').padEnd(28)}  ${plural(hosts ?? 0, 'host').padStart(9)}  ${kind.padEnd(7)}  ${end}`;
}
