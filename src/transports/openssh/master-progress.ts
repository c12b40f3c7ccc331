import { labelReader } from '../../shell/label.ts';

/** How far a master has come, by its own lines of level `DEBUG1`. */
export type Progress = 'start' | 'dial' | 'greeting' | 'handshake' | 'login' | 'in';

const marks: readonly (readonly [Progress, RegExp])[] = [
  ['dial', /^debug1: (?:Connecting to |Executing proxy (?:dialer )?command)/m],
  ['greeting', /^debug1: (?:Connection established|Executing proxy (?:dialer )?command)/m],
  ['handshake', /^debug1: Remote protocol version/m],
  ['login', /^debug1: SSH2_MSG_NEWKEYS received/m],
  ['in', /^Authenticated to .* using "/m],
];

/** The last of the marks that its lines show. */
export function progressOf(stderr: string): Progress {
  return marks.findLast(([, mark]) => mark.test(stderr))?.[0] ?? 'start';
}

/** Its connection stands and it listens for others; to be believed only with its socket there. */
export function isReady(stderr: string): boolean {
  return /^debug1: Entering interactive session\./m.test(stderr);
}

/** The host is reached through another program: a jump host's ssh, or the operator's own. */
export function isProxied(stderr: string): boolean {
  return /^debug1: Executing proxy (?:dialer )?command/m.test(stderr);
}

/** The host, or one on the way to it, answers by labels (shell/label.ts). */
export function readsLabels(stderr: string): boolean {
  return new RegExp(`^debug1: Remote protocol version 2\\.0, remote software version ${labelReader}\\b`, 'm').test(
    stderr,
  );
}

/** The first line of a server that greets with something else than SSH; ssh reads on for a while. */
export function otherGreeting(stderr: string): string | undefined {
  return /^debug1: (?:kex|ssh)_exchange_identification: banner line 0: ([^\r\n]*)/m.exec(stderr)?.[1];
}

/** The server hung up before its first byte, or with the words for too many connections: nothing has happened yet. */
export function wasDropped(stderr: string): boolean {
  const hungUp = /(?:kex|ssh)_exchange_identification: (?:read: |write: )?Connection (?:closed|reset)/;
  const said = otherGreeting(stderr);
  return (
    progressOf(stderr) === 'greeting' &&
    !isProxied(stderr) &&
    hungUp.test(stderr) &&
    (said === undefined || /^Exceeded MaxStartups/.test(said))
  );
}

/** As whom ssh says that it logs in: ssh_config may name the user. What the host could make it print comes later. */
export function loginUser(stderr: string): string | undefined {
  return /^debug1: Authenticating to \S{1,300} as '([^'\r\n]{1,255})'/m.exec(stderr)?.[1];
}

/** The host may put questions in words of its own; ssh before 8.6 does not mark them as the host's. */
export function hostMayAsk(stderr: string): boolean {
  return /^debug1: Next authentication method: (?!publickey)/m.test(stderr);
}

/** The host's own key as it was shown first, before anything the host could make ssh print. */
export function shownKey(stderr: string): { readonly type: string; readonly fingerprint: string } | undefined {
  const [, type, fingerprint] =
    /^debug1: Server host (?:key|certificate): ([a-z0-9@.-]{1,80}) (SHA256:[A-Za-z0-9+/]{43})/m.exec(stderr) ?? [];
  return type === undefined || fingerprint === undefined ? undefined : { type, fingerprint };
}

/** What ssh and the hops on the way say themselves, without the lines that only tell how far it came. */
export function complaints(stderr: string): readonly string[] {
  return stderr
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^debug\d: /.test(line) && !/^@+$/.test(line));
}
