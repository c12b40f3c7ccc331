import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { onTerminal, terminalIsHere } from '../cli/on-terminal.ts';
import { mendgate } from './cli.ts';

const canary = 'CANARY-4c1d';

let folder: string;
const at = (name: string): string => join(folder, name);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mendgate-plan-secret-'));
  const book = `runbook: token
title: The token stands in its file
params: { token: { type: secret } }
steps:
  - id: write
    title: Write it
    fix: [{ file.content: { path: ${at('made')}, content: "\${{ params.token }}" } }]
`;
  writeFileSync(at('book.yaml'), book);
  writeFileSync(at('token'), `${canary}\n`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const env = { TOKEN: canary, OTHER: canary };
const state = () => ['--state-dir', at('state')];
const planLine = (source: string) => {
  const asked = ['-i', 'here,', '-c', 'local', '--secret', `token=${source}`, '-o', at('p.json')];
  return ['plan', at('book.yaml'), ...asked, ...state()];
};
const apply = (...more: readonly string[]) => mendgate(['apply', at('p.json'), ...state(), ...more], env);

describe('a plan that was made with a secret', () => {
  it.each([
    ['env:TOKEN', 'env:TOKEN', 'env:OTHER'],
    ['file:FOLDER/token', 'file:FOLDER/token', 'env:TOKEN'],
    ['command:cat FOLDER/token', 'command:cat …', 'file:FOLDER/token'],
  ])('is carried out with one from the same source only: %s', async (...sources) => {
    const [source, shown, other] = sources.map((text) => text.replace('FOLDER', folder)) as [string, string, string];
    const made = await mendgate(planLine(source), env);
    expect(made.code, made.stderr).toBe(0);
    expect(readFileSync(at('p.json'), 'utf8')).not.toContain(canary);
    const page = await mendgate(['plan', '--show', at('p.json')]);
    expect(page.stdout).toContain(`param token: a secret from ${shown}; its value is no part of the plan\n`);
    expect(page.stdout).toContain('carried out once, as far as the state directory');
    const without = await apply();
    expect(without.code).toBe(64);
    expect(without.stderr).toMatch(/add --secret '?token=/);
    const elsewhere = await apply('--secret', `token=${other}`);
    expect(elsewhere.code).toBe(5);
    expect(elsewhere.stderr).toContain(
      `param token came from ${shown} when the plan was made, and comes from ${other} now`,
    );
    expect(elsewhere.stderr).toContain('No host was touched');
    expect(existsSync(at('made'))).toBe(false);
    const done = await apply('--secret', `token=${source}`);
    expect(done.code, done.stderr).toBe(0);
    expect(readFileSync(at('made'), 'utf8')).toBe(canary);
  });

  it.skipIf(!terminalIsHere)('that was asked for is asked for again', async () => {
    const asked = [['param token: ', 'type', `${canary}\r`]] as const;
    const made = await onTerminal(planLine('prompt'), asked);
    expect(made.code, made.screen).toBe(0);
    expect((await apply('--secret', 'token=env:TOKEN')).code).toBe(5);
    const done = await onTerminal(['apply', at('p.json'), ...state(), '-y'], asked);
    expect(done.code, done.screen).toBe(0);
    expect(readFileSync(at('made'), 'utf8')).toBe(canary);
  });
});
