import { type AclEntry, maskOf } from './acl.ts';

interface Account {
  readonly uid: number;
  /** All of his groups. */
  readonly gids: readonly number[];
}
interface Owned {
  readonly uid: number;
  readonly gid: number;
  /** Four octal digits. */
  readonly mode: string;
}

/**
 * The rights that one file gives an account, as acl(5) decides: the owner, a named entry, the groups, the others, and the
 * first that fits is final. `acl` names ids, not names (`getfacl -n`); empty: the mode alone decides. root has them all.
 */
export function grantedRights({ uid, gids }: Account, file: Owned, acl: readonly AclEntry[]): string {
  if (uid === 0) return 'rwx';
  const entries = acl.length > 0 ? acl : entriesOf(file.mode);
  const rightsOf = (kind: AclEntry['kind'], name: string) =>
    entries.find((entry) => entry.kind === kind && entry.name === name)?.rights;
  if (uid === file.uid) return rightsOf('user', '') ?? '';
  const mask = maskOf(entries);
  const masked = (rights: string) => [...rights].filter((right) => mask.includes(right)).join('');
  const named = rightsOf('user', String(uid));
  if (named !== undefined) return masked(named);
  const groups = [
    ...(gids.includes(file.gid) ? [rightsOf('group', '') ?? ''] : []),
    ...gids.flatMap((gid) => rightsOf('group', String(gid)) ?? []),
  ];
  if (groups.length === 0) return rightsOf('other', '') ?? '';
  return masked([...'rwx'].filter((right) => groups.some((rights) => rights.includes(right))).join(''));
}

function entriesOf(mode: string): readonly AclEntry[] {
  const digits = [...mode.slice(-3)].map(Number);
  const kinds = ['user', 'group', 'other'] as const;
  return kinds.map((kind, at) => {
    const bits = digits[at] ?? 0;
    return { kind, name: '', rights: [...'rwx'].filter((_right, place) => (bits >> (2 - place)) & 1).join('') };
  });
}
