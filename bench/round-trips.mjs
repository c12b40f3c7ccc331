// How many round trips W takes after the login, and what travels in each: one host behind a delay, counted where the bytes
// leave and arrive (trips.mjs), not from times of events.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('./trips.mjs', import.meta.url));

/** `job`: a host at a port behind a delay of `rtt` ms, and how to log in to it. */
export function countRoundTrips(job) {
  const { rtt, folder, host, port, user, hostKeyLine } = job;
  const file = (name, text) => {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  };
  const config = file(
    'trips.json',
    JSON.stringify({
      ...job,
      knownHosts: file('trips-known-hosts', `[${host}]:${port} ${hostKeyLine}\n`),
      inventory: file('trips.yaml', `connect: { user: ${user}, port: ${port} }\nhosts: { ${host}: {} }\n`),
    }),
  );
  const env = { ...process.env };
  delete env.SSH_AUTH_SOCK;
  const { trips } = JSON.parse(execFileSync('node', [script, config], { encoding: 'utf8', env }));
  const rows = trips.map(({ what }, at) => `| ${at + 1} | ${inWords(what)} |`);
  const title = `### W: ${trips.length} round trips after authentication (round trip ${rtt} ms)\n`;
  return { text: [title, '| round trip | what is sent |', '|---|---|', ...rows, ''].join('\n') };
}

/** Each once, with how often. */
function inWords(what) {
  if (what.length === 0) return 'what the answers before ask for: the channels, now open, are to execute their shells';
  const counts = new Map();
  for (const one of what) counts.set(one, (counts.get(one) ?? 0) + 1);
  return [...counts].map(([one, count]) => (count === 1 ? one : `${count} × ${one}`)).join(', ');
}
