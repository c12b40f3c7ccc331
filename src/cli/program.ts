import type { Command } from 'commander';
import { mendgateVersion } from '../version.ts';
import type { Io } from './io.ts';
import { newCommand, type ReachingOptions, type RunOptions, withReach, withRun } from './options.ts';

/** Commands that the design names and this version does not have. */
const later: readonly (readonly [string, string])[] = [
  ['apply', 'saved plans'],
  ['resume', 'the journal'],
  ['undo', 'the journal'],
  ['runs', 'the journal'],
  ['lint', 'authoring tools'],
  ['test', 'authoring tools'],
  ['record', 'authoring tools'],
  ['new', 'authoring tools'],
  ['explain', 'the journal'],
  ['completion', 'authoring tools'],
];

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
  add(withRun(newCommand('plan').description('the same as run --dry-run').argument('<runbook>'))).action(
    async (runbook: string, options: RunOptions) =>
      end(await (await import('./commands/run.ts')).run(io, runbook, { ...options, dryRun: true })),
  );
  add(newCommand('validate').description('check runbooks without touching a host').argument('<runbook...>')).action(
    async (files: readonly string[]) => end(await (await import('./commands/validate.ts')).validate(io, files)),
  );
  add(
    withReach(
      newCommand('hosts')
        .description('list hosts, their variables, or whether they answer')
        .argument('[pattern]', 'which', 'all'),
    )
      .option('--vars', 'with variables and where they come from')
      .option('--ping', 'connect to each and run nothing but `true`')
      .option('--json', 'as JSON'),
  ).action(async (pattern: string, options: ReachingOptions & { vars?: boolean; ping?: boolean; json?: boolean }) =>
    end(await (await import('./commands/hosts.ts')).hosts(io, pattern, options)),
  );
  add(
    newCommand('docs')
      .description('probes and actions with their params and results')
      .argument('[name]', 'a probe, an action, or the beginning of names')
      .option('--markdown', 'as a page'),
  ).action(async (name: string | undefined, options: { markdown?: boolean }) =>
    end(await (await import('./commands/docs.ts')).docs(io, name, options)),
  );
  add(
    newCommand('demo')
      .description('run the flagship runbook on eight simulated hosts, in this process')
      .option('-v, --verbose', 'print each run as `run` does'),
  ).action(async (options: { verbose?: boolean }) => end(await (await import('./commands/demo.ts')).demo(io, options)));
  addLater(program, io, end);
  return program;
}

function addLater(program: Command, io: Io, end: (exitCode: number) => void): void {
  for (const [name, what] of later) {
    const command = newCommand(name).description('').allowUnknownOption().argument('[args...]');
    program.addCommand(command, { hidden: true });
    command.action(async () => end((await import('./commands/later.ts')).notYet(io, name, what, command.args)));
  }
}
