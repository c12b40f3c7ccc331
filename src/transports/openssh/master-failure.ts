import { assertNever } from '../../model/assert-never.ts';
import { formatDuration } from '../../model/duration.ts';
import { HostFailure } from '../../model/host-failure.ts';
import { safeLine } from '../../model/safe-text.ts';
import { otherGreeter } from '../ssh/handshake-failure.ts';
import { quoteIfNeeded } from '../ssh/host-keys.ts';
import { hostKeyFailure } from './host-key-failure.ts';
import {
  complaints,
  isProxied,
  loginUser,
  otherGreeting,
  progressOf,
  shownKey,
  waitsForAgent,
  wasDropped,
  wasDroppedOnTheWay,
} from './master-progress.ts';
import { wayFailure, wayTo } from './way-failure.ts';
import { failure, lastOf, wordsAfterColon } from './words.ts';

/** What a master was to reach. */
export interface Wanted {
  readonly address: string;
  readonly port: number | undefined;
  /** As asked for; ssh itself says who it became. */
  readonly user: string;
  /** Instead of those that ssh_config names. */
  readonly knownHostsFiles?: readonly string[] | undefined;
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
      if (isProxied(stderr) && otherGreeting(stderr) === undefined) return wayFailure(stderr, wanted, late);
      return noGreeting(stderr, late ?? lastOf(said));
    case 'handshake': {
      const key = hostKeyFailure(said, shownKey(stderr), typed(wanted));
      const why = late ?? lastOf(said);
      return key ?? failure('kex', `the SSH handshake failed: ${why}`, widening(why));
    }
    case 'login':
      return loginFailure(said, stderr, wanted, late);
    case 'in':
      return failure('protocol', `ssh logged in but shares no connection: ${late ?? lastOf(said)}`);
    default:
      return assertNever(progress);
  }
}

/**
 * How it ends if the host, or one on the way to it, goes on hanging up before its first byte. `undefined`: that is not what
 * happened, and another attempt may be one too many.
 */
export function droppedFailure(stderr: string, { address }: Wanted): HostFailure | undefined {
  const words = 'keeps hanging up before its SSH server greets';
  const help = 'it may have too many connections at once (MaxStartups)';
  if (wasDropped(stderr)) return failure('banner', `the host ${words}`, help);
  const onTheWay = wasDroppedOnTheWay(stderr);
  if (onTheWay === undefined) return undefined;
  if (onTheWay.by === undefined) return failure('banner', `the host ${words}`, help);
  return failure('jump', `${wayTo(stderr, address)} failed: ${onTheWay.by} ${words}`, help);
}

/** Which option allows an old host what it has. Which algorithm that is, is not for the host's own words to propose. */
function widening(why: string): string | undefined {
  const options = {
    'host key type': 'HostKeyAlgorithms',
    'key exchange method': 'KexAlgorithms',
    cipher: 'Ciphers',
    MAC: 'MACs',
  };
  const [, option] = Object.entries(options).find(([what]) => why.includes(`no matching ${what} found`)) ?? [];
  return option === undefined ? undefined : `for an old host ssh_config may have to allow what it has: ${option} +NAME`;
}

const configWords =
  /[Bb]ad configuration option|bad configuration|Bad owner or permissions|[Mm]issing argument|[Uu]nsupported option|extra arguments at end|garbage at end|Can't open user config|[Bb]ad (?:yes\/no|value|number|SSH2)|\.?[Uu]nknown (?:key|cipher) type/;

function noGreeting(stderr: string, why: string): HostFailure {
  const line = otherGreeting(stderr);
  return line === undefined
    ? failure('banner', `the port is open but no SSH server greeted: ${why}`)
    : otherGreeter(line);
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
  if (late !== undefined && waitsForAgent(stderr)) {
    return failure('agent', `${user}: ssh waits for its agent: ${late}`, 'see whether it answers: ssh-add -l');
  }
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

/** As somebody would log in there once by hand. */
function typed({ address, port, knownHostsFiles: [file] = [] }: Wanted): string {
  const own = file === undefined ? '' : `-o ${quoteIfNeeded(`UserKnownHostsFile=${file}`)} `;
  return `ssh ${own}${port === undefined || port === 22 ? '' : `-p ${port} `}${quoteIfNeeded(address)}`;
}
