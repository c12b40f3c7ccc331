// How many round trips W takes after the login, and where: one host, once at no delay and once at a long one. What a part
// takes longer by the delay is its round trips.
import { spawn } from 'node:child_process';

/** `command(port)` runs W with --json on one host at a port; `withDelay` puts a delay in front of it. */
export async function countRoundTrips({ rtt, command, withDelay, reset }) {
  const slow = await withDelay(rtt, () => quickest(() => command(rtt), reset));
  const quick = await quickest(() => command(0), reset);
  const trips = slow.map(({ what, ms }, at) => ({ what, trips: Math.round((ms - quick[at].ms) / rtt) }));
  const total = trips.reduce((sum, part) => sum + part.trips, 0);
  const lines = trips.map((part) => `| ${part.what} | ${part.trips} |`);
  const title = `### Round trips of W after the login (round trip ${rtt} ms): ${total}\n`;
  return { text: [title, '| part | round trips |', '|---|---|', ...lines, ''].join('\n') };
}

/** Each part at its quickest of five runs: what a busy machine adds is no round trip. */
async function quickest(command, reset) {
  let best;
  for (let round = 0; round < 5; round += 1) {
    reset();
    const parts = spans(await eventsOf(command()));
    best = parts.map((part, at) => ({ what: part.what, ms: Math.min(part.ms, best?.[at].ms ?? part.ms) }));
  }
  return best;
}

function spans(events) {
  const at = (find) => Date.parse(events.findLast(find)?.at ?? '');
  const login = at((event) => event.type === 'host.connected');
  const looked = at((event) => event.type === 'fix.intent');
  const fixed = at((event) => event.type === 'fix.result');
  const end = at((event) => event.type === 'host.finished');
  return [
    { what: 'open the channels, have the shells executed, read all probes', ms: looked - login },
    { what: 'the fix, on a channel that was opened together with the others', ms: fixed - looked },
    { what: 'clock, re-inspection, verify, the probes of the steps after it', ms: end - fixed },
  ];
}

function eventsOf([program, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let text = '';
    child.stdout.on('data', (data) => {
      text += data;
    });
    child.on('error', reject).on('close', () => {
      resolve(
        text
          .split('\n')
          .filter((line) => line.startsWith('{'))
          .map((line) => JSON.parse(line)),
      );
    });
  });
}
