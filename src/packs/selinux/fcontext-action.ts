import { defineAction, undo } from '../../model/action.ts';
import type { Command } from '../../model/command.ts';
import type { Json } from '../../model/json.ts';
import { unreadable } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import {
  customizableTypes,
  type FcontextState,
  fcontextScript,
  hasSemanage,
  type PathLabel,
  pathOfSpec,
  readFcontextState,
  sameFcontext,
} from './fcontext-state.ts';
import { specMatches } from './file-contexts.ts';
import { isJsonObject } from './json-object.ts';
import { busyStore, semanageImport, storeChange, storeHolder } from './policy-store.ts';
import { afterInstall, typeName } from './schemas.ts';

export interface FcontextChange {
  readonly spec: string;
  /** The spec as it was asked for: spelled like the paths, which `spec` need not be. */
  readonly asked: string;
  readonly type: string;
  /** What happens to the rule; `none`: it is right, only labels differ. */
  readonly rule: 'add' | 'modify' | 'none';
  /** The path to restore; `""` = none. */
  readonly restore: string;
  /** Types that objects below it have now, without the wanted one. */
  readonly from: readonly string[];
}

interface Wanted {
  readonly path: string;
  readonly restore: string;
}

/** What has to change: the rule, the labels, or both. */
export function fcontextDiff(state: FcontextState, want: Wanted): FcontextChange | undefined {
  const ruled = state.local === '' ? state.expected === state.type : state.local === state.type;
  const wrong = wrongLabels(state, want);
  if (ruled && wrong.length === 0) return undefined;
  const rule = ruled ? 'none' : state.local !== '' || state.in_base ? 'modify' : 'add';
  return {
    spec: state.spec,
    asked: want.path,
    type: state.type,
    rule,
    restore: restored(want),
    from: [...new Set(wrong.map(({ type }) => type))].sort(),
  };
}

/** The path to relabel; `""` = none. */
function restored({ path, restore }: Wanted): string {
  return restore || pathOfSpec(path);
}

function wrongLabels(state: FcontextState, want: Wanted): readonly PathLabel[] {
  const restore = restored(want);
  return state.labels.filter(
    ({ path, type }) => type !== state.type && (path === restore || specMatches(want.path, path) !== false),
  );
}

/** Why the change cannot be made on this host; `undefined` when it can. What is only relabelled needs no semanage. */
function obstacle(state: FcontextState, want: Wanted, stdout: string, semanageComes: boolean): string | undefined {
  const change = fcontextDiff(state, want);
  if (change === undefined) return undefined;
  if (change.rule !== 'none' && !semanageComes && !hasSemanage(stdout))
    return 'semanage is missing (package policycoreutils-python-utils)';
  const customizable = customizableTypes(stdout);
  const kept = wrongLabels(state, want).find(({ type }) => customizable.has(type));
  if (kept === undefined) return undefined;
  return `${kept.path} has the label ${kept.type}, which restorecon leaves to the administrator: relabel it by hand, with chcon`;
}

export default defineAction({
  name: 'selinux.fcontext',
  summary: 'A rule labels these paths with this type, and what exists there has that label.',
  params: {
    type: 'object',
    properties: {
      path: {
        type: 'string',
        pattern: '^/[^\\u0000-\\u0020\\u007f]{1,1000}$',
        description:
          'The rule’s regular expression, e.g. /run/app(/.*)?; /run and /var/run are respelled as the host’s equivalences want',
      },
      type: typeName,
      restore: {
        type: 'string',
        pattern: '^(?:/[^\\u0000-\\u001f\\u007f]{1,1000})?$',
        description: 'The path to relabel, with all below it; default: the path without a trailing (/.*)?',
        default: '',
      },
      after_install: afterInstall,
    },
    required: ['path', 'type'],
  },
  reads: ({ path, restore }) => [`selinux.fcontext:${restore || pathOfSpec(path)}*`],
  touches: (change: FcontextChange) => [
    `selinux.fcontext:${change.restore || pathOfSpec(change.spec)}*`,
    'selinux.policy',
    ...(change.restore === '' ? [] : [`file:${change.restore}*`]),
  ],
  async inspect(host, { path, type, restore, after_install }) {
    const where = restore || pathOfSpec(path);
    const answer = await host.run({
      script: fcontextScript,
      variables: { spec: path, type, restore: where },
      timeoutMs: 60_000,
    });
    if (answer.truncated) return unreadable(`the labels below ${where} are more than can be read`);
    const state = readFcontextState(answer.stdout, type, where);
    if (state instanceof Unknown) return state;
    const why = obstacle(state, { path, restore }, answer.stdout, after_install);
    return why === undefined ? state : unreadable(why);
  },
  diff: fcontextDiff,
  same: sameFcontext,
  describe(change) {
    const rule = change.rule === 'none' ? 'restore' : change.rule;
    const labels = change.from.length === 0 ? '' : `${change.from.join(', ')} → `;
    return `label rule ${change.spec} (${rule}): ${labels}${change.type}`;
  },
  predict(change, probe) {
    // A label changes what type a file has, never what a domain may do to a type.
    if (probe.name === 'selinux.access') return probe.now;
    return probe.name === 'selinux.context' ? predictContext(change, probe.params, probe.now) : undefined;
  },
  apply: (change) => [
    ...(change.rule === 'none' ? [] : [semanage(change.rule === 'add' ? '-a' : '-m', change.type, change.spec)]),
    ...(change.restore === '' ? [] : [restorecon(change.restore)]),
  ],
  shared: {
    transaction: 'semanage',
    onlyJoins: false,
    line: ({ rule, type, spec }) =>
      rule === 'none' || !/^[!#-&(-~]+$/.test(spec)
        ? undefined
        : `fcontext ${rule === 'add' ? '-a' : '-m'} -t ${type} ${spec}`,
    rest: ({ restore }) => (restore === '' ? [] : [restorecon(restore)]),
    commit: semanageImport,
  },
  nothingDone: busyStore,
  busy: async (host, change) => (change.rule === 'none' ? undefined : storeHolder(host)),
  rollback: undo<FcontextState, FcontextChange>((change, before) => [
    ...(change.rule === 'none'
      ? []
      : [before.local === '' ? deleteRule(change.spec) : semanage('-m', before.local, change.spec)]),
    ...(change.restore === '' || before.labels.length === 0 ? [] : [putLabelsBack(before)]),
  ]),
});

function predictContext(change: FcontextChange, params: Json, now: Json): Json | undefined {
  if (!isJsonObject(params) || !isJsonObject(now)) return undefined;
  const path = String(params['path']);
  const below = path === change.restore || path.startsWith(`${change.restore}/`);
  if (change.restore === '' || !below || now['exists'] !== true || specMatches(change.asked, path) === false)
    return undefined;
  const context = String(now['context']).replace(/^([^:]*:[^:]*:)[^:]*/, `$1${change.type}`);
  return { ...now, context, type: change.type, expected: change.type, matches_rule: true };
}

function semanage(flag: '-a' | '-m', type: string, spec: string): Command {
  return { argv: ['semanage', 'fcontext', flag, '-t', type, spec], ...storeChange };
}

function restorecon(path: string): Command {
  return { script: '[ ! -e "$path" ] || restorecon -R "$path"', variables: { path }, timeoutMs: 120_000 };
}

function deleteRule(spec: string): Command {
  return {
    script: `
out=$(semanage fcontext -d "$spec" 2>&1); rc=$?
[ -z "$out" ] || printf '%s\\n' "$out" >&2
case "$rc $out" in 0*|*'is not defined'*|*'cannot be deleted'*) exit 0 ;; *) exit "$rc" ;; esac
`,
    variables: { spec },
    ...storeChange,
  };
}

/** Without a rule restorecon changes nothing, so each old label is put back by name; what is gone by now is left out. */
function putLabelsBack(before: FcontextState): Command {
  return {
    script: `
printf '%s\\n' "$labels" | while IFS= read -r line; do
  path=\${line#* }
  [ -e "$path" ] || [ -L "$path" ] || continue
  chcon -h -- "\${line%% *}" "$path" || exit
done
`,
    variables: { labels: before.labels.map(({ context, path }) => `${context} ${path}`).join('\n') },
    timeoutMs: 120_000,
  };
}
