import type { Connect, Host, Inventory } from '../../model/inventory.ts';
import type { Value } from '../../model/value.ts';
import {
  addChild,
  type ConnectSettings,
  type Draft,
  type GroupDraft,
  type HostDraft,
  type Scope,
  type VarsFolder,
} from './draft.ts';
import { byDepth, depthsOf, groupsAbove, hostsInside } from './group-tree.ts';

/** An inventory, and what in it came to nothing. */
export interface Resolved {
  readonly inventory: Inventory;
  /** Users whom hosts name for become without saying that they want it: those hosts, by user. */
  readonly unusedBecomeUsers: ReadonlyMap<string, readonly string[]>;
}

/**
 * The inventory that a draft amounts to. Precedence is Ansible's: `all`, groups from the outermost in (one depth by
 * `ansible_group_priority`, then name), then both again from group_vars/, the host, host_vars/; nearest wins.
 * Hosts stand in Ansible's order: those of `all` itself, the ungrouped ones, then group by group as written.
 */
export function resolveInventory(draft: Draft, folders: readonly VarsFolder[], sources: readonly string[]): Resolved {
  settleGroups(draft);
  const depths = depthsOf(draft);
  const memberships = new Map<string, Set<string>>();
  for (const group of draft.groups.values()) {
    const above = groupsAbove(draft, group.name);
    for (const host of group.hosts) {
      const groups = memberships.get(host) ?? new Set(['all']);
      for (const name of above) groups.add(name);
      memberships.set(host, groups);
    }
  }
  const groups = new Map([...draft.groups.keys()].map((name) => [name, hostsInside(draft, name)]));
  const unusedBecomeUsers = new Map<string, string[]>();
  const hosts = (groups.get('all') ?? []).flatMap((name) => {
    const host = draft.hosts.get(name);
    return host ? [resolveHost(host, [...(memberships.get(name) ?? [])].sort(byDepth(draft, depths)))] : [];
  });
  return { inventory: { hosts, groups, sources }, unusedBecomeUsers };

  /** `groupNames`: outermost first. */
  function resolveHost(host: HostDraft, groupNames: readonly string[]): Host {
    const groupScopes = (ofGroup: (name: string) => Scope | undefined): Said[] =>
      groupNames.map((name) => ({ whose: `group ${name}`, scope: ofGroup(name) }));
    const merged = merge([
      ...groupScopes((name) => draft.groups.get(name)?.said),
      ...folders.map(({ groups: files }) => ({ whose: 'group all', scope: files.get('all') })),
      ...folders.flatMap(({ groups: files }) => groupScopes((name) => (name === 'all' ? undefined : files.get(name)))),
      { whose: `host ${host.name}`, scope: host.said },
      ...folders.map(({ hosts: files }) => ({ whose: `host ${host.name}`, scope: files.get(host.name) })),
    ]);
    const { become, becomeUser } = merged.connect;
    if (becomeUser !== undefined && become === undefined) {
      const others = unusedBecomeUsers.get(becomeUser);
      if (others === undefined) unusedBecomeUsers.set(becomeUser, [host.name]);
      else others.push(host.name);
    }
    return {
      name: host.name,
      connect: connectOf(host.name, merged.connect),
      vars: Object.fromEntries(merged.vars),
      groups: groupNames.filter((name) => name !== 'all').sort(),
      origins: Object.fromEntries(merged.origins),
    };
  }
}

/** Groups without parents belong to `all`; hosts of other groups are not ungrouped, and hosts of none are. */
function settleGroups(draft: Draft): void {
  for (const { name, parents } of draft.groups.values())
    if (name !== 'all' && parents.size === 0) addChild(draft, 'all', name);
  const ungrouped = draft.groups.get('ungrouped')?.hosts ?? new Set<string>();
  const others = [...draft.groups.values()].filter(({ name }) => name !== 'all' && name !== 'ungrouped');
  const grouped = new Set(others.flatMap((group: GroupDraft) => [...group.hosts]));
  for (const host of draft.hosts.keys()) {
    if (grouped.has(host)) ungrouped.delete(host);
    else ungrouped.add(host);
  }
}

interface Said {
  readonly whose: string;
  readonly scope: Scope | undefined;
}

function merge(all: readonly Said[]): {
  vars: Map<string, Value>;
  origins: Map<string, string>;
  connect: ConnectSettings;
} {
  const vars = new Map<string, Value>();
  const origins = new Map<string, string>();
  let connect: ConnectSettings = {};
  for (const { whose, scope } of all) {
    if (!scope) continue;
    connect = { ...connect, ...scope.connect };
    for (const [name, value] of scope.vars) {
      vars.delete(name);
      origins.delete(name);
      if (value === undefined) continue;
      vars.set(name, value);
      origins.set(name, `${whose} (${scope.files.get(name) ?? ''})`);
    }
  }
  return { vars, origins, connect };
}

function connectOf(name: string, said: ConnectSettings): Connect {
  const { address = name, port = 22, user, privateKeyFile, password, becomeMethod, becomePassword, transport } = said;
  const become = said.become === true ? (said.becomeUser ?? 'root') : said.become;
  return {
    address,
    port,
    ...(said.port === undefined ? { portByDefault: true } : {}),
    ...(user === undefined ? {} : { user }),
    ...(privateKeyFile === undefined ? {} : { privateKeyFile }),
    ...(password === undefined ? {} : { password }),
    ...(become === undefined ? {} : { become }),
    ...(becomeMethod === undefined ? {} : { becomeMethod }),
    ...(becomePassword === undefined ? {} : { becomePassword }),
    ...(transport === undefined ? {} : { transport }),
  };
}
