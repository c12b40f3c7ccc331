import { type Effective, findDrift, type Wanted } from './settings.ts';

/** How this session came in. */
export interface WayIn {
  readonly user: string;
  /** As sshd logged it: publickey, password, keyboard-interactive/pam, …; empty: it cannot be told. */
  readonly method: string;
  /** Keys that the user may log in with, a command that gives some counted as one. */
  readonly keys: number;
}

/** `sshd: ops@notty`, `sshd: ops [priv]`, `sshd-session: ops@pts/0`; empty for others. */
export function sessionUser(title: string): string {
  return (
    /^sshd(?:-session)?: ([A-Za-z0-9_][A-Za-z0-9_.@$-]*?)(?:@(?:notty|pts\/\d+|internal-sftp)|@[a-z0-9/,]+| \[priv\])/.exec(
      title,
    )?.[1] ?? ''
  );
}

/** The method of the last line that says that this user came from that address and port. */
export function loggedMethod(log: string, user: string, connection: string): string {
  const [address, port] = connection.split(' ');
  let found = '';
  for (const line of log.split('\n')) {
    const [, method, who, from, at] =
      /Accepted (\S{1,60}) for (\S{1,100}) from (\S{1,100}) port (\d{1,5})/.exec(line) ?? [];
    if (method !== undefined && who === user && from === address && at === port) found = method;
  }
  return found;
}

/** Lines of authorized_keys that hold a key. */
export function countKeys(text: string): number {
  return text.split('\n').filter((line) => /^[^#]*\b(?:ssh-|ecdsa-sha2-|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/]{40,}/.test(line))
    .length;
}

/**
 * Why the wanted settings would leave this login no way in; empty: they would not. Where the log does not say how it
 * came, a key of its own is needed.
 */
export function cutOff({ user, method, keys }: WayIn, effective: Effective, wanted: Wanted): string {
  const changing = new Map(findDrift(effective, wanted).map((each) => [each.setting.toLowerCase(), each.wanted]));
  const after = (name: string) => changing.get(name) ?? effective.get(name) ?? 'no';
  const root = after('permitrootlogin');
  if (user === '') return 'it cannot be told as whom this login came';
  if (user === 'root' && root === 'no') return 'this login came as root, and root may log in no more';
  if (user === 'root' && root === 'forced-commands-only')
    return 'this login came as root, which may run fixed commands only';
  const keyboard =
    after('kbdinteractiveauthentication') === 'yes' || after('challengeresponseauthentication') === 'yes';
  const noPassword = user === 'root' && root !== 'yes';
  const passwords = !noPassword && (after('passwordauthentication') === 'yes' || keyboard);
  if (/^(?:password|keyboard-interactive)/.test(method) && !passwords)
    return `${user} came by ${method}, which is to go`;
  if (method === '' && keys === 0 && !passwords) return `${user} has no authorized key here, and passwords are to go`;
  return '';
}
