/** So many hosts with words of their own are listed one by one; more of them stand together. */
const mostApart = 4;

/**
 * What many hosts say alike: a text of a host without what only that host's has, its own name, numbers (addresses, ports,
 * times) and fingerprints. Texts that are then equal tell one story.
 */
export function gistOf(text: string, host: string): string {
  return text
    .replaceAll(host, '*')
    .replaceAll(/SHA256:[A-Za-z0-9+/]+/g, '*')
    .replaceAll(/\d+/g, '#');
}

/** Groups whose gist is the same, put together where more than four of them differ in such details only. */
export function putAlikeTogether<G>(
  groups: readonly G[],
  gistOfGroup: (group: G) => string,
  together: (groups: readonly G[]) => G,
): readonly G[] {
  const alike = new Map<string, G[]>();
  for (const group of groups) {
    const gist = gistOfGroup(group);
    const others = alike.get(gist);
    if (others === undefined) alike.set(gist, [group]);
    else others.push(group);
  }
  return [...alike.values()].flatMap((same) => (same.length > mostApart ? [together(same)] : same));
}
