import { defineAction, undo } from '../../model/action.ts';
import type { Command } from '../../model/command.ts';
import type { Json } from '../../model/json.ts';
import { unreadable } from '../../model/probe.ts';
import { forgetRecord } from './boolean-undo.ts';
import { type BooleanValue, booleanScript, readBooleans, selinuxRuns, storeWasRead } from './boolean-values.ts';
import { busySetsebool, semanageImport, storeChange, storeHolder } from './policy-store.ts';
import { predictAfterBoolean } from './predict-boolean.ts';
import { booleanName } from './schemas.ts';

export interface BooleanChange {
  /** To be set now and for good, in one transaction. */
  readonly persistent: readonly Setting[];
  /** To be set now only: after a reboot they are right already, or nobody asked for that. */
  readonly runtime: readonly Setting[];
}
interface Setting {
  readonly name: string;
  readonly from: boolean;
  readonly to: boolean;
}

/** What has to be set. Unknown persistence counts as wrong: `setsebool -P` is safe to repeat. */
export function booleanDiff(
  state: BooleanValue,
  want: { readonly name: string; readonly value: boolean; readonly persistent: boolean },
): BooleanChange | undefined {
  const setting = { name: want.name, from: state.value, to: want.value };
  if (want.persistent && state.persistent !== want.value) return { persistent: [setting], runtime: [] };
  return state.value === want.value ? undefined : { persistent: [], runtime: [setting] };
}

export default defineAction({
  name: 'selinux.boolean',
  summary: 'An SELinux boolean has this value, now and after a reboot.',
  params: {
    type: 'object',
    properties: {
      name: booleanName,
      value: { type: 'boolean', description: 'true = on' },
      persistent: { type: 'boolean', default: true, description: 'Also after a reboot (setsebool -P)' },
    },
    required: ['name', 'value'],
  },
  reads: ({ name }) => [`selinux.boolean:${name}`],
  touches: (change: BooleanChange) => [
    ...[...change.persistent, ...change.runtime].map(({ name }) => `selinux.boolean:${name}`),
    'selinux.policy',
  ],
  async inspect(host, { name, value, persistent }) {
    const answer = await host.run({
      script: inspectScript,
      variables: { names: name, wanted: value ? '1' : '0' },
      timeoutMs: 60_000,
    });
    if (!selinuxRuns(answer.stdout)) return unreadable('SELinux is disabled: booleans mean nothing here');
    const found = readBooleans(answer.stdout).get(name);
    if (!found) return unreadable(`this host's policy has no boolean ${name}`);
    if (persistent && !storeWasRead(answer.stdout)) {
      return unreadable('the policy store cannot be read: root is needed to make a boolean persistent');
    }
    return found;
  },
  diff: booleanDiff,
  describe: (change) =>
    [
      ...change.persistent.map((setting) => `${arrow(setting)} (persistent)`),
      ...change.runtime.map((setting) => `${arrow(setting)} (now only)`),
    ].join(', '),
  predict: (change, probe) => predictAfterBoolean([...change.persistent, ...change.runtime], change.persistent, probe),
  apply: (change) => [...set(['-V', '-P'], change.persistent), ...set(['-V'], change.runtime)],
  merge: (changes) => [
    {
      persistent: changes.flatMap((change) => change.persistent),
      runtime: changes.flatMap((change) => change.runtime),
    },
  ],
  // setsebool is quicker for booleans alone, and there where semanage is not.
  shared: {
    transaction: 'semanage',
    onlyJoins: true,
    line: ({ persistent: [only, ...more], runtime }) =>
      only === undefined || more.length + runtime.length > 0
        ? undefined
        : `boolean -m -${only.to ? 1 : 0} ${only.name}`,
    commit: semanageImport,
  },
  nothingDone: busySetsebool,
  busy: async (host, change) => (change.persistent.length === 0 ? undefined : storeHolder(host)),
  rollback: undo<BooleanValue, BooleanChange>((change, before) => undoOne(change, before)),
});

/** semanage is asked only where its answer decides: on already, and no local record says so. */
const inspectScript = booleanScript(
  '[ "${value%% *}" = "$wanted" ] && ! grep -q "^[[:space:]]*$names[[:space:]]*=" "$store/booleans.local" 2>/dev/null',
);

function undoOne(change: BooleanChange, before: BooleanValue): readonly Command[] {
  const runtime = set(['-V'], [{ name: before.name, from: !before.value, to: before.value }]);
  if (!change.persistent.some(({ name }) => name === before.name)) return runtime;
  if (before.local === undefined) return [forgetRecord(before), ...runtime];
  const record = set(['-V', '-P'], [{ name: before.name, from: !before.local, to: before.local }]);
  return before.local === before.value ? record : [...record, ...runtime];
}

function set(flags: readonly string[], settings: readonly Setting[]): readonly Command[] {
  if (settings.length === 0) return [];
  const assignments = settings.map(({ name, to }) => `${name}=${to ? 1 : 0}`);
  return [{ argv: ['setsebool', ...flags, ...assignments], ...storeChange }];
}

function arrow({ name, from, to }: Setting): string {
  return from === to ? `${name}: ${word(from)} until reboot → ${word(to)}` : `${name}: ${word(from)} → ${word(to)}`;
}

function word(value: boolean): Json & string {
  return value ? 'on' : 'off';
}
