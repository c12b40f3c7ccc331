import { defineAction, undo } from '../../model/action.ts';
import type { Command } from '../../model/command.ts';
import type { Json } from '../../model/json.ts';
import { unreadable } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { typeOf } from './context.ts';
import { isJsonObject } from './json-object.ts';
import { type ModuleState, moduleScript, priority, readModuleState, sha256 } from './module-state.ts';
import { rulesOf } from './one-rule.ts';
import { busyStore, storeChange, storeHolder, storeScript } from './policy-store.ts';
import { moduleName } from './schemas.ts';

export interface ModuleChange {
  readonly name: string;
  readonly cil: string;
  /** A module of that name with another text is replaced. */
  readonly replaces: boolean;
}

/** Whether the module has to be installed. */
export function moduleDiff(
  state: ModuleState,
  want: { readonly name: string; readonly cil: string },
): ModuleChange | undefined {
  if (state.installed && (state.cil === want.cil || state.sha256 === sha256(want.cil))) return undefined;
  return { name: want.name, cil: want.cil, replaces: state.installed };
}

/**
 * Why the module cannot stand there and be taken away again exactly; `undefined` when it can. Of several modules of one
 * name only that of the highest priority counts, whole: one more does not add to the others, it hides them.
 */
export function moduleObstacle(
  state: ModuleState,
  want: { readonly name: string; readonly cil: string },
): string | undefined {
  const { name } = want;
  if (state.priority > priority)
    return `a module ${name} at priority ${state.priority} hides any of that name at ${priority}: choose another name`;
  if (!state.installed && state.priority > 0)
    return `this host has a module ${name} of its own (priority ${state.priority}), and this text would hide all of it: choose another name`;
  if (moduleDiff(state, want) === undefined || !state.installed || state.cil !== undefined) return undefined;
  const why = state.long ? 'is too long to be kept' : 'cannot be read (bzip2 is missing, or it is compiled)';
  return `another module ${name} is installed, and its text ${why}, so it could not be put back`;
}

export default defineAction({
  name: 'selinux.module',
  summary: `A policy module with this text is installed (CIL, priority ${priority}).`,
  params: {
    type: 'object',
    properties: {
      name: moduleName,
      cil: { type: 'string', minLength: 1, maxLength: 60_000, description: 'The module’s text in CIL' },
    },
    required: ['name', 'cil'],
  },
  reads: ({ name }) => [`selinux.module:${name}`],
  touches: (change: ModuleChange) => [`selinux.module:${change.name}`, 'selinux.policy'],
  async inspect(host, { name, cil }) {
    const answer = await host.run({ script: moduleScript, variables: { name }, timeoutMs: 60_000 });
    if (answer.truncated) return unreadable(`what is known of module ${name} is too long to be read`);
    const state = readModuleState(answer.stdout);
    if (state instanceof Unknown) return state;
    const obstacle = moduleObstacle(state, { name, cil });
    return obstacle === undefined ? state : unreadable(obstacle);
  },
  diff: moduleDiff,
  describe: (change) =>
    `policy module ${change.name}: ${change.replaces ? 'another text' : 'absent'} → ${change.cil
      .trim()
      .replace(/\s*\n\s*/g, ' ')
      .slice(0, 300)}`,
  contents: (change) => [{ label: `${change.name}.cil`, before: '', after: change.cil }],
  predict: predictAfterModule,
  apply: (change) => [install(change.name, change.cil)],
  nothingDone: busyStore,
  busy: storeHolder,
  rollback: undo<ModuleState, ModuleChange>((change, before) => [
    before.installed && before.cil !== undefined ? install(change.name, before.cil) : remove(change.name),
  ]),
});

/** semodule takes files only, and names the module after its file: a private directory that is removed again. */
function install(name: string, cil: string): Command {
  return {
    script: `
dir=$(mktemp -d) || exit
cat > "$dir/$name.cil" && semodule -X ${priority} -i "$dir/$name.cil"
rc=$?
rm -rf "$dir"
exit "$rc"
`,
    variables: { name },
    stdin: cil,
    ...storeChange,
  };
}

function remove(name: string): Command {
  return {
    script: `${storeScript}
if [ -n "$store" ] && [ ! -d "$store/modules/${priority}/$name" ]; then exit 0; fi
semodule -X ${priority} -r "$name"
`,
    variables: { name },
    ...storeChange,
  };
}

function predictAfterModule(change: ModuleChange, probe: { name: string; params: Json; now: Json }): Json | undefined {
  const { params, now } = probe;
  if (!isJsonObject(params) || !isJsonObject(now)) return undefined;
  if (probe.name === 'selinux.module') {
    if (params['name'] !== change.name) return now;
    return { installed: true, priority: Math.max(priority, Number(now['priority'])), checksum: sha256(change.cil) };
  }
  if (probe.name !== 'selinux.access' || change.replaces) return undefined;
  if (now['allowed'] === true) return now;
  const { source, target, class: className, permission } = params;
  const opened = rulesOf(change.cil)?.some(
    (rule) =>
      rule.source === typeOf(String(source)) &&
      rule.target === typeOf(String(target)) &&
      rule.class === className &&
      rule.permission === permission,
  );
  return opened ? { ...now, allowed: true } : undefined;
}
