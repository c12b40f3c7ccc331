import { describe, expect, it } from 'vitest';
import { printReport, type ReportKind } from '../../src/reports/index.ts';
import { fleetEvents } from './fleet.ts';
import { attacks, runThatSays } from './hostile.ts';
import { parseXml } from './xml.ts';

const formulas = [
  '=1+1',
  '+1',
  '-1',
  '@SUM(A1)',
  '|cmd',
  ' =1+1',
  '\t=1+1',
  '\r=1',
  '\uff1d1+1',
  '"=1',
  '=HYPERLINK("x","y")',
  "=cmd|'/c calc'!A0",
];

async function saying(text: string, kind: ReportKind): Promise<string> {
  return (await printReport(runThatSays(text), kind, { mendgate: '0', damage: text })) ?? '';
}

/** Rows and cells as RFC 4180 has them. */
function parseCsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text
    .replace(/^\ufeff/, '')
    .matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end !== ',') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('a report as CSV', () => {
  it('has a row for each host, under one head', async () => {
    const rows = parseCsv((await printReport(await fleetEvents(20), 'csv', { mendgate: '0' })) ?? '');
    expect(rows).toHaveLength(21);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([rows[0]?.length]));
    expect(rows[4]?.slice(3, 7)).toEqual([
      'web0004',
      'rolled_back',
      'yes',
      'boolean off → would set httpd_graceful_shutdown',
    ]);
  });

  it.each([...formulas, ...attacks])('takes no formula from a host, and keeps its rows: %j', async (text) => {
    const rows = parseCsv(await saying(text, 'csv'));
    expect(rows.map((row) => row.length)).toEqual([13, 13]);
    for (const cell of rows.flat()) expect(cell).not.toMatch(/^[\s"]*[=+\-@|\uff1d\uff0b\uff0d\uff20](?!$)/);
  });
});

describe('a report as JUnit XML', () => {
  it('is a suite with a case for each host, and numbers that are right', async () => {
    const suites = parseXml((await printReport(await fleetEvents(100), 'junit', { mendgate: '0' })) ?? '');
    expect(suites.name).toBe('testsuites');
    const [suite] = suites.children;
    const cases = suite?.children.filter(({ name }) => name === 'testcase') ?? [];
    const withPart = (part: string): number =>
      cases.filter(({ children }) => children.some(({ name }) => name === part)).length;
    for (const sums of [suites, suite]) {
      expect(sums?.attributes.get('tests')).toBe('100');
      expect(sums?.attributes.get('failures')).toBe(String(withPart('failure')));
      expect(sums?.attributes.get('errors')).toBe(String(withPart('error')));
      expect(sums?.attributes.get('skipped')).toBe('0');
    }
    expect(withPart('error')).toBe(4);
    expect(withPart('failure')).toBeGreaterThan(1);
    expect(suite?.attributes.get('timestamp')).toBe('2026-11-21T03:15:00');
    for (const { attributes } of cases) {
      expect([...attributes.keys()]).toEqual(['classname', 'name', 'time']);
      expect(attributes.get('time')).toMatch(/^\d+\.\d{3}$/);
    }
  });

  it.each([...attacks, '\u0000\u0008\u001b[2J', '\ud800', '\uffff', '&amp;', ']]>'])(
    'stays well-formed, and says what the host said: %j',
    async (text) => {
      const [suite] = parseXml(await saying(text, 'junit')).children;
      const cases = suite?.children.filter(({ name }) => name === 'testcase') ?? [];
      expect(cases).toHaveLength(1);
      expect(cases[0]?.children.map(({ name }) => name)).toEqual(['failure', 'system-out']);
      if (/^[ -~]*$/.test(text)) expect(cases[0]?.attributes.get('name')).toBe(text);
    },
  );
});

describe('a report as Markdown', () => {
  it('tells each diagnosis once, with its hosts folded, and each change once', async () => {
    const text = (await printReport(await fleetEvents(40), 'md', { mendgate: '0' })) ?? '';
    expect(text).toContain('| 3 | `unreachable` | 3 unreachable | `web[0001-0003]` |');
    expect(text).toContain('- `web0004` **rolled back**: `verify of step boolean did not hold`');
    expect(text.match(/SELinux type of tcp 3000: ntop_port_t → http_port_t` on `web\[/g)).toHaveLength(1);
    expect(text).toContain('proof: `Proved by the kernel');
    expect(text).toContain('### What to type next');
  });

  it.each([
    ...attacks,
    '@everyone',
    '[x](javascript:alert(1))',
    '```\n<b>x</b>',
    '``',
    '| a | b |',
    '![x](https://evil.example/p.png)',
    '#1',
    '\n\n# head',
  ])('shows what a host said as code only: %j', async (text) => {
    const report = await saying(text, 'md');
    const bare = report
      .replace(/^ *(`{3,})[\s\S]*?^ *\1$/gm, '')
      .split('\n')
      .map((line) => line.replace(/(?<!`)(`+)(?!`)(?:(?!\1(?!`)).)*?\1(?!`)/g, ''))
      .join('\n');
    expect(bare).not.toMatch(/<|@|\]\(|javascript|evil|pwned|\$\{|head/);
  });
});

describe('a report in any form', () => {
  it.each(['html', 'md', 'junit', 'json', 'csv'] as const)(
    'as %s holds no terminal escape and nothing that turns a line',
    async (kind) => {
      const text = await saying('\u001b]0;x\u0007\u009b31m\u202e\u2066\ufeff', kind);
      expect(text.replace(/^\ufeff/, '')).not.toMatch(
        /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/,
      );
    },
  );
});
