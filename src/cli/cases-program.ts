import { type Command, InvalidArgumentError, Option } from 'commander';
import type { RecordOptions } from './commands/record.ts';
import type { TestOptions } from './commands/test.ts';
import type { Io } from './io.ts';
import { newCommand, trustHelp, withExtraVars, withPacks, withReach } from './options.ts';

/** `test` and `record`: runbooks without hosts, and hosts for that. */
export function addCases(add: (command: Command) => Command, io: Io, end: (exitCode: number) => void): void {
  add(
    withPacks(
      newCommand('test')
        .description('run test cases of runbooks, without any host')
        .argument('[paths...]', 'case files (NAME.test.yaml), or folders of them; else this folder')
        .option('--update', 'write the expectations anew where they differ')
        .addOption(
          new Option('--coverage [percent]', 'which branches no case takes; with a number: at least so many').argParser(
            percent,
          ),
        )
        .option('--mutate', 'turn one answer at a time into another, and tell which ones no case notices')
        .option('--junit <file>', 'the results also as JUnit XML'),
      trustHelp,
    ),
  ).action(async (paths: readonly string[], options: TestOptions) =>
    end(await (await import('./commands/test.ts')).test(io, paths, options)),
  );
  add(
    withPacks(
      withExtraVars(
        withReach(newCommand('record').description('look at one host, and write down its answers for test cases')),
        "a param's value (repeatable)",
      ),
      trustHelp,
    )
      .argument('<runbook>')
      .option('-o, --out <file>', 'where to; else stdout')
      .option('-v, --verbose', 'what it sees on the way', (_: string, before: number) => before + 1, 0),
  ).action(async (runbook: string, options: RecordOptions) =>
    end(await (await import('./commands/record.ts')).record(io, runbook, options)),
  );
}

function percent(text: string): number {
  if (!/^\d{1,2}$|^100$/.test(text)) throw new InvalidArgumentError('expected a percentage from 0 to 100');
  return Number(text);
}
