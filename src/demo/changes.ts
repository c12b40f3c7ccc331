import { isObject, type Json } from '../model/json.ts';
import type { SimulatedAnswer } from '../model/simulated-host.ts';
import type { Label } from '../model/transport.ts';
import { setAcl, setMode } from './file-node.ts';
import type { HostState } from './host-state.ts';
import { restoreLabels } from './labels.ts';
import { typeIn } from './policy.ts';

type Fields = { readonly [key: string]: unknown };

/** Does to this host's state what an action's commands would do: `make` its change, or `undo` it from the state before. */
interface Change {
  /** About what the commands take on a host of that kind, ms: rebuilding the policy is slow. */
  readonly takes: number;
  make(state: HostState, change: Fields): void;
  undo(state: HostState, change: Fields, before: Fields): void;
}

const changes: { readonly [action: string]: Change } = {
  'selinux.boolean': {
    takes: 4000,
    make(state, change) {
      for (const { name, to } of settingsIn(change['persistent'])) state.booleans.set(name, { active: to, local: to });
      for (const { name, to } of settingsIn(change['runtime'])) {
        state.booleans.set(name, { ...state.booleans.get(name), active: to });
      }
    },
    undo(state, _change, before) {
      const local = before['local'];
      const setting = { active: before['value'] === true, ...(typeof local === 'boolean' ? { local } : {}) };
      state.booleans.set(String(before['name']), setting);
    },
  },
  'selinux.port': {
    takes: 5000,
    make: (state, change) => setPort(state, change, String(change['to'])),
    undo: (state, change, before) => setPort(state, change, String(before['local'])),
  },
  'selinux.fcontext': {
    takes: 6000,
    make(state, change) {
      if (change['rule'] !== 'none') state.labelRules.set(String(change['spec']), String(change['type']));
      if (change['restore'] !== '') restoreLabels(state, String(change['restore']));
    },
    undo(state, change, before) {
      const spec = String(change['spec']);
      if (before['local'] === '') state.labelRules.delete(spec);
      else state.labelRules.set(spec, String(before['local']));
      for (const label of listOf(before['labels'])) {
        const node = state.files.get(String(label['path']));
        if (node !== undefined) node.type = typeIn(String(label['context']));
      }
    },
  },
  'selinux.module': {
    takes: 6000,
    make: (state, change) => void state.modules.set(String(change['name']), String(change['cil'])),
    undo(state, change, before) {
      const { cil } = before;
      if (typeof cil === 'string') state.modules.set(String(change['name']), cil);
      else state.modules.delete(String(change['name']));
    },
  },
  'file.acl': {
    takes: 1000,
    make(state, change) {
      const node = state.files.get(String(change['path']));
      node?.acl.set(`user:${String(change['user'])}`, String(change['rights']));
      node?.acl.set('mask:', String(change['mask']));
    },
    undo(state, change, before) {
      const node = state.files.get(String(change['path']));
      if (node !== undefined) setAcl(node, String(before['acl']));
    },
  },
  'file.mode': {
    takes: 1000,
    make(state, change) {
      const node = state.files.get(String(change['path']));
      if (node === undefined) return;
      const [owner = '', group = ''] = String(change['owner'] ?? '').split(':');
      if (owner !== '') node.owner = owner;
      if (group !== '') node.group = group;
      if (change['mode'] !== undefined) setMode(node, String(change['mode']));
    },
    undo(state, change, before) {
      const node = state.files.get(String(change['path']));
      if (node === undefined) return;
      node.owner = String(before['owner']);
      node.group = String(before['group']);
      setMode(node, String(before['mode']));
    },
  },
};

/** One part of a fix or a rollback: the change stands in its label. */
export function carryOut(state: HostState, label: Label, become: boolean): SimulatedAnswer {
  const known = changes[label.name];
  if (known === undefined) return { rc: 127, stderr: `${label.name}: this simulated host has no such action\n` };
  if (!become) return { rc: 1, stderr: `${label.name}: Permission denied\n` };
  const { change, before } = label.params;
  // Neighbours that an action carries out in one transaction come as a list.
  for (const one of Array.isArray(change) ? change : [change]) {
    if (!isFields(one)) return { rc: 2, stderr: `${label.name}: the label holds no change\n` };
    if (label.kind === 'apply') known.make(state, one);
    else if (isFields(before)) known.undo(state, one, before);
  }
  state.clock.pass(known.takes);
  return { rc: 0 };
}

function isFields(value: Json | undefined): value is { readonly [key: string]: Json } {
  return value !== undefined && isObject(value);
}

function listOf(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter((entry): entry is Fields => isObject(entry)) : [];
}

function settingsIn(value: unknown): readonly { readonly name: string; readonly to: boolean }[] {
  return listOf(value).map((entry) => ({ name: String(entry['name']), to: entry['to'] === true }));
}

/** An empty type deletes the local label. */
function setPort(state: HostState, change: Fields, type: string): void {
  const [port, protocol] = [Number(change['port']), String(change['protocol'])];
  const at = state.ports.findIndex((label) => label.port === port && label.protocol === protocol);
  if (at >= 0) state.ports.splice(at, 1);
  if (type !== '') state.ports.unshift({ port, protocol, type });
}
