import type { TransportName } from '../../model/inventory.ts';
import type { BecomeMethod } from '../../model/runbook.ts';
import type { Secret } from '../../model/secret.ts';
import type { Value } from '../../model/value.ts';
import type { Vault } from '../../model/vault.ts';
import type { Findings, Place } from './place.ts';

/** What one place says about how hosts are reached. `undefined` written out hides what a wider place says. */
export interface ConnectSettings {
  readonly address?: string;
  readonly port?: number;
  readonly user?: string;
  readonly privateKeyFile?: string;
  readonly password?: Secret | undefined;
  readonly become?: boolean;
  readonly becomeUser?: string;
  readonly becomeMethod?: BecomeMethod;
  readonly becomePassword?: Secret | undefined;
  readonly transport?: TransportName | undefined;
}

/** What one place says about one group or host. A var that is `undefined` was left out, and hides those of wider places. */
export interface Scope {
  readonly vars: Map<string, Value | undefined>;
  connect: ConnectSettings;
  /** Of each var, the file. */
  readonly files: Map<string, string>;
  /** `ansible_group_priority`: among groups of one depth the higher wins. */
  priority: number;
}

export interface GroupDraft {
  readonly name: string;
  /** In the order written. */
  readonly hosts: Set<string>;
  readonly children: Set<string>;
  readonly parents: Set<string>;
  readonly said: Scope;
}

export interface HostDraft {
  readonly name: string;
  /** Where it is first named. */
  readonly place: Place;
  readonly said: Scope;
}

/** What group_vars/ and host_vars/ of one folder say. */
export interface VarsFolder {
  readonly groups: ReadonlyMap<string, Scope>;
  readonly hosts: ReadonlyMap<string, Scope>;
}

/** An inventory while its sources are read, one after the other; each adds to it. */
export interface Draft {
  readonly groups: Map<string, GroupDraft>;
  readonly hosts: Map<string, HostDraft>;
  /** Opens what is encrypted in it; absent: no password was given. */
  readonly vault: Vault | undefined;
}

export function createDraft(vault?: Vault): Draft {
  const draft: Draft = { groups: new Map(), hosts: new Map(), vault };
  groupIn(draft, 'all');
  addChild(draft, 'all', 'ungrouped');
  return draft;
}

export function createScope(): Scope {
  return { vars: new Map(), connect: {}, files: new Map(), priority: 1 };
}

/** The group of that name, made when it is new. */
export function groupIn(draft: Draft, name: string): GroupDraft {
  const known = draft.groups.get(name);
  if (known) return known;
  const group = {
    name,
    hosts: new Set<string>(),
    children: new Set<string>(),
    parents: new Set<string>(),
    said: createScope(),
  };
  draft.groups.set(name, group);
  return group;
}

/** The host of that name, made when it is new, and put into the group. */
export function hostIn(draft: Draft, name: string, group: string, place: Place): HostDraft {
  groupIn(draft, group).hosts.add(name);
  const known = draft.hosts.get(name);
  if (known) return known;
  const host = { name, place, said: createScope() };
  draft.hosts.set(name, host);
  return host;
}

/** Puts one group into another. False, and nothing done, when that would close a circle. */
export function addChild(draft: Draft, parent: string, child: string): boolean {
  if (parent === child || isAbove(draft, child, parent)) return false;
  groupIn(draft, parent).children.add(child);
  groupIn(draft, child).parents.add(parent);
  return true;
}

/** {@link addChild}, or a diagnostic at the child's place. */
export function addChildOrSay(draft: Draft, parent: string, child: string, place: Place, findings: Findings): void {
  if (addChild(draft, parent, child)) return;
  const message =
    parent === child
      ? `group \`${child}\` cannot be its own child`
      : `group \`${child}\` already contains \`${parent}\`: this closes a circle`;
  findings.error(place, 'inventory/group-circle', { message, help: 'take one of the two `children` entries out' });
}

function isAbove(draft: Draft, upper: string, lower: string): boolean {
  const seen = new Set<string>();
  const pending = [lower];
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    for (const parent of draft.groups.get(name)?.parents ?? []) {
      if (parent === upper) return true;
      if (!seen.has(parent)) pending.push(parent);
      seen.add(parent);
    }
  }
  return false;
}
