import type { Command } from 'commander';
import type { Io } from './io.ts';
import { newCommand, type PackGiven, packsGiven, trustHelp, withPacks } from './options.ts';

/** `validate`, `docs` and `schema`: what runbooks may say, with packs of one's own. */
export function addPacks(add: (command: Command) => Command, io: Io, end: (exitCode: number) => void): void {
  add(
    withPacks(
      newCommand('validate')
        .description('check runbooks and their test cases without touching a host')
        .argument('<runbook...>'),
      trustHelp,
    ),
  ).action(async (files: readonly string[], options: PackGiven) =>
    end(await (await import('./commands/validate.ts')).validate(io, files, packsGiven(options))),
  );
  add(
    withPacks(
      newCommand('docs')
        .description('probes and actions with their params and results')
        .argument('[name]', 'a probe, an action, or the beginning of names')
        .option('--markdown', 'as a page'),
      'also what this pack has',
    ),
  ).action(async (name: string | undefined, options: PackGiven & { markdown?: boolean }) =>
    end(await (await import('./commands/docs.ts')).docs(io, name, { ...options, packs: packsGiven(options) })),
  );
  add(
    withPacks(
      newCommand('schema')
        .description('the schema of runbooks, for editors')
        .argument('[pack...]', 'packs of your own, in it too'),
      'the same',
    ),
  ).action(async (packs: readonly string[], options: PackGiven) =>
    end(await (await import('./commands/schema.ts')).schema(io, [...packsGiven(options), ...packs])),
  );
}
