// node trips.mjs JOB.json: W on one host behind a delay, with the transport's own account of what passed. Prints
// { trips: [{ what: [...] }, ...] } as JSON: what travelled in each round trip after the login.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { mend } from '../build/mend.js';
import { sshTransport } from '../build/transports/ssh/ssh-transport.js';

const { rtt, inventory, knownHosts, key, state } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const traffic = [];
const transport = sshTransport({
  knownHostsFiles: [knownHosts],
  privateKeyFiles: [key],
  agent: false,
  onTraffic: (one) => traffic.push(one),
});
let endedAt;
const end = await mend({
  runbook: fileURLToPath(new URL('./w.yaml', import.meta.url)),
  inventory: [inventory],
  extra: new Map([['state', state]]),
  mode: 'apply',
  forks: 1,
  // What follows the last finding (the channels' own ends) waits for nothing.
  sinks: [
    (event) => {
      if (event.type === 'step.finished') endedAt = performance.now();
    },
  ],
  approve: async () => true,
  transportFor: () => transport,
});
await transport.close();
if (end.kind !== 'ran' || end.result.exitCode !== 0) throw new Error(`W failed: ${JSON.stringify(end)}`);
process.stdout.write(JSON.stringify({ trips: tripsOf(traffic.filter(({ at }) => at <= endedAt)) }));

/**
 * What was sent belongs to the round trip after the last one that it can have waited for: of all that arrived before, the
 * one whose bytes were sent last. Bytes that arrive answer what was sent a round trip ago or earlier.
 */
function tripsOf(entries) {
  const sent = [];
  const trips = [];
  let heard = 0;
  let asked = [];
  for (const entry of entries) {
    if (entry.kind === 'asked') asked.push(entry.what);
    else if (entry.kind === 'sent') {
      sent.push({ at: entry.at, trip: heard + 1 });
      trips[heard] ??= [];
      trips[heard].push(...asked);
      asked = [];
    } else {
      const answered = sent.filter(({ at }) => at <= entry.at - rtt * 0.95);
      heard = Math.max(heard, ...answered.map(({ trip }) => trip));
    }
  }
  return trips.slice(0, heard).map((what) => ({ what }));
}
