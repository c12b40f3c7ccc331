import type { Life } from './life.ts';

/** What the scenarios' lives came to, as a page: one row each. */
export function resultsPage(lives: readonly Life[]): string {
  const agreed = lives.filter((life) => life.agreed).length;
  const head =
    '| scenario | changes | dry run → real run | unchanged by the dry run | fixed | after a reboot | second run changes nothing | exact rollback | s |';
  const rows = [...lives].sort((a, b) => (a.scenario < b.scenario ? -1 : 1)).map(row);
  return `# The flagship on real SELinux-enforcing guests

Written by \`LAB_RESULTS=1 npm run test:lab\`: each scenario breaks a fresh Debian guest (refpolicy, enforcing, under QEMU), looks,
mends, looks again, reboots and takes back. Dry run and real run agreed in ${agreed}/${lives.length}.

${head}
|${'---|'.repeat(9)}
${rows.join('\n')}
`;
}

function row(life: Life): string {
  const changes = life.planned.length === 0 ? 'none' : life.planned.join('; ').replaceAll('|', '\\|');
  const ends = `${life.dryRun} → ${life.verdict}`;
  const cells = [life.unchanged, life.fixed, life.persistent, life.idempotent, life.exactRollback].map(mark);
  return `| ${[life.scenario, changes, ends, ...cells, String(life.seconds)].join(' | ')} |`;
}

function mark(held: boolean | undefined): string {
  return held === undefined ? '–' : held ? '✔' : '✘';
}
