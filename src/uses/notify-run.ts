// Tells somebody how a run ended. Whatever becomes of that, the run is what it is.

import type { Event, EventSink } from '../model/event.ts';
import type { Verdict } from '../model/result.ts';

/** Hears a run's events, and tells of its end. */
export interface Notifier {
  readonly sink: EventSink;
  /** Tells every target; gives what went wrong, in words that show no address whole. */
  send(): Promise<readonly string[]>;
}

/** What is told: the run's last event, with its runbook and every host's verdict. */
export type Notification = Extract<Event, { readonly type: 'run.finished' }> & {
  readonly runbook?: { readonly id: string; readonly title: string };
  readonly hosts: { readonly [name: string]: Verdict };
};

const timeoutMs = 10_000;

/** Each target is a URL (http, https), which gets the JSON by POST, or a program with arguments, which gets it on stdin. */
export function createNotifier(targets: readonly (string | readonly string[])[]): Notifier {
  let finished: Extract<Event, { readonly type: 'run.finished' }> | undefined;
  let runbook: Notification['runbook'];
  const hosts = new Map<string, Verdict>();
  return {
    sink(event) {
      if (event.type === 'run.started') runbook = { id: event.runbook.id, title: event.runbook.title };
      else if (event.type === 'host.finished') hosts.set(event.outcome.host, event.outcome.verdict);
      else if (event.type === 'run.finished') finished = event;
    },
    async send() {
      if (finished === undefined) return [];
      const told: Notification = { ...finished, ...(runbook ? { runbook } : {}), hosts: Object.fromEntries(hosts) };
      const body = `${JSON.stringify(told)}\n`;
      const ends = await Promise.all(
        targets.map((target) => (typeof target === 'string' ? post(target, body) : pipe(target, body))),
      );
      return ends.flatMap((problem) => problem ?? []);
    },
  };
}

/** A path or a query may hold a token: only the host is named. */
async function post(url: string, body: string): Promise<string | undefined> {
  const who = URL.canParse(url) ? new URL(url).host : 'this URL';
  try {
    const { address, authorization } = credentialsApart(url);
    const headers = { 'content-type': 'application/json', ...authorization };
    const signal = AbortSignal.timeout(timeoutMs);
    // What another address would make of it is not ours to send.
    const answer = await fetch(address, { method: 'POST', body, headers, signal, redirect: 'manual' });
    await answer.body?.cancel();
    if (answer.ok) return undefined;
    const elsewhere = answer.headers.has('location') ? ', which points elsewhere; name that URL itself' : '';
    return `${who} answered ${answer.status}${elsewhere}`;
  } catch (error) {
    return `${who} could not be told (${reasonOf(error)})`;
  }
}

/** `fetch` refuses an address with a user and a password in it (RFC 7617 says how they are sent). */
function credentialsApart(url: string): { readonly address: URL; readonly authorization?: { authorization: string } } {
  const address = new URL(url);
  const { username, password } = address;
  if (username === '' && password === '') return { address };
  address.username = '';
  address.password = '';
  const pair = `${percentDecoded(username)}:${percentDecoded(password)}`;
  return { address, authorization: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

/** A `%` that begins nothing is itself. */
function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

async function pipe([program = '', ...args]: readonly string[], body: string): Promise<string | undefined> {
  const { execFile } = await import('node:child_process');
  return new Promise((done) => {
    const child = execFile(program, args, { timeout: timeoutMs, killSignal: 'SIGKILL' }, (error) =>
      done(error === null ? undefined : `${program} failed (${reasonOf(error)})`),
    );
    // It may end without having read.
    child.stdin?.on('error', () => {});
    child.stdin?.end(body);
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const { code = undefined, killed = false } = { ...error, ...(error.cause instanceof Error ? error.cause : {}) } as {
    readonly code?: unknown;
    readonly killed?: boolean;
  };
  if (error.name === 'TimeoutError' || killed) return `no end within ${timeoutMs / 1000} s`;
  if (typeof code === 'number') return `exit code ${code}`;
  return typeof code === 'string' ? code : 'no answer';
}
