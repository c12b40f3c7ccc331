import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { join } from 'node:path';
import type { Figures } from './figures.ts';

/** For vitest, which calls what this gives when all tests have ended: with `--page` the figures go into the documents. */
export default function setup(): () => void {
  const load = loadavg()[0] ?? 0;
  return () => {
    const folder = process.env['TORTURE_FIGURES'];
    if (process.env['TORTURE_PAGE'] === '1' && folder !== undefined && existsSync(folder)) {
      writeFileSync('docs/reliability.md', reliabilityPage(readFigures(folder), thisMachine(load)));
    }
  };
}

function readFigures(folder: string): readonly Figures[] {
  const files = readdirSync(folder).sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return files.map((file): Figures => JSON.parse(readFileSync(join(folder, file), 'utf8')));
}

interface Machine {
  readonly date: string;
  readonly about: string;
}

/** `load`: how many programs ran, or wanted to, in the minute before the suite began. */
function thisMachine(load: number): Machine {
  const ssh = execFileSync('sh', ['-c', 'ssh -V 2>&1']).toString().split(',')[0] ?? '';
  return {
    date: new Date().toISOString().slice(0, 10),
    about: `${cpus().length} CPUs, Linux ${release().replace(/[^\d.].*$/, '')}, Node ${process.version}, ${ssh.trim()}; load ${load.toFixed(1)} before it began`,
  };
}

/** All that the page is to tell of. A suite that broke off, or could not run here, has kept no figures. */
const suites = ['F1', 'F2', 'F3', 'F4', 'F8', 'F9', 'F11', 'F12', 'F15', 'F16', 'F18'] as const;

/** The figures as a page. Pure. */
export function reliabilityPage(all: readonly Figures[], { date, about }: Machine): string {
  const rows = all.map(({ suite, title, counts, seeds, held, seconds }) => {
    const told = counts.map(([name, value]) => `${name}: ${value}`).join('<br>');
    return `| ${[suite, title, told, seeds, held ? 'held' : '**broken**', String(Math.round(seconds))].join(' | ')} |`;
  });
  const without = suites.filter((suite) => !all.some((figures) => figures.suite === suite));
  rows.push(
    ...without.map((suite) => `| ${suite} | gave no figures: it did not run, or broke off | – | – | **broken** | – |`),
  );
  return `# What was done to it, and what held

Written by \`npm run test:torture -- --page\` on ${date} (${about}). Two files of suites run at a time, some
with rows beside each other: milliseconds are upper bounds.

Generated runbooks append a line with the run, the step and a fresh nonce to a file on the host before and after each fix's
work. Something strikes: mendgate is killed, the wire is cut, the host dies. The run is resumed until it has ended. Then the
lines are compared with the journal and the exit code (\`test/torture/judge.ts\`): what stands there twice was done twice;
what the journal calls done must have its beginning and its end; what it calls not started must have neither; where only
mendgate or the wire was hurt, all must have been done in the end. The same seed gives the same runbook and the same strikes,
as far as a clock can repeat them.

| suite | what | counts | seeds | | s |
|---|---|---|---|---|---|
${rows.join('\n')}

*The protection off*: the same program with its markers' names made anew each time, so that a host never knows a fix again. It
shows that the suite can see what it looks for. The switch is a module that the tests load into Node (\`without-markers.mjs\`);
the program has none.

*fixes in flight*: a life of mendgate had written that a fix begins, and not how it ended; the next one asked the host.
A host that crashed in the middle of a fix that leaves nothing to look at ends as \`unknown\` (exit code 7), and stays so.
`;
}
