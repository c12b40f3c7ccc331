import { type DemoHost, foldNames, type HostOutcome, safeLine } from '../../index.ts';

type Verdict = HostOutcome['verdict'];

/** What one act of the demo showed of a host. */
export interface Shown {
  readonly host: DemoHost;
  readonly verdict: Verdict | undefined;
  readonly message: string;
  readonly changes: readonly string[];
  /** TCP ports that its changes let nginx reach; absent when they are about something else. */
  readonly opens: number | undefined;
  /** HTTP status of each request, in order. */
  readonly answers: readonly number[];
}

export interface PageOptions {
  readonly columns: number;
  readonly colour: boolean;
}

/** The demo's text, for a terminal of this width. */
export interface Page {
  opening(hosts: readonly DemoHost[]): string;
  heading(number: number, title: string, remark: string): string;
  /** What would change on each host. */
  diagnosis(shown: readonly Shown[]): string;
  /** What steps asked in between; the demo says yes. */
  questions(asked: readonly { readonly host: string; readonly text: string }[]): string;
  /** What nginx answered before and after, and what had been wrong. */
  mended(shown: readonly Shown[]): string;
  /** Hosts by verdict. */
  verdicts(shown: readonly Shown[]): string;
  totals(act: { readonly shown: readonly Shown[]; readonly changes: number; readonly ms: number }): string;
  closing(shown: readonly Shown[], commands: readonly string[]): string;
}

const indent = '   ';
const escapes = /\u001b\[\d+m/g;

export function demoPage({ columns, colour }: PageOptions): Page {
  const paint = (code: number) => (text: string) => (colour && text !== '' ? `\u001b[${code}m${text}\u001b[0m` : text);
  const [bold, dim] = [paint(1), paint(2)];
  const verdictPaint = (verdict: Verdict | undefined) => {
    if (verdict === 'fixed' || verdict === 'healthy') return paint(32);
    if (verdict === 'would_fix') return paint(33);
    return verdict === 'not_applicable' ? paint(36) : paint(31);
  };
  const room = Math.min(Math.max(columns, 60), 120);

  const paragraph = (text: string, look = (line: string) => line) =>
    `${wrap(text, room)
      .map((line) => look(line))
      .join('\n')}\n`;
  /** Cells side by side, painted or not; the text is wrapped under itself, and a note below it. */
  const row = (cells: readonly string[], text: readonly string[], note = '') => {
    const width = cells.join('').replace(escapes, '').length + indent.length;
    const lines = (each: string) => wrap(safeLine(each), room - width);
    const all = [...text.flatMap(lines), ...(note === '' ? [] : lines(note).map(dim))];
    return `${indent}${cells.join('')}${all.join(`\n${' '.repeat(width)}`)}\n`;
  };
  const hostRow = (shown: Shown, extra: string, text: readonly string[], note = '') =>
    row([shown.host.name.padEnd(12), verdictPaint(shown.verdict)(word(shown.verdict).padEnd(16)), extra], text, note);

  return {
    opening: (hosts) =>
      `${bold('mendgate demo')}\n\n${paragraph(
        `${count(hosts.length)} web servers. Six of them answer "502 Bad Gateway", each for another reason. ` +
          'One runbook finds each reason and mends what it can prove.',
      )}\n${paragraph(
        'The hosts are simulated: small SSH servers inside this process. The runbook, the SSH client and every byte ' +
          'between them are the real ones. Nothing outside this process is changed.',
        dim,
      )}`,
    heading: (number, title, remark) => `\n${bold(`${number}  ${title}`)}  ${dim(remark)}\n\n`,
    diagnosis: (shown) =>
      `${shown.map((each) => hostRow(each, '', findings(each), opened(each))).join('')}\n${paragraph(
        'Where several fixes would do, each host gets the one that opens least. The usual advice, ' +
          'httpd_can_network_connect, would open every TCP port there is; no host needs it.',
        dim,
      )}`,
    questions: (asked) =>
      asked.map(({ host, text }) => `${row([host.padEnd(12)], [text], 'The demo answers yes.')}\n`).join(''),
    mended: (shown) =>
      [
        `${dim(row(['host'.padEnd(12), 'verdict'.padEnd(16), 'answers'.padEnd(11)], ['what we had broken']).trimEnd())}\n`,
        ...shown.map((each) => hostRow(each, arrow(each.answers).padEnd(11), [each.host.cause])),
      ].join(''),
    verdicts(shown) {
      const found = [...new Set(shown.map((each) => each.verdict))];
      const alike = found.map((verdict) => shown.filter((each) => each.verdict === verdict));
      return alike
        .map((each) => {
          const verdict = word(each[0]?.verdict).padEnd(16);
          return row([verdictPaint(each[0]?.verdict)(verdict)], [foldNames(each.map(({ host }) => host.name))]);
        })
        .join('');
    },
    totals: ({ shown, changes, ms }) =>
      `\n${indent}${bold(`${changes} changes`)} on ${shown.length} hosts in ${(ms / 1000).toFixed(2)} s\n`,
    closing(shown, commands) {
      const left = shown.filter((each) => each.verdict === 'not_applicable').map(({ host }) => host.name);
      return [
        '\n',
        paragraph(
          `${foldNames(left)} still answers 502: its application is down, and no SELinux setting cures that. The runbook ` +
            'leaves the host alone and says why. Such a run of your own exits 2.',
          dim,
        ),
        `\n${bold('On your own hosts')}  ${dim('plan changes nothing; run shows its plan and asks')}\n\n`,
        ...commands.map((command) => `${indent}${command}\n`),
      ].join('');
    },
  };
}

function findings({ changes, message }: Shown): readonly string[] {
  return changes.length > 0 ? changes : [message || 'nothing to do'];
}

function opened({ opens }: Shown): string {
  return opens === undefined ? '' : `opens ${opens} TCP ${opens === 1 ? 'port' : 'ports'}`;
}

function word(verdict: Verdict | undefined): string {
  return (verdict ?? 'no result').replaceAll('_', ' ');
}

/** `502 → 200`, or the one status when it stayed. */
function arrow(answers: readonly number[]): string {
  const [first = 0, last = first] = [answers[0], answers.at(-1)];
  return first === last ? `${first}` : `${first} → ${last}`;
}

function count(hosts: number): string {
  return ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'][hosts] ?? String(hosts);
}

function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const part of text.split(' ')) {
    if (line !== '' && line.length + 1 + part.length > columns) {
      lines.push(line);
      line = part;
    } else line = line === '' ? part : `${line} ${part}`;
  }
  return [...lines, line];
}
