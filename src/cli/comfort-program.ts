import { Argument, type Command } from 'commander';
import type { Shell } from './commands/completion.ts';
import type { Io } from './io.ts';
import { newCommand } from './options.ts';

/** `completion`: the command line itself. */
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
  const complete = newCommand('__complete').argument('[words...]');
  complete.action(async (words: readonly string[]) =>
    end(await (await import('./commands/complete.ts')).complete(io, program, words)),
  );
  program.addCommand(complete, { hidden: true });
}
