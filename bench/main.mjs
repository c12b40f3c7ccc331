// npm run bench -- [--hosts 10,50,200] [--rounds 5] [--rtt 0,50,200] [--trips 200] [--simulated 100,1000]
//                  [--programs] [--only REGEX] [--forks 50] [--user make] [--write]
//
// Starts its own sshd fleet on loopback, lets mendgate and its peers do W (bench/README.md) in turns, and prints medians
// and ratios. --user make: as root, log in as a user that is made for it and removed afterwards. --write: docs/performance.md.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { countMended, resetState, startFleet } from './fleet.mjs';
import { measure } from './measure.mjs';
import { commandOf, peersFor, whyNot } from './peers.mjs';
import { countPrograms } from './programs.mjs';
import { printTable, writePage } from './report.mjs';
import { countRoundTrips } from './round-trips.mjs';
import { simulate } from './sim.mjs';

const { values: options } = parseArgs({
  options: {
    hosts: { type: 'string', default: '10,50,200' },
    rounds: { type: 'string', default: '5' },
    rtt: { type: 'string', default: '0' },
    only: { type: 'string', default: '.' },
    forks: { type: 'string', default: '50' },
    user: { type: 'string', default: 'own' },
    markers: { type: 'string', default: 'disk' },
    trips: { type: 'string', default: '' },
    programs: { type: 'boolean', default: false },
    simulated: { type: 'string', default: '' },
    write: { type: 'boolean', default: false },
  },
});
const numbers = (text) => text.split(',').filter(Boolean).map(Number);
const sizes = numbers(options.hosts);
const rounds = Number(options.rounds);
const say = (line) => process.stdout.write(`${line}\n`);

const pages = [];
const fleet =
  sizes.length === 0
    ? undefined
    : await startFleet(Math.max(...sizes), {
        makeUser: options.user === 'make',
        memory: options.markers === 'memory',
      });
try {
  for (const rtt of fleet === undefined ? [] : numbers(options.rtt)) {
    // Behind a delay nobody waits for a CPU: more hosts would tell nothing more.
    for (const size of rtt === 0 ? sizes : [Math.min(...sizes)]) {
      const measured = await withDelay(rtt, fleet.hosts.slice(0, size), () => measureAll(fleet, size, rtt));
      if (measured.runs.length === 0) continue;
      const page = { title: `${size} hosts, round trip ${rtt} ms`, size, rtt, ...measured };
      pages.push(page);
      say(printTable(page));
    }
  }
  for (const rtt of fleet === undefined ? [] : numbers(options.trips)) {
    const page = await roundTrips(fleet, rtt);
    pages.push(page);
    say(page.text);
  }
  if (fleet !== undefined && options.programs) {
    const page = await countPrograms(fleet, () => until(() => sessionsOf(fleet) === 0));
    pages.push(page);
    say(page.text);
  }
} finally {
  await fleet?.stop();
}
for (const size of numbers(options.simulated)) {
  const page = await simulate(size, { rounds });
  pages.push(page);
  say(page.text);
}
if (options.write) writePage(pages, options);

function roundTrips(fleet, rtt) {
  const [host] = fleet.hosts;
  resetState({ ...fleet, hosts: [host] });
  return withDelay(rtt, [host], () => countRoundTrips({ ...fleet, rtt, host, port: fleet.port + rtt }));
}

/** Runs of all peers, interleaved: first all once, then all again. */
async function measureAll(fleet, size, rtt) {
  const hosts = fleet.hosts.slice(0, size);
  const work = join(fleet.folder, `run-${size}-${rtt}`);
  mkdirSync(work, { recursive: true });
  const job = { ...fleet, work, hosts, port: fleet.port + rtt, forks: Number(options.forks), sudo: 'sudo -n' };
  const only = new RegExp(options.only);
  const runs = new Map();
  const skipped = [];
  const peers = peersFor(job).filter((peer) => {
    if (!only.test(peer.name)) return false;
    const reason = size > (peer.mostHosts ?? Number.POSITIVE_INFINITY) ? 'takes too long at this size' : whyNot(peer);
    if (reason !== undefined) skipped.push(`${peer.name} (${reason})`);
    return reason === undefined;
  });
  for (let round = 0; round < rounds; round += 1) {
    for (const peer of peers) {
      resetState({ ...fleet, hosts });
      const output = join(work, `${peer.name.replaceAll(/\W+/g, '-')}.log`);
      const before = fleet.cpu();
      const run = await measure(commandOf(peer), output);
      await until(() => sessionsOf(fleet) === 0);
      run.hostCpu = fleet.cpu() - before;
      const mended = countMended(fleet, hosts);
      if (run.code !== 0 || mended !== size) {
        say(`BAD: ${peer.name}: exit ${run.code}, ${mended} of ${size} hosts mended:\n${tail(output)}`);
        run.bad = true;
      }
      runs.set(peer, [...(runs.get(peer) ?? []), run]);
    }
  }
  rmSync(work, { recursive: true, force: true });
  rmSync(join('/dev/shm', basename(fleet.folder)), { recursive: true, force: true });
  return { skipped, runs: [...runs].map(([peer, list]) => ({ name: peer.name, list })) };
}

/** Sessions that the fleet still has from the run before would spoil the next one's time. */
function sessionsOf(fleet) {
  const listing = execFileSync('ps', ['-eo', 'ppid='], { encoding: 'utf8' });
  const parents = new Set(fleet.daemons);
  return listing.split('\n').filter((line) => parents.has(Number(line))).length;
}

async function until(holds) {
  for (let tries = 0; tries < 100 && !holds(); tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
}

function tail(file) {
  return execFileSync('tail', ['-n', '5', file], { encoding: 'utf8' });
}

/** With a round trip above 0 the peers reach the hosts through a delay proxy, at the fleet's port plus the round trip. */
async function withDelay(rtt, hosts, work) {
  if (rtt === 0) return work();
  const script = fileURLToPath(new URL('./delay-proxy.mjs', import.meta.url));
  const args = [script, String(fleet.port + rtt), String(fleet.port), String(rtt), ...hosts];
  const proxy = spawn('node', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) =>
    proxy.stdout.once('data', resolve).once('end', () => reject(new Error('the delay proxy ended'))),
  );
  try {
    return await work();
  } finally {
    proxy.kill();
  }
}
