import { labelReader } from '../../shell/label.ts';

/** How far a master has come, by its own lines of level `DEBUG1`. */
export type Progress = 'start' | 'dial' | 'greeting' | 'handshake' | 'login' | 'in';

const marks: readonly (readonly [Progress, RegExp])[] = [
  ['dial', /^debug1: (?:Connecting to |Executing proxy (?:dialer )?command)/m],
  ['greeting', /^debug1: (?:Connection established|Executing proxy (?:dialer )?command)/m],
  ['handshake', /^debug1: Remote protocol version (?:2\.0|1\.99),/m],
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

/** The first line of a server that greets with something else than SSH 2; ssh reads on for a while. */
export function otherGreeting(stderr: string): string | undefined {
  const [, version, software] =
    /^debug1: Remote protocol version (?!2\.0,|1\.99,)([\d.]+), remote software version ([^\r\n]*)/m.exec(stderr) ?? [];
  if (version !== undefined) return `SSH-${version}-${software}`;
  return /^debug1: (?:kex|ssh)_exchange_identification: banner line 0: ([^\r\n]*)/m.exec(stderr)?.[1];
}

/** The machines of a `ProxyJump`, as it names them, the first hop first; a proxy command names none. */
export function hopsOf(stderr: string): readonly string[] {
  const [, first, last] =
    /^debug1: Setting implicit ProxyCommand from ProxyJump: \S+ (?:.*? ?-J (\S+) )?.*-W '?\[%h\]:%p'? (\S+)\r?$/m.exec(
      stderr,
    ) ?? [];
  return [...(first?.split(',') ?? []), ...(last === undefined ? [] : [last])];
}

/** After the handshake ssh first asks its agent for keys; it has not come further. */
export function waitsForAgent(stderr: string): boolean {
  const [, since] = /^debug1: SSH2_MSG_NEWKEYS received([\s\S]*)/m.exec(stderr) ?? [];
  return since !== undefined && !/^debug1: (?!rekey )/m.test(since);
}

const hungUp = /^(?:kex|ssh)_exchange_identification: (?:read: |write: )?Connection (?:closed|reset)/;

/** The server hung up before its first byte, or with the words for too many connections: nothing has happened yet. */
export function wasDropped(stderr: string): boolean {
  const said = otherGreeting(stderr);
  return (
    progressOf(stderr) === 'greeting' &&
    !isProxied(stderr) &&
    complaints(stderr).some((line) => hungUp.test(line)) &&
    (said === undefined || /^Exceeded MaxStartups/.test(said))
  );
}

/**
 * The same on the way through other machines, and who did it: an address, or `undefined` for the host itself behind a
 * ProxyJump that stood. Each ssh on the way then says two lines and nothing else; a proxy command that ended without
 * such lines of its own may have done anything.
 */
export function wasDroppedOnTheWay(stderr: string): { readonly by: string | undefined } | undefined {
  if (progressOf(stderr) !== 'greeting' || !isProxied(stderr) || otherGreeting(stderr) !== undefined) return undefined;
  const said = complaints(stderr).filter((line) => !/^Warning: Permanently added /.test(line));
  const enders = said.map((line) => /^Connection (?:closed|reset) by (\S+) port \d+$/.exec(line)?.[1]);
  const inPairs = said.every((line, at) => (at % 2 === 0 ? hungUp.test(line) : enders[at] !== undefined));
  if (said.length === 0 || !inPairs) return undefined;
  const by = enders.find((address) => address !== undefined && address !== 'UNKNOWN');
  const jumps = /^debug1: Setting implicit ProxyCommand from ProxyJump/m.test(stderr);
  return by !== undefined || jumps ? { by } : undefined;
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

const noise = /^(?:debug\d: |@+$|Transferred: sent |Bytes per second: sent )/;

/** What ssh and the hops on the way say themselves, without the lines that only tell how far it came. */
export function complaints(stderr: string): readonly string[] {
  return stderr
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !noise.test(line));
}
