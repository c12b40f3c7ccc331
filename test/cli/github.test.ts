import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { colourOf } from '../../src/cli/io.ts';
import { mendgate } from '../e2e/cli.ts';

const runbook = `
runbook: note
title: A note
symptom:
  probes: { now: { core.command: { command: [printf, '%s', '::set-output name=x::y'] } } }
  present: "now.rc == 0"
  gone: { probes: { later: { core.command: { command: ['true'] } } }, that: "later.rc == 1" }
steps:
  - id: look
    title: Look
    conclude:
      - when: now.rc == 0
        verdict: not_fixed
        message: "\${{ now.stdout }}"
`;

let root: string;
const file = (name: string): string => join(root, name);
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'mendgate-github-'));
  writeFileSync(file('note.yaml'), runbook);
  writeFileSync(file('inventory.yaml'), 'hosts: { here: { connect: { address: localhost, transport: local } } }\n');
});
afterAll(() => rmSync(root, { recursive: true }));

const run = (env: { readonly [name: string]: string }, ...args: readonly string[]) =>
  mendgate(
    ['run', file('note.yaml'), '-i', file('inventory.yaml'), '--dry-run', '--state-dir', file('state'), ...args],
    env,
  );

describe('a run in GitHub Actions', () => {
  it('leaves annotations and a job summary, and lets no host command the runner', async () => {
    writeFileSync(file('summary.md'), '# before\n');
    const { code, stderr } = await run({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: file('summary.md') });
    expect(code).toBe(2);
    const [, token, told = ''] = /^::stop-commands::([0-9a-f]{32})\n([\s\S]*)/.exec(stderr) ?? [];
    const [during = '', after = ''] = told.split(`\n::${token}::\n`);
    expect(during).toContain('::set-output name=x::y');
    expect(after.split('\n').filter((line) => line.startsWith('::'))).toEqual([
      `::error title=1 host not fixed,file=${file('note.yaml')}::here%0A::set-output name=x::y`,
      '::notice title=mendgate note::1 host: 1 not fixed',
    ]);
    const summary = readFileSync(file('summary.md'), 'utf8');
    expect(summary).toMatch(/^# before\n## `A note`\n/);
    expect(summary).toContain('| 1 not fixed | `here` |');
  });

  it('ends as it would elsewhere when there is no place for a summary', async () => {
    const { code, stderr } = await run({ GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: file('no/such/folder') });
    expect(code).toBe(2);
    expect(stderr).toContain('warning: no job summary: ENOENT');
  });

  it('keeps JSON lines clean', async () => {
    const { stdout } = await run({ GITHUB_ACTIONS: 'true' }, '--json');
    for (const line of stdout.trimEnd().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  });
});

describe('a run anywhere else', () => {
  it('says nothing to a runner', async () => {
    expect((await run({ GITHUB_ACTIONS: '' })).stderr).not.toContain('::stop-commands::');
  });
});

describe('colour', () => {
  it.each([
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
    [false, { FORCE_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '3', NO_COLOR: '1' }, true],
    [true, { FORCE_COLOR: '0' }, false],
    [true, { FORCE_COLOR: 'false' }, false],
  ])('terminal %j with %j: %j', (isTty, env, expected) => {
    expect(colourOf(isTty, env)).toBe(expected);
  });
});
