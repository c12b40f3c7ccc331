// Medians and ratios, as Markdown.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { arch, cpus, loadavg, release, totalmem, type } from 'node:os';
import { fileURLToPath } from 'node:url';
import { median } from './measure.mjs';

const pageFile = fileURLToPath(new URL('../docs/performance.md', import.meta.url));

/** One size and round trip: a row per peer, with how many times mendgate's wall and CPU it takes. */
export function printTable({ title, size, runs, skipped }) {
  const rows = runs.map(({ name, list }) => ({
    name: list.some((run) => run.bad) ? `${name} (failed)` : name,
    count: list.length,
    wall: median(list.map((run) => run.wall)),
    least: Math.min(...list.map((run) => run.wall)),
    most: Math.max(...list.map((run) => run.wall)),
    cpu: median(list.map((run) => run.cpu)),
    hostCpu: median(list.map((run) => run.hostCpu)),
    memory: median(list.map((run) => run.memory)),
  }));
  const ours = rows.find((row) => row.name === 'mendgate');
  const times = (part, whole) => (whole === undefined ? '' : (part / whole).toFixed(2));
  const lines = rows.map((row) => {
    const cells = [
      row.name,
      row.count,
      `${row.wall.toFixed(2)} (${row.least.toFixed(2)}–${row.most.toFixed(2)})`,
      times(row.wall, ours?.wall),
      row.cpu.toFixed(2),
      times(row.cpu, ours?.cpu),
    ];
    return `| ${[...cells, ((row.cpu / size) * 1000).toFixed(1), ((row.hostCpu / size) * 1000).toFixed(1), row.memory.toFixed(0)].join(' | ')} |`;
  });
  return [
    `### ${title}\n`,
    "| who | runs | wall s (least–most) | × mendgate | client CPU s | × mendgate | client CPU ms/host | hosts' CPU ms/host | peak MiB |",
    '|---|---|---|---|---|---|---|---|---|',
    ...lines,
    ...(skipped.length === 0 ? [] : [`\nLeft out: ${skipped.join(', ')}.`]),
    '',
  ].join('\n');
}

/** Before anything is measured. */
const [loadBefore] = loadavg();

/** docs/performance.md: the text that stands there up to "## Figures", then what was measured now. */
export function writePage(pages, options) {
  const [intro] = readFileSync(pageFile, 'utf8').split('## Figures');
  const tables = pages.map((page) => page.text ?? printTable(page));
  const version = (program, ...args) => {
    try {
      return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).split('\n')[0];
    } catch {
      return `${program}: not there`;
    }
  };
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model ?? 'CPU'}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()} ${release()} ${arch()}`;
  const facts = `${new Date().toISOString().slice(0, 10)}, ${machine}, Node ${process.version}, ${version('ansible-playbook', '--version')}. ${options.rounds} rounds in turns, load ${loadBefore.toFixed(1)} before the first, ${options.forks} hosts at a time, markers of fixes ${options.markers === 'memory' ? 'in memory' : 'on the one disk that all hosts share here'}.`;
  writeFileSync(pageFile, `${intro.trimEnd()}\n\n## Figures\n\n${facts}\n\n${tables.join('\n')}`);
}
