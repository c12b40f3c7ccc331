import { assertNever } from '../../model/assert-never.ts';
import { safeLine } from '../../model/safe-text.ts';
import type { Secret } from '../../model/secret.ts';
import type { Ask } from '../login-options.ts';
import type { AnswerAskpass } from './askpass.ts';
import { type QuestionKind, questionKind } from './questions.ts';

/** One login, as far as its questions are concerned. */
export interface Login {
  /** The host's name, for the operator. */
  readonly host: string;
  readonly password: Secret | undefined;
  /** The process of its master, once there is one: only it may have the password, no hop on the way. */
  readonly pid: () => number | undefined;
  /** From now on questions may be the host's, however they sound. */
  readonly hostMayAsk: () => boolean;
  /** No deadline runs while this is open. */
  waiting<T>(answer: Promise<T>): Promise<T>;
  /** The host has refused the password: another try would count towards a lock. */
  refused(): void;
}

/** Answers the questions of all logins of a run. */
export interface LoginDesk {
  readonly answer: AnswerAskpass;
  /** Questions of this master are this login's, until the returned function is called. */
  admit(name: string, login: Login): () => void;
}

/** Longer questions are cut: a host may send what it likes. */
const longestQuestion = 300;
/** So many of one login are put to the operator. */
const mostQuestions = 10;

interface Entry {
  readonly login: Login;
  passwordGiven: boolean;
  asked: number;
}

/** `ask`: the operator; absent: nobody is there. */
export function loginDesk(ask: Ask | undefined, onWarning: (message: string) => void): LoginDesk {
  const logins = new Map<string, Entry>();
  /** Passphrases and PINs open the operator's keys: asked for once, for all hosts. */
  const keySecrets = new Map<string, Promise<Secret | undefined>>();

  function ofKey(prompt: string): Promise<Secret | undefined> {
    const known = keySecrets.get(prompt) ?? ask?.(`${safeLine(prompt.slice(0, longestQuestion).trim())} `) ?? nothing();
    keySecrets.set(prompt, known);
    return known;
  }

  function fromOperator(entry: Entry, prompt: string, signal: AbortSignal): Promise<Secret | undefined> {
    entry.asked += 1;
    if (ask === undefined || entry.asked > mostQuestions) return nothing();
    const question = safeLine(prompt.slice(0, longestQuestion).trim());
    return entry.login.waiting(ask(`${safeLine(entry.login.host)} asks: ${question} `, signal));
  }

  function forPassword(entry: Entry, prompt: string, asker: number, signal: AbortSignal): Promise<Secret | undefined> {
    const { login } = entry;
    if (asker !== login.pid() || login.password === undefined) return fromOperator(entry, prompt, signal);
    if (entry.passwordGiven) {
      login.refused();
      return nothing();
    }
    entry.passwordGiven = true;
    return Promise.resolve(login.password);
  }

  return {
    async answer({ login: name, asker, prompt, hint }, signal) {
      const entry = logins.get(name);
      if (entry === undefined) return undefined;
      const kind = kindOf(entry.login, asker, prompt, hint);
      switch (kind) {
        case 'password':
          return forPassword(entry, prompt, asker, signal);
        case 'key_secret':
          return entry.login.waiting(ofKey(prompt));
        case 'consent':
          return undefined;
        case 'notice':
          onWarning(`${entry.login.host}: ${prompt.slice(0, longestQuestion).trim()}`);
          // ssh ends the program that shows it.
          return entry.login.waiting(aborted(signal));
        case 'other':
          return fromOperator(entry, prompt, signal);
        default:
          return assertNever(kind);
      }
    },
    admit(name, login) {
      logins.set(name, { login, passwordGiven: false, asked: 0 });
      return () => logins.delete(name);
    },
  };
}

/** What sounds like the question for a key's passphrase opens that key: nobody but our own ssh may have the answer. */
function kindOf(login: Login, asker: number, prompt: string, hint: string): QuestionKind {
  const kind = questionKind(prompt, hint);
  return kind === 'key_secret' && (asker !== login.pid() || login.hostMayAsk()) ? 'other' : kind;
}

function nothing(): Promise<undefined> {
  return Promise.resolve(undefined);
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    else signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
