import type { Life } from './life.ts';

/** What the lives came to as a page, with each scenario's diagnosis, remedy and proof. */
export function resultsPage(lives: readonly Life[]): string {
  const table = sorted(lives).map((life) => {
    const changes = life.planned.length === 0 ? 'none' : life.planned.map(code).join('<br>');
    const proof = proofNotes(life).map(cell).join('<br>') || '–';
    const cells = [`**${life.scenario}**: ${cell(life.title)}`, cell(life.diagnosis), changes, proof];
    const ends = `${life.dryRun} → ${life.verdict}`;
    return `| ${[...cells, ends, ...marks.map(([, held]) => mark(held(life))), String(life.seconds)].join(' | ')} |`;
  });
  const head = ['scenario', 'diagnosis', 'remedy', 'proof', 'dry run → real run', ...marks.map(([name]) => name), 's'];
  return `# The flagship on real guests

Written by \`LAB_RESULTS=1 npm run test:lab\` (a scenario that changed may have lived once more by itself, with \`LAB_ADD=1\`): each breaks a fresh Debian 12 guest under QEMU (its own SELinux policy,
enforcing, unless the scenario is about something else), looks, mends, looks again, reboots, and takes everything back.
**${agreement(lives)}**

| ${head.join(' | ')} |
|${'---|'.repeat(head.length)}
${table.join('\n')}

*as expected*: diagnosis, remedy, proof, reach and verdicts are what the scenario's file says. *unchanged*: the dry run left the guest's state hash as it was. *fixed*: a client outside gets its page. *persistent*: it still does
after a reboot. *idempotent*: a second run changed nothing. *exact rollback*: the state is, record by record, what it was before.
–: not meant to be (nothing of ours to repair, or nothing was changed).

${notOnDebian}
`;
}

const notOnDebian = `## What Debian's policy can't show

Debian's guests run the reference policy. Booleans that only Fedora's and RHEL's policy have (\`httpd_can_connect_ftp\`, \`httpd_use_openstack\`,
\`daemons_enable_cluster_mode\`, \`nis_enabled\` and the others) can't be flipped here; that they are known, ranked and refused by name is held by
the table tests in \`test/packs/\`. That \`httpd_graceful_shutdown\` opens \`http_port_t\` holds for both policies and is shown here. dnf and rpm are
covered by the same tables; here apt-get and dpkg are real.`;

/** What each life is held to; `undefined`: not meant to be. */
export const marks: readonly (readonly [string, (life: Life) => boolean | undefined])[] = [
  ['as expected', (life) => life.asExpected],
  ['unchanged', (life) => life.unchanged],
  ['agreed', (life) => life.agreed],
  ['fixed', (life) => life.fixed],
  ['persistent', (life) => life.persistent],
  ['idempotent', (life) => life.idempotent],
  ['exact rollback', (life) => life.exactRollback],
];

/** How often the dry run was right, as a sentence. */
export function agreement(lives: readonly Life[]): string {
  const agreed = lives.filter((life) => life.agreed).length;
  const undecided = lives.filter((life) => life.dryRun === 'undetermined').length;
  const rightly = undecided === 0 ? '' : ` (${undecided} of them: that it can't be decided)`;
  return `The dry run foretold diagnosis, remedy and verdict of the real run in ${agreed}/${lives.length} scenarios${rightly}.`;
}

/** The notes that say what the remedy's proof is. */
export function proofNotes({ notes }: Life): readonly string[] {
  return notes.filter((note) => /proof|proved/i.test(note));
}

/** By name. */
export function sorted(lives: readonly Life[]): readonly Life[] {
  return [...lives].sort((a, b) => (a.scenario < b.scenario ? -1 : 1));
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function code(text: string): string {
  return `\`${cell(text).replaceAll('`', "'")}\``;
}

export function mark(held: boolean | undefined): string {
  return held === undefined ? '–' : held ? '✔' : '✘';
}
