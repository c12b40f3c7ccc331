import { assertNever } from '../../model/assert-never.ts';
import { formatDuration } from '../../model/duration.ts';
import { type FailurePhase, HostFailure } from '../../model/host-failure.ts';
import { safeLine } from '../../model/safe-text.ts';
import { complaints, isProxied, loginUser, otherGreeting, progressOf, shownKey } from './master-progress.ts';

/** What a master was to reach. */
export interface Wanted {
  readonly address: string;
  readonly port: number | undefined;
  /** As asked for; ssh itself says who it became. */
  readonly user: string;
}

/**
 * Why a master did not come to stand, after its stderr under `LC_ALL=C`. `waitedMs`: it had not ended by itself by then.
 * How far it came decides the phase; its words only what is said, since a host can write words too.
 */
export function masterFailure(stderr: string, wanted: Wanted, waitedMs?: number): HostFailure {
  const said = complaints(stderr);
  const config = said.find((line) => configWords.test(line));
  const progress = progressOf(stderr);
  const { address, port } = wanted;
  const at = `${address}${port === undefined ? '' : ` port ${port}`}`;
  const late = waitedMs === undefined ? undefined : `no answer within ${formatDuration(waitedMs)}`;

  switch (progress) {
    case 'start': {
      if (config !== undefined) {
        return failure('config', `ssh cannot read its configuration: ${config}`, 'ssh -G shows what is wrong with it');
      }
      const unresolved = said.find((line) => /Could not resolve hostname/.test(line));
      if (unresolved !== undefined) {
        const why = /not known|No address/.test(unresolved) ? 'there is no such name' : wordsAfterColon(unresolved);
        return failure('dns', `cannot resolve ${address}: ${why}`);
      }
      return failure(late === undefined ? 'config' : 'dns', `ssh did not begin: ${late ?? lastOf(said)}`);
    }
    case 'dial':
      return failure('tcp', `${at}: ${late ?? dialWords(lastOf(said))}`);
    case 'greeting':
      if (isProxied(stderr)) return onTheWay(said, address, late);
      return noGreeting(stderr, late ?? lastOf(said));
    case 'handshake': {
      const key = hostKeyFailure(said, stderr, wanted);
      return key ?? failure('kex', `the SSH handshake failed: ${late ?? lastOf(said)}`);
    }
    case 'login':
      return loginFailure(said, stderr, wanted, late);
    case 'in':
      return failure('protocol', `ssh logged in but shares no connection: ${late ?? lastOf(said)}`);
    default:
      return assertNever(progress);
  }
}

const configWords =
  /[Bb]ad configuration option|bad configuration|Bad owner or permissions|[Mm]issing argument|[Uu]nsupported option|extra arguments at end|garbage at end|Can't open user config|[Bb]ad (?:yes\/no|value|number|SSH2)|\.?[Uu]nknown (?:key|cipher) type/;

function noGreeting(stderr: string, why: string): HostFailure {
  const line = otherGreeting(stderr);
  if (line === undefined) return failure('banner', `the port is open but no SSH server greeted: ${why}`);
  const words = JSON.stringify(safeLine(line.slice(0, 80)));
  return failure('banner', `what answers there is not an SSH 2 server: it says ${words}`);
}

/** What a hop or the operator's proxy command said. The last line is our own ssh's, which only sees that it has ended. */
function onTheWay(said: readonly string[], address: string, late: string | undefined): HostFailure {
  const own = said.filter(
    (line) =>
      !/^(?:kex_exchange_identification|ssh_exchange_identification|Connection closed by UNKNOWN|banner exchange)/.test(
        line,
      ),
  );
  const why =
    late ??
    lastOf(
      own.filter((line) => !/^(?:Connection closed by|stdio forwarding failed)/.test(line)),
      own,
    );
  const help = /Host key verification failed/.test(why)
    ? (own.find((line) => /host key is known|IDENTIFICATION HAS CHANGED|has changed/.test(line)) ?? undefined)
    : undefined;
  return failure('jump', `the way to ${address} failed: ${why}`, help);
}

function hostKeyFailure(said: readonly string[], stderr: string, { address, port }: Wanted): HostFailure | undefined {
  const shown = shownKey(stderr);
  const key = shown === undefined ? 'a key' : `${shown.type} ${shown.fingerprint}`;
  const text = said.join('\n');
  const scan = `ssh-keyscan ${port === undefined || port === 22 ? '' : `-p ${port} `}${address}`;
  if (/REVOKED HOST KEY/.test(text)) {
    return failure(
      'host_key',
      `the host shows a revoked key: ${key}`,
      'do not connect: someone may have the stolen key',
    );
  }
  if (/HOST IDENTIFICATION HAS CHANGED/.test(text)) {
    const known = /Offending .* key in (.*)/.exec(text)?.[1];
    return failure(
      'host_key',
      `the host key has changed: it shows ${key}${known === undefined ? '' : `, another is known (${known})`}`,
      'someone may be listening in. If the host was reinstalled, take its old key out of known_hosts: ssh-keygen -R',
    );
  }
  if (/host key is known for .* requested strict/.test(text)) {
    return failure(
      'host_key',
      `the host key is not known: ${key}`,
      `compare it with the host's console, then: ${scan} >> ~/.ssh/known_hosts`,
    );
  }
  if (/Host key verification failed|[Cc]ertificate invalid/.test(text)) {
    const why = said.find((line) => /ertificate/.test(line));
    return failure('host_key', `the host key is refused: ${key}${why === undefined ? '' : `: ${why}`}`);
  }
  return undefined;
}

function loginFailure(said: readonly string[], stderr: string, wanted: Wanted, late: string | undefined): HostFailure {
  const user = loginUser(stderr) ?? wanted.user;
  const denied = said.findLast((line) => /Permission denied \(/.test(line));
  const takes = /Permission denied \(([a-z0-9,@.-]{1,200})\)/
    .exec(denied ?? '')?.[1]
    ?.split(',')
    .join(', ');
  const tried = [
    ...new Set([...stderr.matchAll(/^debug1: Next authentication method: ([a-z-]{1,40})/gm)].map(([, name]) => name)),
  ];
  const notes = said.filter((line) =>
    /^(?:Load key|no such identity|Warning: Identity file|Permissions 0|sign_and_send_pubkey|Received disconnect|.*UNPROTECTED)/.test(
      line,
    ),
  );
  const why = denied === undefined ? (late ?? lastOf(said)) : 'the host refuses to let this user in';
  const offered = tried.length === 0 ? 'nothing could be tried' : `tried ${tried.join(', ')}`;
  return failure(
    'auth',
    `${user}: ${why}; ${offered}${takes === undefined ? '' : `; the host takes ${takes}`}`,
    notes.length === 0 ? undefined : notes.slice(0, 4).join('; '),
  );
}

/** Why a connection that stood broke, after the last words of its master. */
export function lostFailure(stderr: string): HostFailure {
  const said = complaints(stderr).at(-1);
  const why = said === undefined ? 'its ssh ended' : safeLine(said.slice(0, 200));
  return new HostFailure('lost', `the connection broke: ${why}`);
}

function dialWords(line: string): string {
  if (/Connection refused/.test(line)) return 'connection refused';
  if (/timed out/i.test(line)) return 'no answer';
  if (/No route to host|Network is unreachable/.test(line)) return 'no route';
  return wordsAfterColon(line);
}

function wordsAfterColon(line: string): string {
  return line.slice(line.lastIndexOf(': ') + 1).trim();
}

function lastOf(said: readonly string[], otherwise: readonly string[] = []): string {
  return said.at(-1) ?? otherwise.at(-1) ?? 'it ended without a word';
}

function failure(phase: FailurePhase, message: string, help?: string): HostFailure {
  const clean = (text: string): string => safeLine(text.slice(0, 600));
  return new HostFailure(phase, clean(message), help === undefined ? undefined : clean(help));
}
