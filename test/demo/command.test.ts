import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { demo } from '../../src/cli/commands/demo.ts';
import type { Io } from '../../src/cli/io.ts';

function capture(columns: number): { readonly io: Io; readonly out: () => string; readonly err: () => string } {
  const texts = { out: '', err: '' };
  const stream = (name: 'out' | 'err') => ({
    write: (text: string) => {
      texts[name] += text;
    },
    isTty: true,
    columns,
    rows: 24,
    colour: false,
  });
  const io = {
    stdout: stream('out'),
    stderr: stream('err'),
    stdin: process.stdin,
    env: {},
    onInterrupt: () => () => {},
  };
  return { io, out: () => texts.out, err: () => texts.err };
}

describe('mendgate demo, over real SSH', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-test-'));
  const screen = capture(80);
  let exitCode: number;
  let ms: number;

  beforeAll(async () => {
    vi.stubEnv('TMPDIR', folder);
    // Nothing of the person's own is needed, and none is looked at.
    vi.stubEnv('HOME', join(folder, 'no-home'));
    vi.stubEnv('SSH_AUTH_SOCK', undefined);
    const begun = performance.now();
    exitCode = await demo(screen.io);
    ms = performance.now() - begun;
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  it('ends well and soon', () => {
    expect(screen.err()).toBe('');
    expect(exitCode).toBe(0);
    expect(ms).toBeLessThan(15_000);
  });

  it('says that its hosts are simulated, before anything else is shown', () => {
    expect(screen.out().indexOf('hosts are simulated')).toBeGreaterThan(0);
    expect(screen.out().indexOf('hosts are simulated')).toBeLessThan(screen.out().indexOf('Dry run'));
  });

  it('shows five hosts mended, and none changed by the second run', () => {
    expect(screen.out().match(/fixed +502 → 200/g)).toHaveLength(5);
    const [, , , again = ''] = screen.out().split(/^\d {2}/m);
    expect(again).toContain('0 changes on 8 hosts');
  });

  it('never proposes to open every port', () => {
    const [, dryRun = ''] = screen.out().split(/^\d {2}/m);
    expect(dryRun.split('Where several')[0]).not.toContain('httpd_can_network_connect');
  });

  it('ends with the command for hosts of one’s own', () => {
    const last = screen.out().trimEnd().split('\n').slice(-2);
    expect(last).toEqual([
      '   npx mendgate plan runbooks/nginx-502-permission-denied.yaml -i web01,web02,',
      '   npx mendgate run  runbooks/nginx-502-permission-denied.yaml -i web01,web02,',
    ]);
  });

  it('fits the terminal', () => {
    const wide = screen
      .out()
      .split('\n')
      .filter((line) => line.length > 80);
    expect(wide).toEqual([]);
  });

  it('leaves no file behind', () => {
    expect(readdirSync(folder)).toEqual([]);
  });
});
