import { describe, expect, it } from 'vitest';
import { lintText } from './lint-text.ts';

const today = '2026-06-01';

function book(call: string): string {
  return `runbook: x\ntitle: x\nsteps:\n  - id: one\n    probes: { now: { core.facts: {} } }\n    gate: now.hostname != ""\n    fix:\n${call}\n    rollback: { irreversible: a test }\n    verify: { probes: { f: { core.facts: {} } }, that: f.hostname != "" }\n`;
}
const onLine = (comment: string): string =>
  book(`      - core.command: { command: [setenforce, "0"] }  # lint: ${comment}`);

async function told(text: string): Promise<readonly string[]> {
  const { findings } = await lintText(text, today);
  return findings.map(({ code, waived }) => (waived === undefined ? code : `${code} waived: ${waived.reason}`));
}

describe('a waiver', () => {
  it('lets a finding of its line stay until its day, for its reason', async () => {
    expect(await told(onLine('allow setenforce until 2026-06-02: lab only: CHG-7'))).toEqual([
      'lint/setenforce waived: lab only: CHG-7',
    ]);
  });
  it('may name the whole id, and several', async () => {
    const comment = 'allow lint/setenforce, chcon until 2027-01-01: lab';
    expect(await told(onLine(comment))).toEqual(['lint/setenforce waived: lab']);
  });
  it('may stand alone on the line before, and inside a script', async () => {
    const script =
      '      - core.script:\n          script: |\n            # lint: allow setenforce until 2027-01-01: lab\n            setenforce 0';
    expect(await told(book(script))).toEqual(['lint/setenforce waived: lab']);
    const alone =
      '      # lint: allow setenforce until 2027-01-01: lab\n      # (see the ticket)\n      - core.command: { command: [setenforce, "0"] }';
    expect(await told(book(alone))).toEqual(['lint/setenforce waived: lab']);
  });
  it('ends on its day, and then says so', async () => {
    expect(await told(onLine('allow setenforce until 2026-06-01: lab'))).toEqual([
      'lint/setenforce',
      'lint/waiver-expired',
    ]);
  });
  it('says when it allows nothing any more', async () => {
    const text = book(
      '      - service.state: { name: app, enabled: true }  # lint: allow setenforce until 2027-01-01: lab',
    );
    expect(await told(text.replace(/ {4}rollback.*\n/, ''))).toEqual(['lint/waiver-unused']);
  });
  it.each([
    ['allow setenforce: lab', /until when/],
    ['allow setenforce until 2027-01-01', /why/],
    ['allow setenforce until 2027-02-30: lab', /no day/],
    ['allow setenforce until tomorrow: lab', /no day/],
    ['allow setenforse until 2027-01-01: lab', /no rule `setenforse`.*setenforce/],
    ['alow setenforce until 2027-01-01: lab', /no waiver/],
  ])('%s counts for nothing, and says why', async (comment, message) => {
    const { findings } = await lintText(onLine(comment), today);
    expect(findings.map(({ code }) => code)).toEqual(['lint/setenforce', 'lint/waiver']);
    expect(findings[1]?.message).toMatch(message);
    expect(findings[1]?.help).toMatch(/# lint: allow RULE until/);
  });
  it('cannot make an invalid runbook valid', async () => {
    const text = book(
      '      - service.state: { name: app, stat: x }  # lint: allow params/unknown-key until 2027-01-01: no',
    );
    expect(await told(text)).toContain('params/unknown-key');
  });
});
