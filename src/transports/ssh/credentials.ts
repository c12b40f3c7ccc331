import { join } from 'node:path';
import type { AnyAuthMethod } from 'ssh2';
import type { Clock } from '../../model/clock.ts';
import { safeLine } from '../../model/safe-text.ts';
import type { Secret } from '../../model/secret.ts';
import type { Ask } from '../login-options.ts';
import type { AlgorithmList } from '../ssh-config/algorithm-lists.ts';
import { type AgentKey, OfferingAgent, offeredKeys, usableKeys } from './agent.ts';
import { type AgentList, listAgent } from './agent-list.ts';
import { acceptsKey } from './algorithms.ts';
import { type PrivateKey, readPrivateKey } from './private-key.ts';
import { publicHalf } from './public-half.ts';

export interface CredentialOptions {
  readonly homeDirectory: string;
  readonly ask: Ask | undefined;
  readonly clock: Clock;
}

/** What is to be tried on one server. */
export interface WantedCredentials {
  /** Whose questions they are, for the operator. */
  readonly name: string;
  /** Absent: the default files that exist. */
  readonly keyFiles?: readonly string[];
  /** Inventory or command line named the files: one that cannot be used is an error. */
  readonly mustUseKeys: boolean;
  /** Beside key files that are named, no other keys of the agent. */
  readonly onlyTheseKeys: boolean;
  /** Which kinds of keys ssh_config accepts (PubkeyAcceptedAlgorithms); absent: all. */
  readonly accepted?: AlgorithmList;
  readonly password: Secret | undefined;
  /** The agent's socket; `undefined`: no agent. */
  readonly agent: string | undefined;
  /** Only these methods, in this order; `undefined`: all. */
  readonly methods: readonly string[] | undefined;
  /** Whether the operator may be asked. */
  readonly mayAsk: boolean;
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
  /** The agent could not be asked. */
  readonly agentFailed: boolean;
  readonly notes: readonly string[];
}

/** The login that credentials are for, as far as the host's questions concern it. */
export interface Login {
  /** Over: what is still asked is withdrawn. */
  readonly signal: AbortSignal;
  /** A question is open: no deadline runs meanwhile. Without an answer the login ends. */
  asking(answer: Promise<Secret | undefined>): Promise<Secret | undefined>;
}

/** Finds the credentials of servers; key files and agents are read once for all. */
export type FindCredentials = (wanted: WantedCredentials, user: string, login: Login) => Promise<Credentials>;

/** Agent, keys from files, other keys of the agent, password, keyboard-interactive: in this order. */
export function credentialFinder(options: CredentialOptions): FindCredentials {
  const { clock } = options;
  const read = new Map<string, Promise<PrivateKey>>();
  const halves = new Map<string, Buffer | undefined>();
  const agents = new Map<string, Promise<AgentList>>();

  async function askAgent(socketPath: string | undefined): Promise<AgentList> {
    if (socketPath === undefined) return { kind: 'entries', entries: [] };
    const asked = agents.get(socketPath) ?? listAgent(socketPath, clock);
    agents.set(socketPath, asked);
    return asked;
  }
  function publicKeyOf(file: string): Buffer | undefined {
    if (!halves.has(file)) halves.set(file, publicHalf(file));
    return halves.get(file);
  }
  function readOnce(file: string, ask: Ask | undefined): Promise<PrivateKey> {
    const known = read.get(file) ?? readPrivateKey(file, ask);
    read.set(file, known);
    return known;
  }

  /** Those of files, and why a file gives none. Keys that the agent signs with need no passphrase. */
  async function fileKeys(wanted: WantedCredentials, user: string, inAgent: readonly AgentKey[], ask: Ask | undefined) {
    const list: Credential[] = [];
    const notes: string[] = [];
    const named = wanted.keyFiles !== undefined;
    for (const file of filesOf(wanted, options.homeDirectory)) {
      const blob = publicKeyOf(file);
      if (blob !== undefined && inAgent.some(({ key }) => key.getPublicSSH().equals(blob))) continue;
      const key = await readOnce(file, ask);
      if (key.kind === 'key' && !acceptsKey(wanted.accepted, key.key.type)) {
        notes.push(`private key ${file}: ssh_config does not accept keys of type ${key.key.type}`);
      } else if (key.kind === 'key') {
        const method: AnyAuthMethod = { type: 'publickey', username: user, key: key.key };
        list.push({ type: 'publickey', name: file, method: () => method });
      } else if (key.kind === 'refused') {
        if (wanted.mustUseKeys) throw key.failure;
        notes.push([key.failure.message, key.failure.help].filter(Boolean).join('; '));
      } else if (named) {
        notes.push(`private key ${file}: there is no such file`);
      }
    }
    return { list, notes };
  }

  return async (wanted, user, login) => {
    const ask = wanted.mayAsk ? options.ask : undefined;
    const { password, agent } = wanted;
    const held = await askAgent(agent);
    const { keys, beyond } = usableKeys(held.kind === 'entries' ? held.entries : []);
    const accepted = keys.filter(({ key }) => acceptsKey(wanted.accepted, key.type));
    const own =
      wanted.keyFiles === undefined && !wanted.onlyTheseKeys
        ? undefined
        : filesOf(wanted, options.homeDirectory).flatMap((file) => publicKeyOf(file) ?? []);
    const most = password === undefined ? Number.POSITIVE_INFINITY : mostBeforePassword;
    const offered = offeredKeys(accepted, own, wanted.onlyTheseKeys, most);
    const files = await fileKeys(wanted, user, [...offered.first, ...offered.later], ask);
    const list = [
      ...agentCredentials(agent, offered.first, user, login.signal),
      ...files.list,
      ...agentCredentials(agent, offered.later, user, login.signal),
    ];
    if (password !== undefined) {
      const method: AnyAuthMethod = { type: 'password', username: user, password: password.reveal() };
      list.push({ type: 'password', name: 'password', method: () => method });
    }
    if (password !== undefined || ask !== undefined) {
      list.push(interactive(user, password, askFor(wanted.name, login, ask)));
    }
    return {
      list: inOrder(list, wanted.methods),
      agentFailed: held.kind === 'failed',
      notes: [
        ...(held.kind === 'failed' ? [held.reason] : []),
        ...(wanted.onlyTheseKeys ? [] : beyond.map((name) => `${name}: only the system's ssh can use it (-c openssh)`)),
        ...files.notes,
      ],
    };
  };
}

/** More keys could use up the host's MaxAuthTries (6 by default) before the password's turn comes. */
const mostBeforePassword = 3;

/** Each key by itself: what was tried is known by name then, and so is what the host left untried. */
function agentCredentials(
  socketPath: string | undefined,
  keys: readonly AgentKey[],
  user: string,
  signal: AbortSignal,
): readonly Credential[] {
  if (socketPath === undefined) return [];
  return keys.map(({ key, name }) => {
    const method: AnyAuthMethod = { type: 'agent', username: user, agent: new OfferingAgent(socketPath, key, signal) };
    return { type: 'publickey', name, method: () => method };
  });
}

/** As `PreferredAuthentications` and its like want it. */
function inOrder(list: readonly Credential[], methods: readonly string[] | undefined): readonly Credential[] {
  return methods === undefined ? list : methods.flatMap((method) => list.filter(({ type }) => type === method));
}

function filesOf({ keyFiles }: WantedCredentials, homeDirectory: string): readonly string[] {
  return (keyFiles ?? defaultKeyFiles).map((file) => expandHome(file, homeDirectory));
}

const defaultKeyFiles = ['~/.ssh/id_ed25519', '~/.ssh/id_ecdsa', '~/.ssh/id_rsa'];

function expandHome(file: string, homeDirectory: string): string {
  return file.startsWith('~/') ? join(homeDirectory, file.slice(2)) : file;
}

/** Longer questions are cut: a host may send what it likes. */
const longestQuestion = 300;
/** So many of one login are put to the operator. */
const mostQuestions = 10;

/** Puts a host's questions to the operator, named as the host's own and without its control characters. */
function askFor(name: string, login: Login, ask: Ask | undefined): Ask | undefined {
  if (ask === undefined) return undefined;
  let asked = 0;
  return async (prompt) => {
    asked += 1;
    const question = `${safeLine(name)} asks: ${safeLine(prompt.slice(0, longestQuestion).trim())} `;
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
