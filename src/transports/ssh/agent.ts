import { addAbortSignal } from 'node:stream';
import ssh2, { BaseAgent, createAgent, type GetStreamCallback, type ParsedKey } from 'ssh2';
import type { Clock } from '../../model/clock.ts';
import { over, within } from '../clock.ts';

type SignCallback = (error?: Error | null, signature?: Buffer) => void;

/** More would use up a server's MaxAuthTries (6 by default) before the right key's turn comes. */
const maxAgentKeys = 3;

/** The keys an agent holds, or why it could not be asked. */
export type AgentKeys =
  | { readonly kind: 'keys'; readonly keys: readonly ParsedKey[] }
  | { readonly kind: 'failed'; readonly reason: string };

/** Asks the agent at a socket for its keys; a silent one is given up after 5 s. */
export async function agentKeys(socketPath: string, clock: Clock): Promise<AgentKeys> {
  const givenUp = new AbortController();
  const asked = new Promise<AgentKeys>((resolve) => {
    agentAt(socketPath, givenUp.signal).getIdentities((error, keys) =>
      resolve(
        error || keys === undefined
          ? { kind: 'failed', reason: `the agent at ${socketPath} cannot be asked: ${error?.message ?? 'no keys'}` }
          : { kind: 'keys', keys: keys.flatMap(parsed) },
      ),
    );
  });
  return within(clock, 5000, asked, () => {
    givenUp.abort(over);
    return { kind: 'failed', reason: `the agent at ${socketPath} gives no answer` };
  });
}

/** ssh2 waits for an agent without end, and its open socket holds the process: `signal` closes it. */
function agentAt(socketPath: string, signal: AbortSignal): BaseAgent {
  const agent = createAgent(socketPath);
  const connect = agent.getStream?.bind(agent);
  if (connect === undefined) return agent;
  return Object.assign(agent, {
    getStream(use: GetStreamCallback) {
      connect((error, stream) => {
        use(error, stream);
        if (stream !== undefined) addAbortSignal(signal, stream);
      });
    },
  });
}

/** Which of an agent's keys are offered, and when. */
export interface OfferedKeys {
  /** Those of key files that are wanted; before any file. */
  readonly first: readonly ParsedKey[];
  /** Others; after the files. */
  readonly later: readonly ParsedKey[];
}

/**
 * Three at most. `wanted`: the public keys of key files that somebody named; then only these, or these before others.
 * Nobody named any: all are alike.
 */
export function offeredKeys(
  keys: readonly ParsedKey[],
  wanted: readonly Buffer[] | undefined,
  onlyWanted: boolean,
): OfferedKeys {
  if (wanted === undefined) return { first: keys.slice(0, maxAgentKeys), later: [] };
  const isWanted = (key: ParsedKey): boolean => wanted.some((blob) => key.getPublicSSH().equals(blob));
  const first = keys.filter(isWanted).slice(0, maxAgentKeys);
  const others = onlyWanted ? [] : keys.filter((key) => !isWanted(key));
  return { first, later: others.slice(0, Math.max(0, maxAgentKeys - wanted.length)) };
}

/** Of what an agent lists, the keys that can be used. */
function parsed(entry: unknown): readonly ParsedKey[] {
  const key = ssh2.utils.parseKey(entry as ParsedKey);
  return key instanceof Error ? [] : [key];
}

/** An agent that shows only the given keys and lets the real one sign. */
export class OfferingAgent extends BaseAgent<ParsedKey> {
  readonly #socketPath: string;
  readonly #keys: readonly ParsedKey[];
  readonly #signal: AbortSignal;

  /** `signal`: the login is over, and with it the wait for a signature. */
  constructor(socketPath: string, keys: readonly ParsedKey[], signal: AbortSignal) {
    super();
    this.#socketPath = socketPath;
    this.#keys = keys;
    this.#signal = signal;
  }

  override getIdentities(callback: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
    callback(undefined, [...this.#keys]);
  }

  override sign(key: ParsedKey, data: Buffer, options: object | SignCallback, callback?: SignCallback): void {
    const done = typeof options === 'function' ? options : callback;
    const agent = agentAt(this.#socketPath, this.#signal);
    agent.sign(key, data, typeof options === 'function' ? {} : options, (error, signature) => done?.(error, signature));
  }
}
