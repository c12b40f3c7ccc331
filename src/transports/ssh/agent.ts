import { addAbortSignal } from 'node:stream';
import ssh2, { BaseAgent, createAgent, type GetStreamCallback, type ParsedKey } from 'ssh2';
import { safeLine } from '../../model/safe-text.ts';
import { type AgentEntry, onlyOpenssh } from './agent-list.ts';
import { fingerprint } from './fingerprint.ts';

type SignCallback = (error?: Error | null, signature?: Buffer) => void;

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

/** A key of an agent that ssh2 can offer. */
export interface AgentKey {
  readonly key: ParsedKey;
  /** For messages. */
  readonly name: string;
}

/** Which of an agent's keys are offered, and when. */
export interface OfferedKeys {
  /** Those of key files that are wanted; before any file. */
  readonly first: readonly AgentKey[];
  /** Others; after the files. */
  readonly later: readonly AgentKey[];
}

/**
 * As `ssh` does it: all, until the host has enough (MaxAuthTries). `wanted`: the public keys of key files that somebody
 * named; then only these, or these before others. Nobody named any: all are alike. `most`: where something else is to be
 * tried after them.
 */
export function offeredKeys(
  keys: readonly AgentKey[],
  wanted: readonly Buffer[] | undefined,
  onlyWanted: boolean,
  most: number,
): OfferedKeys {
  if (wanted === undefined) return { first: keys.slice(0, most), later: [] };
  const isWanted = ({ key }: AgentKey): boolean => wanted.some((blob) => key.getPublicSSH().equals(blob));
  const others = onlyWanted ? [] : keys.filter((key) => !isWanted(key));
  return { first: keys.filter(isWanted).slice(0, most), later: others.slice(0, Math.max(0, most - wanted.length)) };
}

/** Of what an agent lists, the keys that ssh2 can offer, and the names of those that only the system's ssh can. */
export function usableKeys(entries: readonly AgentEntry[]): {
  readonly keys: readonly AgentKey[];
  readonly beyond: readonly string[];
} {
  const keys: AgentKey[] = [];
  const beyond: string[] = [];
  for (const entry of entries) {
    const name = nameOf(entry);
    const key: ParsedKey | Error = ssh2.utils.parseKey(entry.blob);
    if (key instanceof Error || onlyOpenssh(entry.type) !== undefined) beyond.push(name);
    else keys.push({ key, name });
  }
  return { keys, beyond };
}

/** As `ssh-add -l` shows it; several keys of one person often have the same comment. */
function nameOf({ blob, comment }: AgentEntry): string {
  const shown = fingerprint(blob).slice(0, 17);
  return `agent key ${comment === '' ? '' : `${safeLine(comment.slice(0, 60))} `}(${shown}…)`;
}

/** An agent that shows only the given key and lets the real one sign. */
export class OfferingAgent extends BaseAgent<ParsedKey> {
  readonly #socketPath: string;
  readonly #key: ParsedKey;
  readonly #signal: AbortSignal;

  /** `signal`: the login is over, and with it the wait for a signature. */
  constructor(socketPath: string, key: ParsedKey, signal: AbortSignal) {
    super();
    this.#socketPath = socketPath;
    this.#key = key;
    this.#signal = signal;
  }

  override getIdentities(callback: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
    callback(undefined, [this.#key]);
  }

  override sign(key: ParsedKey, data: Buffer, options: object | SignCallback, callback?: SignCallback): void {
    const done = typeof options === 'function' ? options : callback;
    const agent = agentAt(this.#socketPath, this.#signal);
    agent.sign(key, data, typeof options === 'function' ? {} : options, (error, signature) => done?.(error, signature));
  }
}
