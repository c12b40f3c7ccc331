import { isObject } from '../../model/json.ts';
import type { Finding, Rule } from '../rule.ts';
import { commandOfWords, commandsOf } from '../unwrap.ts';
import { type Call, list, type Unit, type View } from '../view.ts';

const commands: ReadonlySet<string> = new Set(['core.command', 'core.script']);

export default {
  id: 'lint/cannot-undo',
  severity: 'error',
  title: "a fix that can't be undone, and does not say so",
  reason:
    'A fix that does not help is taken back, and so is a run by `mendgate undo`. What cannot be taken back must be said in the plan before it is made, or nobody knows what is approved. A rollback that runs `true` says that it is undone when nothing is.',
  instead: 'write calls that put it back, or say why nothing can: rollback: { irreversible: why }',
  example: {
    bad: 'gate: params.old\nfix:\n  - core.command: { command: [rm, /var/lib/app/cache.db] }\nrollback:\n  - core.command: { command: ["true"] }',
    good: 'gate: params.old\nfix:\n  - core.command: { command: [rm, /var/lib/app/cache.db] }\nrollback: { irreversible: The cache is gone; the application builds it anew. }',
  },
  check: (view) => view.steps.flatMap(({ units }) => units.flatMap((unit) => [...silent(view, unit), ...idle(unit)])),
} satisfies Rule;

/** Actions of packs that have no undo. For commands the check of the runbook asks for a rollback. */
function silent({ catalog }: View, { calls, rollback }: Unit): readonly Finding[] {
  if (rollback !== undefined) return [];
  return calls
    .filter(({ call }) => !commands.has(call) && catalog.actions.get(call)?.rollback.kind === 'irreversible')
    .map(({ call, path }) => ({ path: [...path, call], part: 'key', message: `\`${call}\` cannot be undone` }));
}

function idle({ path, rollback }: Unit): readonly Finding[] {
  const calls = list(rollback);
  if (calls.length === 0 || !calls.every(doesNothing)) return [];
  // A step's rollback stands beside its fix; an alternative's may be the step's too.
  return [{ path: [...path.slice(0, -1), 'rollback'], part: 'key', message: 'this rollback does nothing' }];
}

function doesNothing(raw: unknown): boolean {
  if (!isObject(raw)) return false;
  return Object.entries(raw).some(([name, params]) => commands.has(name) && isObject(params) && isIdle(params));
}

function isIdle(params: Call['params']): boolean {
  const { script, command } = params;
  const found = typeof script === 'string' ? commandsOf(script) : commandOfWords(list(command).map(String));
  return found.every(({ argv, writes }) => writes.length === 0 && /^(?:true|:|echo|printf|exit)?$/.test(argv[0] ?? ''));
}
