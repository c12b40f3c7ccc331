// Many simulated hosts, all good and with one in ten bad: time, CPU and memory of mendgate, and that every host is accounted for.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure, median } from './measure.mjs';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const deadlineSeconds = 10;

const kinds = [
  { what: 'all good', bad: 0, live: false },
  { what: '10 % bad', bad: 10, live: false },
  { what: 'all good, live view', bad: 0, live: true },
];

/** A page of the report: rows of `size` hosts, good, with bad ones, and with the live view, in turns. */
export async function simulate(size, { rounds }) {
  const alone = [];
  const runs = kinds.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    alone.push(await once(1, 0, false));
    for (const [at, { bad, live }] of kinds.entries()) runs[at].push(await once(size, bad, live));
  }
  const start = median(alone.map(({ cpu }) => cpu));
  const rows = kinds.map(({ what, live }, at) => {
    const of = (member) => median(runs[at].map((run) => run[member]));
    const [{ accounted, verdicts }] = runs[at];
    return [
      what,
      of('wall').toFixed(2),
      of('goodWall').toFixed(2),
      of('cpu').toFixed(2),
      ((of('cpu') / size) * 1000).toFixed(2),
      (((of('cpu') - start) / (size - 1)) * 1000).toFixed(2),
      of('memory').toFixed(0),
      `${of('lagP99').toFixed(0)} / ${of('lagMost').toFixed(0)}`,
      live ? '' : `${accounted} of ${size}: ${verdicts}`,
    ];
  });
  const head = [
    'what',
    'wall s',
    'last good host s',
    'client CPU s',
    'CPU ms/host',
    'CPU ms for each host after the first',
    'peak MiB',
    'event loop late, ms: p99 / most',
    'accounted for',
  ];
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  const rule = `|${'---|'.repeat(head.length)}\n`;
  const title = `### ${size} simulated hosts (200 at a time, deadline ${deadlineSeconds} s for each part of connecting; ${rounds} rounds)\n\n`;
  const one = `\nOne host alone: ${start.toFixed(2)} s of CPU.\n`;
  return { text: title + line(head) + rule + rows.map(line).join('') + one };
}

async function once(size, bad, live) {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-sim-'));
  mkdirSync(folder, { recursive: true });
  const hosts = spawn('node', [here('./sim-hosts.mjs'), String(size), String(bad), folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise((resolve, reject) =>
    hosts.stdout.once('data', resolve).once('end', () => reject(new Error('no simulated hosts'))),
  );
  const lagFile = join(folder, 'lag');
  try {
    const command = [
      'env',
      `LOOP_LAG=${lagFile}`,
      'node',
      '--import',
      here('./loop-lag.mjs'),
      here('../dist/cli/main.js'),
      'run',
      here('./w.yaml'),
      '-i',
      join(folder, 'inventory.yaml'),
      '--known-hosts',
      join(folder, 'known_hosts'),
      '--private-key',
      join(folder, 'id'),
      '-e',
      'state=/state',
      '-f',
      '200',
      '-T',
      String(deadlineSeconds),
      '--state-dir',
      join(folder, 'kept'),
      '--yes',
      ...(live ? ['--output', 'live'] : ['--json']),
    ];
    const output = join(folder, 'output');
    const run = await measure(command, output);
    const lag = JSON.parse(readFileSync(lagFile, 'utf8'));
    return { ...run, lagP99: lag.p99, lagMost: lag.most, ...(live ? { goodWall: run.wall } : read(output)) };
  } finally {
    hosts.kill();
    await new Promise((resolve) => hosts.once('exit', resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the events say: how many hosts have an outcome, which, and when the last good one was done, in s from the start. */
function read(output) {
  const events = readFileSync(output, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
  const ended = events.filter((event) => event.type === 'host.finished');
  const counts = new Map();
  for (const { host, outcome } of ended) {
    const what = `${host.replace(/-\d+$/, '')} ${outcome.verdict}`;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  const begun = Date.parse(events[0]?.at ?? '');
  const good = ended.filter(({ host }) => host.startsWith('good'));
  return {
    accounted: new Set(ended.map(({ host }) => host)).size,
    verdicts: [...counts].map(([what, count]) => `${count} ${what}`).join(', '),
    goodWall: (Date.parse(good.at(-1)?.at ?? '') - begun) / 1000,
  };
}
