import { defineAction, irreversible } from '../../model/action.ts';
import type { Secret } from '../../model/secret.ts';
import { commandOf, commandParams } from './command-params.ts';
import { oneLine, undoIsYours } from './told-command.ts';

interface Change {
  readonly command: readonly string[];
  readonly env?: { readonly [name: string]: string | Secret };
  readonly stdin?: string | Secret;
}

export default defineAction({
  name: 'core.command',
  summary: 'A program has been run; give the step a gate or a verify, and a rollback.',
  params: commandParams,
  // Nothing is looked at: whether to run it is the gate's decision.
  reads: () => [],
  touches: () => ['*'],
  inspect: async () => ({}),
  diff: (_state: object, params): Change => params,
  describe: (change) => `run ${oneLine(change.command.join(' '))}`,
  apply: (change) => [commandOf(change)],
  converges: false,
  rollback: irreversible(undoIsYours),
});
