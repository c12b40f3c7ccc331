import { defineAction, undo } from '../../model/action.ts';
import { unreadable } from '../../model/probe.ts';
import { type AclEntry, dashed, maskOf, namedRights, parseAcl, unite } from './acl.ts';
import { type SetEntry, takeEntriesBack } from './acl-taken-back.ts';
import { fieldFunctions, integer, parseFields, text } from './fields.ts';
import { absolutePath, accountName } from './params.ts';
import { firstLine, whyNot } from './why-not.ts';

/** Exit 95 = EOPNOTSUPP, the file system's own word; every file that has no ACL yet says 61 (ENODATA). */
const python = `
import os, sys
try:
    os.getxattr(sys.argv[1], 'system.posix_acl_access')
except OSError as error:
    sys.exit(error.errno)
`;

const script = `${fieldFunctions}
for tool in getfacl setfacl; do
  if ! command -v "$tool" >/dev/null 2>&1; then plain no_tool "$tool"; exit 0; fi
done
plain user_id "$(id -u "$user" 2>/dev/null)"
plain owner_id "$(stat -L -c %u -- "$path" 2>/dev/null)"
if [ -L "$path" ]; then plain link 1; exit 0; fi
if said=$(getfattr --absolute-names -n system.posix_acl_access -- "$path" 2>&1 >/dev/null); then :
elif command -v getfattr >/dev/null 2>&1; then case $said in *'not supported'*) plain unsupported 1;; esac
elif command -v python3 >/dev/null 2>&1; then
  python3 -I -c "$python" "$path" 2>/dev/null || { [ $? != 95 ] || plain unsupported 1; }
fi
if acl=$(getfacl -pE -- "$path" 2>&1); then printf '%s\\n' "$acl" | hex acl; else printf '%s' "$acl" | hex error; fi`;

interface State {
  /** The whole ACL as `getfacl` writes it: what `setfacl --set-file` puts back. */
  readonly acl: string;
}
interface Change {
  readonly path: string;
  readonly user: string;
  /** `rw-`, before and after; `---`: no entry of his own. */
  readonly rightsBefore: string;
  readonly rights: string;
  readonly maskBefore: string;
  readonly mask: string;
  /** Entries of others that the wider mask would revive; absent: none. */
  readonly heldBack?: readonly HeldBack[];
}
interface Wanted {
  readonly path: string;
  readonly user: string;
  readonly rights: string;
}
interface HeldBack {
  /** `group:`, `group:staff`, `user:ada`. */
  readonly entry: string;
  readonly named: string;
  /** What it granted in truth, under the mask; it is cut to that. */
  readonly granted: string;
}

export default defineAction({
  name: 'file.acl',
  summary:
    'An ACL entry grants a user these rights on a path; where the mask must be widened for it, entries that it held back are cut to what they granted until then.',
  params: {
    type: 'object',
    properties: {
      path: {
        ...absolutePath,
        description: 'Absolute path of a file, directory or socket; a symbolic link is refused',
      },
      user: { ...accountName, description: 'Who gets the rights' },
      rights: {
        type: 'string',
        pattern: '^[rwx]{1,3}$',
        description: 'Rights he has at least: r, w, x together, as in rw',
      },
    },
    required: ['path', 'user', 'rights'],
  },
  reads: ({ path }) => [`file:${path}`],
  touches: ({ path }) => [`file:${path}`],
  async inspect(host, { path, user }) {
    const answer = await host.run({ script, variables: { path, user, python } });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, `cannot read the ACL of ${path}`));
    const fields = parseFields(answer.stdout);
    if (fields.has('no_tool')) return unreadable('getfacl and setfacl are needed: install the package acl');
    if (fields.has('link')) return unreadable(`${path} is a symbolic link; name its target`);
    const userId = integer(fields, 'user_id');
    if (userId === undefined) return unreadable(`there is no user ${user} on this host`);
    if (userId === 0) return unreadable('root has every right already');
    if (userId === integer(fields, 'owner_id')) {
      return unreadable(`${user} owns ${path}: an ACL entry does not count for the owner; use file.mode`);
    }
    if (fields.has('unsupported')) {
      return unreadable(
        `the file system of ${path} keeps no ACLs: only a wider right would do, its group's or everybody's (file.mode)`,
      );
    }
    const acl = text(fields, 'acl');
    if (acl === undefined || parseAcl(acl).length < 3) {
      return unreadable(`cannot read the ACL of ${path}: ${firstLine(text(fields, 'error') ?? 'it is not complete')}`);
    }
    return { acl };
  },
  diff: changeOf,
  describe({ path, user, rightsBefore, rights, maskBefore, mask, heldBack = [] }) {
    const widened = mask === maskBefore ? '' : `, mask ${maskBefore} → ${mask}`;
    const cut = heldBack.map(
      ({ entry, named, granted }) => `, entry ${entry} ${named} → ${granted}, as the mask had it`,
    );
    return `${path}: ${user} ${rightsBefore} → ${rights}${widened}${cut.join('')}`;
  },
  // -n: without it setfacl would set the mask to all that any entry names, and so revive rights that it held back.
  apply: ({ path, user, rights, mask, heldBack = [] }) => [
    heldBack.length === 0
      ? { argv: ['setfacl', '-n', '-m', `user:${user}:${rights},mask::${mask}`, '--', path] }
      : {
          argv: ['setfacl', '-n', '-M', '-', '--', path],
          stdin: [
            `user:${user}:${rights}`,
            `mask::${mask}`,
            ...heldBack.map(({ entry, granted }) => `${entry}:${granted}`),
            '',
          ].join('\n'),
        },
  ],
  rollback: undo(({ path }: Change, before: State) => [
    { argv: ['setfacl', '--set-file=-', '--', path], stdin: before.acl },
  ]),
  // Its own entries go back; those that others have set since stay.
  rebase(before: State, now: State, params): State | undefined {
    const made = changeOf(before, params);
    if (made === undefined) return before;
    const { user, rights, mask, heldBack = [] } = made;
    const set: readonly SetEntry[] = [
      { entry: `user:${user}`, rights },
      { entry: 'mask:', rights: mask },
      ...heldBack.map(({ entry, granted }) => ({ entry, rights: granted })),
    ];
    const acl = takeEntriesBack(before.acl, now.acl, set);
    return acl === undefined ? undefined : { acl };
  },
});

function changeOf(state: State, { path, user, rights }: Wanted): Change | undefined {
  const entries = parseAcl(state.acl);
  const effective = namedRights(entries, user) ?? '';
  if ([...rights].every((right) => effective.includes(right))) return undefined;
  const own = entries.find(({ kind, name }) => kind === 'user' && name === user)?.rights ?? '';
  const mask = maskOf(entries);
  const wider = unite(mask, rights);
  const heldBack = revived(entries, user, mask, wider);
  return {
    path,
    user,
    rightsBefore: dashed(effective),
    rights: dashed(unite(own, rights)),
    maskBefore: dashed(mask),
    mask: dashed(wider),
    ...(heldBack.length === 0 ? {} : { heldBack }),
  };
}

/** Entries, but for the user's own, that would grant more under the wider mask than they do now. */
function revived(entries: readonly AclEntry[], user: string, mask: string, wider: string): readonly HeldBack[] {
  const under = (rights: string, limit: string): string =>
    [...rights].filter((right) => limit.includes(right)).join('');
  return entries
    .filter(({ kind, name }) => kind === 'group' || (kind === 'user' && name !== '' && name !== user))
    .filter(({ rights }) => under(rights, wider) !== under(rights, mask))
    .map(({ kind, name, rights }) => ({
      entry: `${kind}:${name}`,
      named: dashed(rights),
      granted: dashed(under(rights, mask)),
    }));
}
