import { type Command, Option } from 'commander';
import type { EvalOptions } from './commands/eval.ts';
import type { ExplainOptions } from './commands/explain.ts';
import type { LintOptions } from './commands/lint.ts';
import type { Io } from './io.ts';
import { newCommand, trustHelp, withExtraVars, withPacks, withReach, withState } from './options.ts';
import { runHelp } from './runs-program.ts';

/** Commands for whoever writes runbooks. */
export function addAuthoring(add: (command: Command) => Command, io: Io, end: (exitCode: number) => void): void {
  add(
    withPacks(
      newCommand('lint')
        .description('check runbooks, and say what in them will go wrong')
        .argument('[runbook...]')
        .addOption(new Option('--output <kind>', 'how to print it').choices(['text', 'json', 'sarif']).default('text'))
        .option('--json', 'the same as --output json')
        .option(
          '--explain [rule]',
          'why a rule is one or what an error means, and what to write instead; without a name: all',
        ),
      trustHelp,
    ),
  ).action(async (files: readonly string[], options: LintOptions) =>
    end(await (await import('./commands/lint.ts')).lint(io, files, options)),
  );
  add(
    newCommand('new')
      .description('begin a runbook, a step, a pack or an inventory, with a test beside it')
      .argument('<kind>', 'runbook, step, pack or inventory')
      .argument('<name>', 'a-name, without a path'),
  ).action(async (kind: string, name: string) =>
    end(await (await import('./commands/new.ts')).newFile(io, kind, name)),
  );
  add(
    withPacks(
      withExtraVars(
        withState(withReach(newCommand('explain').description('why a host came to its end, expression by expression'))),
        "a param's value (repeatable)",
      ),
      trustHelp,
    )
      .argument('<run|host|runbook>', `${runHelp}; a host of the last run; or a runbook to look with now`)
      .argument('[host]', 'a host of that run')
      .addOption(new Option('--run <run>').hideHelp()),
  ).action(async (what: string, host: string | undefined, options: ExplainOptions) =>
    end(await (await import('./commands/explain.ts')).explain(io, what, host, options)),
  );
  add(
    withPacks(
      withReach(
        newCommand('eval').description(
          'try an expression over probes on hosts; a command known to change one is not sent',
        ),
      ),
      'also the probes of this pack',
    )
      .argument('<expression>', "CEL: 'e.exists(x, x.errno == 13)'")
      .addOption(
        new Option('--probe <name=probe>', "a probe to read: 'e=nginx.upstream_errors since=1h' (repeatable)")
          .argParser((value: string, before: readonly string[]) => [...before, value])
          .default([]),
      ),
  ).action(async (expression: string, options: EvalOptions) =>
    end(await (await import('./commands/eval.ts')).evalCommand(io, expression, options)),
  );
}
