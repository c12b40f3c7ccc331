import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2, { type AnyAuthMethod, type ParsedKey } from 'ssh2';
import type { Clock } from '../../model/clock.ts';
import type { Host } from '../../model/inventory.ts';
import { safeLine } from '../../model/safe-text.ts';
import type { Secret } from '../../model/secret.ts';
import { type AgentKeys, agentKeys, OfferingAgent, offeredKeys } from './agent.ts';
import { type Ask, type PrivateKey, readPrivateKey } from './private-key.ts';

export interface CredentialOptions {
  readonly homeDirectory: string;
  /** Absent: the default files that exist. */
  readonly privateKeyFiles: readonly string[] | undefined;
  readonly password: Secret | undefined;
  /** The agent's socket; `undefined`: no agent. */
  readonly agent: string | undefined;
  readonly ask: Ask | undefined;
  readonly clock: Clock;
}

/** One way to prove who we are, and its name for messages. */
export interface Credential {
  readonly type: 'publickey' | 'password' | 'keyboard-interactive';
  readonly name: string;
  /** `undefined`: pointless, as the host takes passwords and has refused this one. */
  method(passwordRefused: boolean): AnyAuthMethod | undefined;
}

/** What is tried on a host, in order, and what could not be used. */
export interface Credentials {
  readonly list: readonly Credential[];
  readonly notes: readonly string[];
}

/** The login that credentials are for, as far as the host's questions concern it. */
export interface Login {
  /** Over: what is still asked is withdrawn. */
  readonly signal: AbortSignal;
  /** A question is open: no deadline runs meanwhile. Without an answer the login ends. */
  asking(answer: Promise<Secret | undefined>): Promise<Secret | undefined>;
}

/** Finds the credentials of hosts; key files and agent are read once for all. */
export type FindCredentials = (host: Host, user: string, login: Login) => Promise<Credentials>;

/** Agent, keys from files, password, keyboard-interactive: in this order. A named key file that cannot be used is an error. */
export function credentialFinder(options: CredentialOptions): FindCredentials {
  const { ask, clock } = options;
  const read = new Map<string, Promise<PrivateKey>>();
  const beside = new Map<string, Buffer | undefined>();
  let agent: Promise<AgentKeys> | undefined;

  async function askAgent(): Promise<AgentKeys> {
    if (options.agent === undefined) return { kind: 'keys', keys: [] };
    agent ??= agentKeys(options.agent, clock);
    return agent;
  }
  function publicKeyOf(file: string): Buffer | undefined {
    if (!beside.has(file)) beside.set(file, publicKeyBeside(file));
    return beside.get(file);
  }
  function readOnce(file: string): Promise<PrivateKey> {
    const known = read.get(file) ?? readPrivateKey(file, ask);
    read.set(file, known);
    return known;
  }

  return async (host, user, login) => {
    const notes: string[] = [];
    const list: Credential[] = [];
    const named = host.connect.privateKeyFile === undefined ? options.privateKeyFiles : [host.connect.privateKeyFile];
    const files = (named ?? defaultKeyFiles).map((file) => expandHome(file, options.homeDirectory));
    const held = await askAgent();
    if (held.kind === 'failed') notes.push(held.reason);
    const own = named === undefined ? undefined : files.flatMap((file) => publicKeyOf(file) ?? []);
    const offered = held.kind === 'keys' ? offeredKeys(held.keys, own) : [];
    if (options.agent !== undefined && offered.length > 0) {
      list.push({
        type: 'publickey',
        name: `agent (${offered.length} of ${held.kind === 'keys' ? held.keys.length : 0} keys)`,
        method: always({ type: 'agent', username: user, agent: new OfferingAgent(options.agent, offered) }),
      });
    }
    for (const file of files) {
      const blob = publicKeyOf(file);
      // The agent signs with it already: no passphrase need be asked for.
      if (blob !== undefined && offered.some((key) => key.getPublicSSH().equals(blob))) continue;
      const key = await readOnce(file);
      if (key.kind === 'key') {
        list.push({
          type: 'publickey',
          name: file,
          method: always({ type: 'publickey', username: user, key: key.key }),
        });
      } else if (key.kind === 'refused') {
        if (named !== undefined) throw key.failure;
        notes.push([key.failure.message, key.failure.help].filter(Boolean).join('; '));
      } else if (named !== undefined) {
        notes.push(`private key ${file}: there is no such file`);
      }
    }
    const password = host.connect.password ?? options.password;
    if (password !== undefined) {
      list.push({
        type: 'password',
        name: 'password',
        method: always({ type: 'password', username: user, password: password.reveal() }),
      });
    }
    if (password !== undefined || ask !== undefined) list.push(interactive(user, password, askFor(host, login, ask)));
    return { list, notes };
  };
}

const defaultKeyFiles = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'];

function expandHome(file: string, homeDirectory: string): string {
  return file.startsWith('~/') ? join(homeDirectory, file.slice(2)) : file;
}

/** The public key in `FILE.pub`, by which a key is recognised without opening it. */
function publicKeyBeside(file: string): Buffer | undefined {
  try {
    const parsed: ParsedKey | Error = ssh2.utils.parseKey(readFileSync(`${file}.pub`));
    return parsed instanceof Error ? undefined : parsed.getPublicSSH();
  } catch {
    return undefined;
  }
}

function always(method: AnyAuthMethod): () => AnyAuthMethod {
  return () => method;
}

/** Longer questions are cut: a host may send what it likes. */
const longestQuestion = 300;
/** So many of one login are put to the operator. */
const mostQuestions = 10;

/** Puts a host's questions to the operator, named as the host's own and without its control characters. */
function askFor(host: Host, login: Login, ask: Ask | undefined): Ask | undefined {
  if (ask === undefined) return undefined;
  let asked = 0;
  return async (prompt) => {
    asked += 1;
    const question = `${safeLine(host.name)} asks: ${safeLine(prompt.slice(0, longestQuestion).trim())} `;
    const answer = asked > mostQuestions ? Promise.resolve(undefined) : ask(question, login.signal);
    return login.asking(answer);
  };
}

/**
 * Answers a single hidden question with the password, once, and never after the host refused it as a password: each
 * wrong try counts towards a lock. Everything else is for the operator; what the operator leaves open is not answered.
 */
function interactive(user: string, password: Secret | undefined, ask: Ask | undefined): Credential {
  return {
    type: 'keyboard-interactive',
    name: 'keyboard-interactive',
    method(passwordRefused) {
      let unused = passwordRefused ? undefined : password;
      if (unused === undefined && ask === undefined) return undefined;
      const answerOne = async (prompt: string, mayBePassword: boolean): Promise<string | undefined> => {
        if (mayBePassword && unused !== undefined) {
          const answer = unused.reveal();
          unused = undefined;
          return answer;
        }
        return ask === undefined ? '' : (await ask(prompt))?.reveal();
      };
      return {
        type: 'keyboard-interactive',
        username: user,
        prompt(_name, _instructions, _language, prompts, finish) {
          const answerAll = async (): Promise<void> => {
            const answers: string[] = [];
            for (const { prompt, echo } of prompts) {
              const answer = await answerOne(prompt, echo === false && prompts.length === 1);
              if (answer === undefined) return;
              answers.push(answer);
            }
            finish(answers);
          };
          answerAll().catch(() => finish([]));
        },
      };
    },
  };
}
