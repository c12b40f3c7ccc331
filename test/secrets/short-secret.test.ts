import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { mendgate } from '../e2e/cli.ts';

const runbook = `runbook: short
title: Has a secret
params: { pin: { type: secret } }
steps:
  - id: only
    title: Look
    probes: { it: { core.command: { command: ["true"] } } }
    gate: it.rc != 0
    fix: [{ core.command: { command: ["true"] } }]
    rollback: [{ core.command: { command: ["true"] } }]
`;

test.each([
  ['q7k', true],
  ['q7kz', false],
])('a secret that is too short to be redacted is warned of by its name: %s', async (pin, warned) => {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-short-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'book.yaml'), runbook);
  const args = ['run', join(folder, 'book.yaml'), '-C', '-i', 'here,', '-c', 'local', '--secret', 'pin=env:PIN'];
  const { stderr, stdout } = await mendgate([...args, '--state-dir', join(folder, 'state')], { PIN: pin });
  expect(stdout).toContain('here');
  expect(stderr.includes('warning: secret pin: shorter than 4 characters')).toBe(warned);
  expect(stderr + stdout).not.toContain(pin);
});
