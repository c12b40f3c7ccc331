import { xmlText } from '../model/xml-text.ts';
import type { End, HostReport, Report } from './report.ts';
import { word } from './words.ts';

/** How CI systems see an end: a failure is what was looked for and found, an error that nobody could tell. */
const kinds: { readonly [E in End]: 'passed' | 'failure' | 'error' | 'skipped' } = {
  healthy: 'passed',
  fixed: 'passed',
  would_fix: 'passed',
  not_applicable: 'skipped',
  not_started: 'skipped',
  not_fixed: 'failure',
  rolled_back: 'failure',
  refused: 'failure',
  undetermined: 'failure',
  rollback_failed: 'error',
  unknown: 'error',
  unreachable: 'error',
  no_result: 'error',
};

/** The report as JUnit XML, as CI systems read it: one suite, the runbook's, with a case for each host. */
export function printJunit(report: Report): string {
  const { runbook, hosts, startedAt, run } = report;
  const time = seconds(report.ended?.ms ?? 0);
  const count = (kind: string): number => hosts.filter((host) => kindOf(host) === kind).length;
  const sums = `tests="${hosts.length}" failures="${count('failure')}" errors="${count('error')}" skipped="${count('skipped')}" time="${time}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="mendgate" ${sums}>`,
    `  <testsuite name="${xmlText(runbook.id)}" ${sums} timestamp="${startedAt.slice(0, 19)}">`,
    '    <properties>',
    property('run', run),
    property('kind', report.kind),
    property('runbook.sha256', runbook.sha256),
    '    </properties>',
    ...hosts.map((host) => testcase(host, runbook.id)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function property(name: string, value: string): string {
  return `      <property name="${name}" value="${xmlText(value)}"/>`;
}

/** As the report has it: what does not apply may need a look, what was rolled back need not. */
function kindOf({ verdict, needsLook }: HostReport): 'passed' | 'failure' | 'error' | 'skipped' {
  if (verdict === 'not_applicable' && needsLook) return 'failure';
  return verdict === 'rolled_back' && !needsLook ? 'passed' : kinds[verdict];
}

function testcase(host: HostReport, runbook: string): string {
  const kind = kindOf(host);
  const message = xmlText(
    [...new Set([word(host.verdict), host.diagnosis, host.reason ?? ''])].filter((part) => part !== '').join(': '),
  );
  const output = [
    ...host.notes,
    ...host.standing.map((change) => `stands on the host: ${change}`),
    ...host.commands.map(({ command, what }) => `${command}  # ${what}`),
  ];
  const inside = [
    ...(kind === 'passed' ? [] : [kind === 'skipped' ? `<skipped message="${message}"/>` : bad(kind, host, message)]),
    ...(output.length === 0 ? [] : [`<system-out>${xmlText(output.join('\n'))}</system-out>`]),
  ];
  const head = `    <testcase classname="${xmlText(runbook)}" name="${xmlText(host.host)}" time="${seconds(host.ms)}"`;
  if (inside.length === 0) return `${head}/>`;
  return [`${head}>`, ...inside.map((line) => `      ${line}`), '    </testcase>'].join('\n');
}

function bad(kind: 'failure' | 'error', host: HostReport, message: string): string {
  const lines = [host.reason ?? '', host.help ?? '', ...host.timeLine.map(({ what, text }) => `${what}: ${text}`)];
  const body = lines.filter((line) => line !== '').join('\n');
  return `<${kind} type="${host.verdict}" message="${message}">${xmlText(body)}</${kind}>`;
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}
