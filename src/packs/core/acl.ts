/** One entry of an access ACL, as `getfacl` writes it: `user:nginx:rw-`. */
export interface AclEntry {
  readonly kind: 'user' | 'group' | 'mask' | 'other';
  /** Empty: the owner, the owning group. */
  readonly name: string;
  /** Subset of `rwx`, without dashes. */
  readonly rights: string;
}

/** The access entries of `getfacl` output; default entries and comments are left out. */
export function parseAcl(text: string): readonly AclEntry[] {
  const entries: AclEntry[] = [];
  for (const line of text.split('\n', 2000)) {
    const match = /^(user|group|mask|other):([^:]{0,256}):([r-][w-][x-])/.exec(line);
    if (match === null) continue;
    const [, kind, name = '', rights = ''] = match;
    if (kind === 'user' || kind === 'group' || kind === 'mask' || kind === 'other') {
      entries.push({ kind, name, rights: rights.replaceAll('-', '') });
    }
  }
  return entries;
}

/** Rights of either, in the order `rwx`. */
export function unite(a: string, b: string): string {
  return [...'rwx'].filter((right) => a.includes(right) || b.includes(right)).join('');
}

/** Rights in the form of `getfacl`: `r-x`. */
export function dashed(rights: string): string {
  return [...'rwx'].map((right) => (rights.includes(right) ? right : '-')).join('');
}

/** What the ACL grants a named user by an entry of his own, mask included; absent: he has no entry. */
export function namedRights(entries: readonly AclEntry[], user: string): string | undefined {
  const entry = entries.find(({ kind, name }) => kind === 'user' && name === user);
  if (entry === undefined) return undefined;
  const mask = maskOf(entries);
  return [...entry.rights].filter((right) => mask.includes(right)).join('');
}

/** The mask; without extended entries it is what the owning group has. */
export function maskOf(entries: readonly AclEntry[]): string {
  const mask =
    entries.find(({ kind }) => kind === 'mask') ?? entries.find(({ kind, name }) => kind === 'group' && name === '');
  return mask?.rights ?? '';
}
