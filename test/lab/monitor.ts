import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** Sends one line of the human monitor to a running qemu and gives its answer; most commands answer nothing. */
export async function monitorCommand(socketPath: string, line: string): Promise<string> {
  const socket = await connect(socketPath);
  try {
    const answers = createInterface({ input: socket })[Symbol.asyncIterator]();
    await nextAnswer(answers);
    await ask(socket, answers, { execute: 'qmp_capabilities' });
    return await ask(socket, answers, { execute: 'human-monitor-command', arguments: { 'command-line': line } });
  } finally {
    socket.destroy();
  }
}

async function ask(socket: Socket, answers: AsyncIterator<string>, request: object): Promise<string> {
  socket.write(`${JSON.stringify(request)}\n`);
  const answer = await nextAnswer(answers);
  if (answer.error !== undefined) throw new Error(`qemu: ${answer.error.desc}`);
  return typeof answer.return === 'string' ? answer.return.trim() : '';
}

interface MonitorAnswer {
  readonly event?: string;
  readonly return?: unknown;
  readonly error?: { readonly desc: string };
}

/** Events come in between; nobody here waits for one. */
async function nextAnswer(answers: AsyncIterator<string>): Promise<MonitorAnswer> {
  for (;;) {
    const line = await answers.next();
    if (line.done === true) throw new Error('qemu closed its monitor');
    const answer = JSON.parse(line.value) as MonitorAnswer;
    if (answer.event === undefined) return answer;
  }
}

/** qemu makes the socket a moment after its start. */
async function connect(path: string): Promise<Socket> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await new Promise<Socket>((resolve, reject) => {
        const socket = createConnection(path, () => resolve(socket));
        socket.once('error', reject);
      });
    } catch (error) {
      if (attempt >= 100) throw error;
      await sleep(100);
    }
  }
}
