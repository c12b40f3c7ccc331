import { defineAction, undo } from '../../model/action.ts';
import { unreadable } from '../../model/probe.ts';
import { dashed, maskOf, namedRights, parseAcl, unite } from './acl.ts';
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
}

export default defineAction({
  name: 'file.acl',
  summary:
    'An ACL entry grants a user these rights on a path; nothing else of the ACL changes but the mask, where it must.',
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
  diff(state: State, { path, user, rights }): Change | undefined {
    const entries = parseAcl(state.acl);
    const effective = namedRights(entries, user) ?? '';
    if ([...rights].every((right) => effective.includes(right))) return undefined;
    const own = entries.find(({ kind, name }) => kind === 'user' && name === user)?.rights ?? '';
    const mask = maskOf(entries);
    return {
      path,
      user,
      rightsBefore: dashed(effective),
      rights: dashed(unite(own, rights)),
      maskBefore: dashed(mask),
      mask: dashed(unite(mask, rights)),
    };
  },
  describe({ path, user, rightsBefore, rights, maskBefore, mask }) {
    const widened = mask === maskBefore ? '' : `, mask ${maskBefore} → ${mask}`;
    return `${path}: ${user} ${rightsBefore} → ${rights}${widened}`;
  },
  // -n: without it setfacl would set the mask to all that any entry names, and so revive rights that it held back.
  apply: ({ path, user, rights, mask }) => [
    { argv: ['setfacl', '-n', '-m', `user:${user}:${rights},mask::${mask}`, '--', path] },
  ],
  rollback: undo(({ path }: Change, before: State) => [
    { argv: ['setfacl', '--set-file=-', '--', path], stdin: before.acl },
  ]),
});
