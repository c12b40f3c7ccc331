import type { Command } from 'commander';
import { mendgateVersion } from '../version.ts';
import { addAuthoring } from './author-program.ts';
import { addCases } from './cases-program.ts';
import { addComfort } from './comfort-program.ts';
import type { UnlockOptions } from './commands/unlock.ts';
import type { Io } from './io.ts';
import {
  type ApplyOptions,
  newCommand,
  type PlanOptions,
  type ReachingOptions,
  type ResumeOptions,
  type RunOptions,
  type UndoOptions,
  withConnecting,
  withExtraVars,
  withInventory,
  withLockComment,
  withReach,
  withRetry,
  withRun,
  withShown,
  withState,
} from './options.ts';
import { addPacks } from './packs-program.ts';
import { runHelp, runsCommand } from './runs-program.ts';

/** The command tree. Each command's code is loaded only when it runs; `end` gets its exit code. */
export function createProgram(io: Io, end: (exitCode: number) => void): Command {
  const program = newCommand('mendgate')
    .description(
      'Diagnose, fix and verify a whole inventory over SSH. Every fix stands behind a gate; a dry run changes nothing.',
    )
    .version(mendgateVersion(), '-V, --version')
    .configureOutput({ writeOut: io.stdout.write, writeErr: io.stderr.write })
    .addHelpText('after', '\nTry it on eight simulated hosts: mendgate demo');

  const add = (command: Command): Command => {
    command.configureOutput({ writeOut: io.stdout.write, writeErr: io.stderr.write });
    program.addCommand(command);
    return command;
  };
  add(withRun(newCommand('run').description('show the plan, ask, carry it out').argument('<runbook>'))).action(
    async (runbook: string, options: RunOptions) =>
      end(await (await import('./commands/run.ts')).run(io, runbook, options)),
  );
  add(
    withRun(newCommand('plan').description('look, and say or save what a run would do').argument('[runbook]'))
      .option('-o, --out <file>', 'save the plan, to be carried out by `mendgate apply`')
      .option('--expires <duration>', 'with -o: how long it is good for (else 24h)')
      .option('--show <file>', 'print a saved plan'),
  ).action(async (runbook: string | undefined, options: PlanOptions) =>
    end(await (await import('./commands/plan.ts')).plan(io, runbook, options)),
  );
  add(
    withRetry(
      withShown(
        withExtraVars(
          withState(withConnecting(newCommand('apply').description('carry out a saved plan, where all is as it says'))),
          'a secret of the plan, which the file does not hold',
        ),
      ),
    )
      .argument('<plan>')
      .option('--lock-comment <text>', 'for those whom the locks of the hosts keep away meanwhile')
      .option('-y, --yes', 'do not show the plan and ask'),
  ).action(async (file: string, options: ApplyOptions) =>
    end(await (await import('./commands/apply.ts')).apply(io, file, options)),
  );
  add(
    withRetry(
      withShown(
        withExtraVars(
          withState(withConnecting(newCommand('resume').description('go on with a run that broke off'))),
          "a secret's value, which the journal does not hold (repeatable)",
        ),
      ),
    )
      .argument('<run>', runHelp)
      .option('--failed', 'also try again where it failed')
      .option('--unreachable', 'also try again where nothing answered')
      .option('--lock-comment <text>', 'for those whom the locks of the hosts keep away meanwhile')
      .option('--allow-irreversible', 'steps that cannot be undone may run')
      .option('-y, --yes', 'do not ask'),
  ).action(async (run: string, options: ResumeOptions) =>
    end(await (await import('./commands/resume.ts')).resume(io, run, options)),
  );
  add(
    withLockComment(
      withShown(
        withState(withConnecting(withInventory(newCommand('undo').description('take back what a run changed')))),
      ),
    )
      .argument('<run>', runHelp)
      .option('-C, --dry-run', 'only look whether it can be taken back')
      .option('--detailed-exitcode', 'dry run: exit 3 when there is something to take back')
      .option('-y, --yes', 'do not ask about the plan'),
  ).action(async (run: string, options: UndoOptions) =>
    end(await (await import('./commands/undo.ts')).undo(io, run, options)),
  );
  add(runsCommand(io, end));
  addAuthoring(add, io, end);
  addCases(add, io, end);
  addPacks(add, io, end);
  add(
    withReach(
      newCommand('hosts')
        .description('list hosts, their variables, or whether they answer')
        .argument('[pattern]', 'which', 'all'),
    )
      .option('--vars', 'with variables and where they come from')
      .option('--ping', 'connect to each and run nothing but `true`; with -b, as root')
      .option('--json', 'as JSON'),
  ).action(async (pattern: string, options: ReachingOptions & { vars?: boolean; ping?: boolean; json?: boolean }) =>
    end(await (await import('./commands/hosts.ts')).hosts(io, pattern, options)),
  );
  add(
    withReach(newCommand('unlock').description("take away a host's lock, of a run that is known to be gone"))
      .requiredOption('--nonce <digits>', 'which one: as the refused run told')
      .option('--force', 'also where that run, or a fix of it, still lives'),
  ).action(async (options: UnlockOptions) =>
    end(await (await import('./commands/unlock.ts')).unlockCommand(io, options)),
  );
  add(
    newCommand('demo')
      .description('run the flagship runbook on eight simulated hosts, in this process')
      .option('-v, --verbose', 'print each run as `run` does'),
  ).action(async (options: { verbose?: boolean }) => end(await (await import('./commands/demo.ts')).demo(io, options)));
  addComfort(add, program, io, end);
  return program;
}
