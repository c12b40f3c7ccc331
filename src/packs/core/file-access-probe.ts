import { defineProbe, unreadable } from '../../model/probe.ts';
import { type AclEntry, parseAcl } from './acl.ts';
import { type Fields, fieldFunctions, integer, parseFields, text, word } from './fields.ts';
import { grantedRights } from './granted-rights.ts';
import { homeKeptShut, socketKeptShut } from './kept-shut.ts';
import { absolutePath, accountName } from './params.ts';
import { fileTypes, parseStat, statFormat } from './stat-fields.ts';
import { firstLine, saysMissing, whyNot } from './why-not.ts';

/**
 * Asks the kernel as that user, so that supplementary groups and ACLs count. setpriv first: it opens no PAM session and so
 * writes no log line. A directory is tested from inside (`cd`, then `test -x .`), which tells of it alone, whatever its
 * parents forbid. Only discretionary rights are asked for; SELinux judges domains, not users.
 */
const script = `${fieldFunctions}
if ! id -u "$user" >/dev/null 2>&1; then plain no_user 1; exit 0; fi
uid=$(id -u "$user")
if [ "$(id -u)" = "$uid" ]; then as_user() { sh -c "$@"; }
elif [ "$(id -u)" != 0 ]; then plain need_root 1; exit 0
elif setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups true 2>/dev/null; then
  as_user() { setpriv --reuid="$user" --regid="$(id -g "$user")" --init-groups sh -c "$@"; }
elif runuser -u "$user" -- true 2>/dev/null; then as_user() { runuser -u "$user" -- sh -c "$@"; }
elif su -s /bin/sh "$user" -c true 2>/dev/null; then as_user() { su -s /bin/sh "$user" -c "$@"; }
else plain no_tool 1; exit 0
fi
if ! seen=$(stat -L -c "$format" -- "$path" 2>&1); then printf '%s' "$seen" | hex missing; exit 0; fi
printf '%s\\n' "$seen"
for right in r w x; do
  if as_user "test -$right \\"\\$1\\"" sh "$path" 2>/dev/null; then plain "can_$right" 1; fi
done
walk() {
  rest=$1
  while [ -n "$rest" ] && [ "$rest" != / ]; do
    rest=\${rest%/*}
    (
      cd "\${rest:-/}" 2>/dev/null || exit 0
      if ! as_user 'test -x .' sh 2>/dev/null; then pwd -P | hex closed; fi
    )
  done
}
walk "$path"
plain user_uid "$uid"
plain user_gids "$(id -G "$user")"
if acl=$(getfacl -npEL -- "$path" 2>/dev/null); then printf '%s\\n' "$acl" | hex acl
else case $(ls -dlL -- "$path" 2>/dev/null) in ??????????+*) plain acl_unread 1;; esac; fi
real=$(readlink -f -- "$path" 2>/dev/null)
if [ -n "$real" ] && [ "$real" != "$path" ]; then walk "$real"; fi
:`;

export default defineProbe({
  name: 'file.access',
  summary: 'Whether a user may use a path: mode, owner, groups and ACLs of it and of its directories.',
  params: {
    type: 'object',
    properties: {
      path: {
        ...absolutePath,
        description: 'Absolute path of a file, directory or socket; symbolic links are followed',
      },
      user: { ...accountName, description: 'Whose rights' },
    },
    required: ['path', 'user'],
  },
  result: {
    type: 'object',
    properties: {
      path: { type: 'string', description: 'The path asked for' },
      user: { type: 'string', description: 'The user asked for' },
      exists: { type: 'boolean', description: 'Something is there' },
      readable: { type: 'boolean', description: 'The user may read it' },
      writable: { type: 'boolean', description: 'The user may write it; all that connecting to a socket needs' },
      executable: { type: 'boolean', description: 'The user may execute it, or enter it' },
      closed_directories: {
        type: 'array',
        items: { type: 'string', description: 'Absolute path without symbolic links' },
        description: 'Directories on the way that the user may not enter, outermost first',
      },
      grants: {
        type: 'string',
        description:
          'Rights that its own mode, owner and ACL give the user, whatever its directories forbid: rw; absent where its ACL cannot be read',
      },
      kept_shut: {
        type: 'string',
        description:
          'Why nobody should be given rights to it: a container engine’s socket, a directory of somebody’s home',
      },
      type: { type: 'string', enum: fileTypes, description: 'What it is' },
      mode: { type: 'string', description: 'Permission bits in four octal digits' },
      owner: { type: 'string', description: 'Owner' },
      group: { type: 'string', description: 'Group' },
    },
    required: ['path', 'user', 'exists', 'readable', 'writable', 'executable', 'closed_directories'],
  },
  // A right may come from any directory above, and from the user's groups.
  reads: ({ path }) => [`file:${path}`, ...parents(path).map((directory) => `file:${directory}`), 'file:/etc/group'],
  async read(host, { path, user }) {
    const answer = await host.run({ script, variables: { path, user, format: statFormat } });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, `cannot test ${path}`));
    const fields = parseFields(answer.stdout);
    if (fields.has('no_user')) return unreadable(`there is no user ${user} on this host`);
    if (fields.has('need_root')) return unreadable(`testing the rights of ${user} needs root (become: true)`);
    if (fields.has('no_tool')) return unreadable('testing the rights of another user needs setpriv, runuser or su');
    const missing = text(fields, 'missing');
    if (missing !== undefined) {
      if (!saysMissing(missing)) return unreadable(`cannot look at ${path}: ${firstLine(missing)}`);
      return { path, user, exists: false, readable: false, writable: false, executable: false, closed_directories: [] };
    }
    const stat = parseStat(fields);
    if (stat === undefined) return unreadable(`cannot look at ${path}: stat(1) of GNU or BusyBox is needed`);
    const { type, mode, owner, group } = stat;
    const grants = readGrants(fields, stat);
    const closed = outermostFirst(fields.get('closed') ?? []);
    const keptShut = (type === 'socket' ? socketKeptShut(path, group) : undefined) ?? homeKeptShut(closed);
    return {
      path,
      user,
      exists: true,
      readable: word(fields, 'can_r') === '1',
      writable: word(fields, 'can_w') === '1',
      executable: word(fields, 'can_x') === '1',
      closed_directories: closed,
      ...(keptShut === undefined ? {} : { kept_shut: keptShut }),
      ...(grants === undefined ? {} : { grants }),
      type,
      mode,
      owner,
      group,
    };
  },
});

function readGrants(fields: Fields, stat: { readonly uid: number; readonly gid: number; readonly mode: string }) {
  const uid = integer(fields, 'user_uid');
  if (uid === undefined || fields.has('acl_unread')) return undefined;
  const gids = (word(fields, 'user_gids') ?? '').split(' ').map(Number);
  const acl: readonly AclEntry[] = parseAcl(text(fields, 'acl') ?? '');
  return grantedRights({ uid, gids }, stat, acl);
}

function outermostFirst(encoded: readonly string[]): readonly string[] {
  const paths = encoded.map((hex) => Buffer.from(hex, 'hex').toString('utf8').replace(/\n$/, ''));
  return [...new Set(paths)].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
}

function parents(path: string): readonly string[] {
  const parts = path.split('/').slice(1, -1);
  return parts.map((_part, index) => `/${parts.slice(0, index + 1).join('/')}`);
}
