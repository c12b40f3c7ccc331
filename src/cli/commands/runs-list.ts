import { listRuns, type RunEntry, safeLine, stateDirectory } from '../../index.ts';
import { plural } from '../diagnostics.ts';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import type { StateOptions } from '../options.ts';

/** `runs list`: one line per kept run. */
export async function runsList(io: Io, options: StateOptions & { readonly json?: boolean }): Promise<number> {
  const state = stateDirectory(options.stateDir, io.env);
  const runs = await listRuns(state);
  if (options.json) for (const run of runs) io.stdout.write(`${JSON.stringify(run)}\n`);
  else for (const line of table(runs.map(describe))) io.stdout.write(`${safeLine(line)}\n`);
  if (runs.length === 0) io.stderr.write(`No run is kept in ${safeLine(state)}.\n`);
  return exit.ok;
}

/** Its id (which begins with when, in UTC), which runbook and its hash, on how many hosts, what, who, how it ended. */
function describe({
  run,
  state,
  runbook = '',
  runbookSha256 = '',
  hosts = 0,
  dryRun,
  request,
  ...end
}: RunEntry): readonly string[] {
  if (state === 'empty') return [run, 'nothing was begun'];
  if (state === 'unreadable') return [run, `its journal tells nothing: ${end.why ?? ''}`];
  const of = request?.of === undefined ? '' : ` of ${request.of}`;
  const kind = dryRun ? 'dry run' : `${request?.kind ?? 'run'}${of}`;
  return [
    run,
    `${runbook}@${runbookSha256.slice(0, 8)}`,
    plural(hosts, 'host'),
    kind,
    request?.operator ?? '',
    endOf(state, end),
  ];
}

function endOf(
  state: RunEntry['state'],
  { exitCode, verdicts = {}, why = 'damaged' }: Pick<RunEntry, 'exitCode' | 'verdicts' | 'why'>,
): string {
  if (state === 'damaged') return `its journal is ${why}`;
  if (state !== 'ended') return 'no end: broke off, or under way';
  const counts = Object.entries(verdicts).map(([verdict, count]) => `${count} ${verdict.replaceAll('_', ' ')}`);
  return `exit ${exitCode ?? '?'}${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`;
}

/** Columns as wide as their widest text; a line with fewer has its last one as long as it is. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number): number =>
    Math.max(0, ...rows.map((row) => (column < row.length - 1 ? (row[column] ?? '').length : 0)));
  return rows.map((row) =>
    row.map((text, column) => (column < row.length - 1 ? text.padEnd(width(column)) : text)).join('  '),
  );
}
