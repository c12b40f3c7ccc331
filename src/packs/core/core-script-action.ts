import { defineAction, irreversible } from '../../model/action.ts';
import type { Secret } from '../../model/secret.ts';
import { scriptOf, scriptParams } from './command-params.ts';
import { oneLine, undoIsYours } from './told-command.ts';

interface Change {
  readonly script: string;
  readonly variables?: { readonly [name: string]: string };
  readonly env?: { readonly [name: string]: string | Secret };
  readonly stdin?: string | Secret;
}

export default defineAction({
  name: 'core.script',
  summary: 'A shell script has been run; give the step a gate or a verify, and a rollback.',
  params: scriptParams,
  // Nothing is looked at: whether to run it is the gate's decision.
  reads: () => [],
  touches: () => ['*'],
  inspect: async () => ({}),
  diff: (_state: object, params): Change => params,
  describe: (change) => `run a script: ${oneLine(change.script)}`,
  apply: (change) => [scriptOf(change)],
  converges: false,
  rollback: irreversible(undoIsYours),
});
