import { Argument, type Command, type Option } from 'commander';
import type { Shell } from './commands/completion.ts';
import type { Io } from './io.ts';
import { newCommand } from './options.ts';

/** `completion` and `config`: the command line itself. */
export function addComfort(
  add: (command: Command) => Command,
  program: Command,
  io: Io,
  end: (exitCode: number) => void,
): void {
  add(
    newCommand('completion')
      .description('print what makes a shell complete mendgate: options, hosts, runs, runbooks')
      .addArgument(new Argument('<shell>', 'which shell').choices(['bash', 'zsh', 'fish'])),
  ).action(async (shell: Shell) => end((await import('./commands/completion.ts')).completion(io, shell)));
  const config = newCommand('config').description('settings of files and of the environment');
  config.configureOutput({ writeOut: io.stdout.write, writeErr: io.stderr.write });
  config
    .command('show')
    .description('each setting, its value, and where that comes from')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) =>
      end(await (await import('./commands/config-show.ts')).configShow(io, settable(program), options)),
    );
  add(config);
  program.hook('preAction', async (_, command) => {
    if (isOfHostsOrRuns(command)) await (await import('./settings.ts')).applySettings(io, command);
  });
  const complete = newCommand('__complete').argument('[words...]');
  complete.action(async (words: readonly string[]) =>
    end(await (await import('./commands/complete.ts')).complete(io, program, words)),
  );
  program.addCommand(complete, { hidden: true });
}

/** Settings are about hosts and runs; whoever checks a runbook does not wait for them. */
function isOfHostsOrRuns(command: Command): boolean {
  return command.options.some(({ long }) => long === '--inventory' || long === '--state-dir');
}

function settable(program: Command): readonly Option[] {
  const commands = program.commands.flatMap((command) => [command, ...command.commands]);
  return commands.filter(isOfHostsOrRuns).flatMap((command) => command.options);
}
