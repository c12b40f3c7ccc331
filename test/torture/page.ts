import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import type { Figures } from './figures.ts';

/** For vitest, which calls what this gives when all tests have ended: with `--page` the figures go into the documents. */
export default function setup(): () => void {
  return () => {
    const folder = process.env['TORTURE_FIGURES'];
    if (process.env['TORTURE_PAGE'] === '1' && folder !== undefined && existsSync(folder)) {
      writeFileSync('docs/reliability.md', reliabilityPage(readFigures(folder), thisMachine()));
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

function thisMachine(): Machine {
  const ssh = execFileSync('sh', ['-c', 'ssh -V 2>&1']).toString().split(',')[0] ?? '';
  return {
    date: new Date().toISOString().slice(0, 10),
    about: `${cpus().length} CPUs, Linux ${release().replace(/[^\d.].*$/, '')}, Node ${process.version}, ${ssh.trim()}`,
  };
}

/** The figures as a page. Pure. */
export function reliabilityPage(all: readonly Figures[], { date, about }: Machine): string {
  const rows = all.map(({ suite, title, counts, seeds, held, seconds }) => {
    const told = counts.map(([name, value]) => `${name}: ${value}`).join('<br>');
    return `| ${[suite, title, told, seeds, held ? 'held' : '**broken**', String(Math.round(seconds))].join(' | ')} |`;
  });
  return `# What was done to it, and what held

Written by \`npm run test:torture -- --page\` on ${date} (${about}; the machine had other work). Milliseconds are upper bounds.

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
