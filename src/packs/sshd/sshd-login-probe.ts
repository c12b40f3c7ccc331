import { defineProbe, unreadable } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { fieldFunctions, parseFields, text, words } from '../core/fields.ts';
import { firstLine } from '../core/why-not.ts';
import { readDaemon } from './daemon.ts';
import { sshdResources } from './resources.ts';
import { readEffective, wantedSchema } from './settings.ts';
import { countKeys, cutOff, loggedMethod, sessionUser } from './way-in.ts';

/** `%h`, `%u` and `%%` as sshd fills them in; relative ones are below the home. */
const script = `${fieldFunctions}
home=$(getent passwd "$user" 2>/dev/null | cut -d: -f6)
[ -n "$home" ] || home=$(sed -n "s/^$user:[^:]*:[^:]*:[^:]*:[^:]*:\\([^:]*\\):.*/\\1/p" /etc/passwd)
set -f
for name in $files; do
  path=$(printf %s "$name" | sed "s,%h,$home,g; s,%u,$user,g; s,%%,%,g")
  case $path in none) continue;; /*) ;; *) path=$home/$path;; esac
  if [ -e "$path" ] && [ ! -r "$path" ]; then plain forbidden 1; fi
  head -c 200000 "$path" 2>/dev/null | hex keys
done
set +f
{
  journalctl -q --no-pager -o cat -n 20000 -t sshd -t sshd-session 2>/dev/null
  for log in /var/log/auth.log /var/log/secure; do [ ! -r "$log" ] || tail -n 20000 "$log"; done
} | grep -F "Accepted " | grep -F " for $user from " | tail -n 300 | hex log
`;

export default defineProbe({
  name: 'sshd.login',
  summary:
    'As whom and by which method this very session logged in, and whether wanted settings would leave it a way in.',
  params: { ...wantedSchema },
  result: {
    type: 'object',
    properties: {
      user: { type: 'string', description: 'Who logged in; empty: it did not come through sshd' },
      method: {
        type: 'string',
        description: 'By what, as sshd logged it: publickey, password, …; empty: the log does not say',
      },
      keys: {
        type: 'integer',
        description: 'Authorized keys of that user; a command or a CA that gives some counts as one',
      },
      cut_off: {
        type: 'string',
        description: 'Why the wanted settings would leave that user no way in; empty: they would not',
      },
    },
    required: ['user', 'method', 'keys', 'cut_off'],
  },
  reads: () => sshdResources,
  async read(host, wanted) {
    const daemon = await readDaemon(host);
    if (daemon instanceof Unknown) return daemon;
    const user = sessionUser(daemon.session);
    if (user === '')
      return { user, method: '', keys: 0, cut_off: cutOff({ user, method: '', keys: 0 }, daemon.effective, wanted) };
    const [address = ''] = daemon.connection.split(' ');
    const match = ['-C', `user=${user},host=${address || 'localhost'},addr=${address || '127.0.0.1'}`];
    const tested = await host.run({ argv: [daemon.program, '-T', ...daemon.options, ...match] });
    if (tested.rc !== 0) return unreadable(`sshd does not say what holds for ${user}: ${firstLine(tested.stderr)}`);
    const effective = readEffective(tested.stdout);
    const files = effective.get('authorizedkeysfile') ?? '.ssh/authorized_keys';
    const answer = parseFields((await host.run({ script, variables: { user, files } })).stdout);
    if (answer.has('forbidden')) return unreadable(`the authorized keys of ${user} cannot be read: needs root`);
    const given = ['authorizedkeyscommand', 'trustedusercakeys'].filter(
      (name) => (effective.get(name) ?? 'none') !== 'none',
    );
    const keys =
      given.length +
      words(answer, 'keys').reduce((sum, hex) => sum + countKeys(Buffer.from(hex, 'hex').toString('utf8')), 0);
    const method = loggedMethod(text(answer, 'log') ?? '', user, daemon.connection);
    return { user, method, keys, cut_off: cutOff({ user, method, keys }, effective, wanted) };
  },
});
