import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import type { Secret } from '../../model/secret.ts';
import { quote } from '../../shell/quote.ts';

/** What one ssh asks, as its askpass program passes it on. */
export interface AskpassRequest {
  /** Which login: the name of its master. */
  readonly login: string;
  /** The process that asks; a hop on the way is another one than the master. */
  readonly asker: number;
  readonly prompt: string;
  /** `SSH_ASKPASS_PROMPT`: `confirm` wants yes or no, `none` only tells something. */
  readonly hint: string;
}

/** Gives the answer to a question; `undefined`: none. `signal` aborts when nobody waits for it any more. */
export type AnswerAskpass = (request: AskpassRequest, signal: AbortSignal) => Promise<Secret | undefined>;

/** By this variable an askpass program knows which login it asks for. No secret is ever in the environment. */
export const loginVariable = 'MENDGATE_LOGIN';

/** Asks over the socket beside it, and writes the answer where ssh reads it. */
const program = `const socket = require('node:net').connect(__dirname + '/a');
const { ${loginVariable}: login, SSH_ASKPASS_PROMPT: hint } = process.env;
let text = '';
socket.on('error', () => process.exit(1));
socket.on('data', (chunk) => { text += chunk; });
socket.on('end', () => {
  const { answer } = JSON.parse(text || '{}');
  if (answer === undefined) process.exit(1);
  process.stdout.write(answer + '\\n');
});
socket.write(JSON.stringify({ login, asker: process.ppid, prompt: process.argv[2] ?? '', hint: hint ?? '' }) + '\\n');
`;

/** Writes the askpass program into a control directory; gives its path. */
export function writeAskpass(directory: string): string {
  const script = join(directory, 'askpass.cjs');
  const path = join(directory, 'askpass');
  writeFileSync(script, program, { mode: 0o600 });
  // exec keeps the process: its parent is the ssh that asks.
  const start = `unset NODE_OPTIONS; exec ${quote(process.execPath)} ${quote(script)} "$1"`;
  writeFileSync(path, `#!/bin/sh\n${start}\n`, { mode: 0o700 });
  return path;
}

const longestRequest = 64 * 1024;

/** Listens for askpass programs. The folder of the socket is private, and so are the answers. */
export function listenForAskpass(socketPath: string, answer: AnswerAskpass): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const over = new AbortController();
    let text = '';
    let asked = false;
    socket.on('error', () => over.abort());
    socket.on('close', () => over.abort());
    socket.on('end', () => {
      if (!asked) socket.destroy();
    });
    socket.on('data', (chunk: Buffer) => {
      text = (text + chunk.toString('utf8')).slice(0, longestRequest);
      if (asked || !text.includes('\n')) return;
      asked = true;
      const request = parseRequest(text);
      const given = request === undefined ? Promise.resolve(undefined) : answer(request, over.signal);
      void given
        .catch(() => undefined)
        .then((secret) => socket.end(JSON.stringify(secret === undefined ? {} : { answer: secret.reveal() })));
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => {
      // It must not keep the process alive by itself.
      server.unref();
      resolve(server);
    });
  });
}

function parseRequest(text: string): AskpassRequest | undefined {
  try {
    const { login, asker, prompt, hint } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    return { login: String(login), asker: Number(asker), prompt: String(prompt), hint: String(hint) };
  } catch {
    return undefined;
  }
}
