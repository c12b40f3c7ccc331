import { connect } from 'node:net';
import type { Clock } from '../../model/clock.ts';
import { within } from '../clock.ts';
import { keyType } from './fingerprint.ts';
import { readStrings } from './ssh-strings.ts';

/** A key that an agent holds, of whatever kind. */
export interface AgentEntry {
  /** `ssh-ed25519`, `ssh-ed25519-cert-v01@openssh.com`, … */
  readonly type: string;
  /** The public half. */
  readonly blob: Buffer;
  readonly comment: string;
}

/** All that an agent holds, or why it could not be asked. */
export type AgentList =
  | { readonly kind: 'entries'; readonly entries: readonly AgentEntry[] }
  | { readonly kind: 'failed'; readonly reason: string };

const answerWithinMs = 5000;
/** Of OpenSSH's own agent no message is longer. */
const mostBytes = 256 * 1024;
/** draft-ietf-sshm-ssh-agent 5.1. */
const requestIdentities = 11;
const identitiesAnswer = 12;

/**
 * Asks the agent at a socket what it holds; a silent one is given up after 5 s. Unlike ssh2's own client it leaves no
 * socket open behind it, and drops no kind of key.
 */
export async function listAgent(socketPath: string, clock: Clock): Promise<AgentList> {
  const failed = (why: string): AgentList => ({ kind: 'failed', reason: `the agent at ${socketPath} ${why}` });
  const socket = connect(socketPath);
  const answer = new Promise<AgentList>((resolve) => {
    let heard = Buffer.alloc(0);
    socket.on('error', (error) => resolve(failed(`cannot be asked: ${error.message}`)));
    socket.on('close', () => resolve(failed('cannot be asked: it hung up')));
    socket.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      if (heard.length < 4) return;
      const length = heard.readUInt32BE(0);
      if (length > mostBytes) resolve(failed('gives no answer that could be read'));
      else if (heard.length >= 4 + length)
        resolve(entriesOf(heard.subarray(4, 4 + length)) ?? failed('refuses to list its keys'));
    });
    socket.write(Buffer.from([0, 0, 0, 1, requestIdentities]));
  });
  try {
    return await within(clock, answerWithinMs, answer, () => failed('gives no answer'));
  } finally {
    socket.destroy();
  }
}

/** What only the system's ssh can prove itself by; `undefined`: it is not of that kind. */
export function onlyOpenssh(type: string): string | undefined {
  if (type.endsWith('-cert-v01@openssh.com')) return 'a user certificate';
  return type.startsWith('sk-') ? 'a security key' : undefined;
}

function entriesOf(message: Buffer): AgentList | undefined {
  if (message[0] !== identitiesAnswer || message.length < 5) return undefined;
  const strings = readStrings(message, 5, message.readUInt32BE(1) * 2);
  if (strings === undefined) return undefined;
  const entries = strings.flatMap((blob, at) => {
    const type = at % 2 === 0 ? keyType(blob) : undefined;
    return type === undefined ? [] : [{ type, blob, comment: strings[at + 1]?.toString('utf8') ?? '' }];
  });
  return { kind: 'entries', entries };
}
