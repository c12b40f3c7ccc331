import { formatDuration } from '../model/duration.ts';
import { foldNames } from '../model/fold-names.ts';
import { safeLine, safeText } from '../model/safe-text.ts';
import type { ChangeReport, HostReport, NextCommand, Report } from './report.ts';
import { word } from './words.ts';

/** More hosts than this make no ticket; the HTML report has all. */
const mostHosts = 50;

const kinds: { readonly [K in Report['kind']]: string } = {
  dry_run: 'dry run: nothing was changed',
  run: 'run',
  apply: 'saved plan, carried out',
  undo: 'undo',
};

/**
 * The report as Markdown for a ticket: what it was, diagnoses, each host that needs a look, each change once with its hosts, what to
 * type. Whatever a host or a runbook said stands in code, where nothing is a link, a mention or markup.
 */
export function printMarkdown(report: Report): string {
  const sections = [
    headLines(report),
    diagnosisTable(report),
    troubleLines(report.hosts.filter(({ needsLook }) => needsLook)),
    changeLines(report),
    commandLines(report.commands),
    warningLines(report),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headLines(report: Report): readonly string[] {
  const { runbook, run, kind, of, operators, startedAt, ended, hosts, inventoryHosts, changes, damage } = report;
  const end = ended === undefined ? 'no end is recorded' : `exit code ${ended.exitCode}, ${formatDuration(ended.ms)}`;
  return [
    `## ${code(runbook.title)}`,
    '',
    `- Run ${code(run)}, ${kinds[kind]}${of === undefined ? '' : ` of ${code(of)}`}`,
    `- Began ${startedAt.slice(0, 19).replace('T', ' ')} UTC${operators.length === 0 ? '' : ` by ${operators.map(code).join(', ')}`}; ${end}`,
    `- ${hosts.length} of ${inventoryHosts} hosts${kind === 'dry_run' ? '' : `; changes made: ${changes}`}`,
    `- Runbook ${code(runbook.id)}, SHA-256 ${code(runbook.sha256)}`,
    ...(damage === undefined ? [] : [`- **Not whole:** ${code(damage)}`]),
    ...(ended?.interrupted ? ['- **The run was interrupted.**'] : []),
  ];
}

function diagnosisTable({ diagnoses }: Report): readonly string[] {
  return [
    '| Hosts | Diagnosis | Verdicts | Which |',
    '| ---: | --- | --- | --- |',
    ...diagnoses.map(({ diagnosis, hosts, verdicts }) => {
      const ends = verdicts.map((end) => `${end.hosts} ${word(end.verdict)}`).join(', ');
      return `| ${hosts.length} | ${cell(diagnosis)} | ${ends} | ${cell(foldNames(hosts))} |`;
    }),
  ];
}

function troubleLines(hosts: readonly HostReport[]): readonly string[] {
  if (hosts.length === 0) return [];
  const rest = hosts.length - mostHosts;
  return [
    '### Needs a look',
    '',
    ...hosts
      .slice(0, mostHosts)
      .flatMap((host) => [
        `- ${code(host.host)} **${word(host.verdict)}**${host.reason === undefined ? '' : `: ${code(host.reason)}`}`,
        ...(host.help === undefined ? [] : [`  - ${code(host.help)}`]),
        ...host.steps
          .filter(({ result }) => ['failed', 'rolled_back', 'unknown', 'undetermined'].includes(result.outcome))
          .map(
            ({ id, result }) =>
              `  - step ${code(id)} ${word(result.outcome)}${result.reason === undefined ? '' : `: ${code(result.reason)}`}`,
          ),
        ...host.standing.map((change) => `  - stands on the host: ${code(change)}`),
      ]),
    ...(rest > 0 ? [`- and ${rest} more`] : []),
  ];
}

/** Each change once, with the hosts that it holds for. */
function changeLines({ hosts, kind }: Report): readonly string[] {
  const groups = new Map<
    string,
    { readonly change: ChangeReport; readonly proofs: Set<string>; readonly names: Set<string> }
  >();
  for (const { host, steps } of hosts) {
    for (const { changes, proofs } of steps.flatMap(({ items }) => items)) {
      for (const change of changes) {
        const key = JSON.stringify([change.summary, change.diffs, change.commands]);
        const group = groups.get(key) ?? { change, proofs: new Set(), names: new Set() };
        groups.set(key, group);
        group.names.add(host);
        for (const proof of proofs) group.proofs.add(proof);
      }
    }
  }
  if (groups.size === 0) return [];
  return [
    kind === 'dry_run' ? '### What would change' : '### Changes',
    ...[...groups.values()]
      .slice(0, mostHosts)
      .flatMap(({ change, proofs, names }) => [
        '',
        `- ${code(change.summary)} on ${code(foldNames([...names]))}`,
        ...(change.irreversible === undefined ? [] : [`  - **cannot be undone:** ${code(change.irreversible)}`]),
        ...[...proofs].map((proof) => `  - proof: ${code(proof)}`),
        ...fenced('sh', change.commands),
        ...change.diffs.flatMap(({ label, hunks, note }) => [
          ...fenced('diff', [`--- ${label}`, `+++ ${label}`, ...hunks.flatMap(({ head, lines }) => [head, ...lines])]),
          ...(note === undefined ? [] : [`  ${code(note)}`]),
        ]),
      ]),
  ];
}

function commandLines(commands: readonly NextCommand[]): readonly string[] {
  if (commands.length === 0) return [];
  return ['### What to type next', '', ...commands.map(({ command, what }) => `- ${code(command)}: ${what}`)];
}

function warningLines({ warnings }: Report): readonly string[] {
  if (warnings.length === 0) return [];
  const shown = warnings
    .slice(0, mostHosts)
    .map(({ message, host }) => `- ${host === undefined ? '' : `${code(host)} `}${code(message)}`);
  return ['### Warnings', '', ...shown];
}

/** In code nothing is markup; the marks around it are longer than any within. */
function code(text: string): string {
  const line = safeLine(text);
  if (line.trim() === '') return '` `';
  const marks = '`'.repeat(longestRun(line) + 1);
  const pad = line.startsWith('`') || line.endsWith('`') ? ' ' : '';
  return `${marks}${pad}${line}${pad}${marks}`;
}

/** In a table a bar would end the cell even in code. */
function cell(text: string): string {
  return code(text).replaceAll('|', '\\|');
}

function fenced(language: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const text = safeText(lines.join('\n'));
  const marks = '`'.repeat(Math.max(3, longestRun(text) + 1));
  return [`  ${marks}${language}`, ...text.split('\n').map((line) => `  ${line}`), `  ${marks}`];
}

function longestRun(text: string): number {
  return Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
}
