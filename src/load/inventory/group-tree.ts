import type { Draft } from './draft.ts';

/** How many groups lie between `all` and each group, counted along the longest way. */
export function depthsOf(draft: Draft): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  const depthOf = (name: string): number => {
    const known = depths.get(name);
    if (known !== undefined) return known;
    const parents = [...(draft.groups.get(name)?.parents ?? [])];
    const depth = parents.length === 0 ? 0 : 1 + Math.max(...parents.map(depthOf));
    depths.set(name, depth);
    return depth;
  };
  for (const name of draft.groups.keys()) depthOf(name);
  return depths;
}

/** Order in which groups override each other: depth, `ansible_group_priority`, name. */
export function byDepth(draft: Draft, depths: ReadonlyMap<string, number>): (a: string, b: string) => number {
  const priority = (name: string): number => draft.groups.get(name)?.said.priority ?? 1;
  return (a, b) =>
    (depths.get(a) ?? 0) - (depths.get(b) ?? 0) || priority(a) - priority(b) || (a < b ? -1 : a > b ? 1 : 0);
}

/** A group and all above it. */
export function groupsAbove(draft: Draft, name: string): ReadonlySet<string> {
  return reachable(name, (group) => draft.groups.get(group)?.parents ?? []);
}

/** Hosts of a group and of all groups inside it: its own first, then level by level, as written. */
export function hostsInside(draft: Draft, name: string): readonly string[] {
  const hosts = new Set<string>();
  for (const group of reachable(name, (each) => draft.groups.get(each)?.children ?? [])) {
    for (const host of draft.groups.get(group)?.hosts ?? []) hosts.add(host);
  }
  return [...hosts];
}

/** Breadth first, `start` included. */
function reachable(start: string, next: (name: string) => Iterable<string>): ReadonlySet<string> {
  const seen = new Set([start]);
  // A set is iterated in order, those added on the way included.
  for (const name of seen) for (const found of next(name)) seen.add(found);
  return seen;
}
