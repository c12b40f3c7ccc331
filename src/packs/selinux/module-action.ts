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
    const state = readModuleState(answer.stdout);
    if (state instanceof Unknown || !state.installed || state.cil !== undefined) return state;
    if (state.sha256 === sha256(cil)) return state;
    return unreadable(
      `a module ${name} is installed, but its text cannot be read (bzip2 is missing, or it is compiled)`,
    );
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
