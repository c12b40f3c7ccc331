import { type Command, Option } from 'commander';
import type { RunsCleanOptions } from './commands/runs-clean.ts';
import type { RunsReportOptions } from './commands/runs-report.ts';
import type { RunsShowOptions } from './commands/runs-show.ts';
import type { Io } from './io.ts';
import { newCommand, type StateOptions, withReach, withState } from './options.ts';

/** How a run is named. */
export const runHelp = "a run's id, a part of it that no other has, or `last`";

/** `runs` with its own commands: what is kept of earlier runs. */
export function runsCommand(io: Io, end: (exitCode: number) => void): Command {
  const runs = newCommand('runs').description('what is kept of earlier runs');
  const add = (command: Command): Command => {
    command.configureOutput({ writeOut: io.stdout.write, writeErr: io.stderr.write });
    runs.addCommand(withState(command));
    return command;
  };
  add(
    newCommand('list').description('list them, the newest first').option('--json', 'one JSON object per line'),
  ).action(async (options: StateOptions & { json?: boolean }) =>
    end(await (await import('./commands/runs-list.ts')).runsList(io, options)),
  );
  add(newCommand('show').description('how one went').argument('<run>', runHelp))
    .option('--hosts <which>', 'only host names, for -l @file: all, bad, or a verdict like unreachable')
    .option('--json', 'its events, one per line')
    .option('-D, --diff', 'show what changed inside files')
    .option(
      '-v, --verbose',
      "each host's own words; -vv also what was done",
      (_: string, before: number) => before + 1,
      0,
    )
    .action(async (run: string, options: RunsShowOptions) =>
      end(await (await import('./commands/runs-show.ts')).runsShow(io, run, options)),
    );
  add(
    newCommand('diff')
      .description('what the second found and did otherwise than the first')
      .argument('<run1>', runHelp)
      .argument('<run2>', runHelp),
  ).action(async (first: string, second: string, options: StateOptions) =>
    end(await (await import('./commands/runs-diff.ts')).runsDiff(io, first, second, options)),
  );
  add(
    newCommand('report')
      .description('a report of one, for a ticket, a spreadsheet, CI or a browser')
      .argument('<run>', runHelp),
  )
    .addOption(new Option('--as <form>', 'what to make').choices(['html', 'md', 'junit', 'json', 'csv']).default('md'))
    .option('-o, --out <file>', 'write it there; else to stdout')
    .action(async (run: string, options: RunsReportOptions) =>
      end(await (await import('./commands/runs-report.ts')).runsReport(io, run, options)),
    );
  add(
    newCommand('export')
      .description('all that is known of one in one file, to be checked elsewhere')
      .argument('<run>', runHelp),
  )
    .option('-o, --out <file>', 'where to (else mendgate-RUN.tgz)')
    .option('--force', 'write over another file')
    .action(async (run: string, options: StateOptions & { out?: string; force?: boolean }) =>
      end(await (await import('./commands/runs-export.ts')).runsExport(io, run, options)),
    );
  add(
    newCommand('verify')
      .description('check that a journal, or an exported run, is as it was written')
      .argument('<run>', `${runHelp}, or a file ending in .tgz`),
  ).action(async (run: string, options: StateOptions) =>
    end(await (await import('./commands/runs-verify.ts')).runsVerify(io, run, options)),
  );
  add(
    withReach(
      newCommand('clean')
        .description('remove old ones; they can be neither resumed nor undone then')
        .option('--older <time>', 'those that nobody has written to for so long', '30d')
        .option('--keep <n>', 'but never the newest n')
        .option(
          '--unsettled',
          'also those that have not ended, or of which something is unknown: nobody can settle them then',
        )
        .option('-C, --dry-run', 'only name them')
        .option('--hosts', 'also what settled runs left on hosts: those of -i, else those of the runs')
        .option(
          '--unknown <time>',
          'with --hosts: also what runs that are not kept here left so long ago (7d or more)',
        ),
    ),
  ).action(async (options: RunsCleanOptions) =>
    end(await (await import('./commands/runs-clean.ts')).runsClean(io, options)),
  );
  return runs;
}
