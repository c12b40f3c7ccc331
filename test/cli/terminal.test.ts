import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Act, onTerminal, type Played, terminalIsHere } from './on-terminal.ts';

const runbook = (confirm: string): string => `runbook: touch
title: Make a file
params:
  file: { type: string }
steps:
  - id: make
    title: Make it
    ${confirm}
    fix:
      - file.content: { path: "\${{ params.file }}", content: "made\\n" }
`;

describe.skipIf(!terminalIsHere)('on a terminal', () => {
  let dir: string;
  let made: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'mendgate-terminal-'));
    made = join(dir, 'made');
    writeFileSync(join(dir, 'plain.yaml'), runbook(''));
    writeFileSync(join(dir, 'asks.yaml'), runbook('confirm: Really?'));
  });
  beforeEach(() => rmSync(made, { force: true }));
  afterAll(() => rmSync(dir, { recursive: true, force: true }));
  const run = (book: string, play: readonly Act[], ...more: readonly string[]): Promise<Played> =>
    onTerminal(['run', join(dir, book), '-i', 'here,', '-c', 'local', '-e', `file=${made}`, ...more], play);

  it('carries out what was approved and confirmed, each question naming what it is about', async () => {
    const { code, screen } = await run('asks.yaml', [
      ['Carry this out on 1 host (here)? [y/N] ', 'type', 'y\r'],
      ['here: Really? [y/N] ', 'type', 'y\r'],
    ]);
    expect(code, screen).toBe(0);
    expect(existsSync(made)).toBe(true);
  });

  it('a no to what a step asks is told as a no', async () => {
    const { code, screen } = await run('asks.yaml', [
      ['Carry this out on 1 host (here)? [y/N] ', 'type', 'y\r'],
      ['here: Really? [y/N] ', 'type', 'n\r'],
    ]);
    expect(code, screen).toBe(5);
    expect(screen).toContain('not confirmed: asked, and the answer was no');
    expect(existsSync(made)).toBe(false);
  });

  const cancelled: readonly (readonly [string, string, readonly Act[], readonly string[]])[] = [
    ['Ctrl-C at the plan', 'plain.yaml', [['[y/N]', 'type', '\x03']], []],
    ['SIGTERM at the plan', 'plain.yaml', [['[y/N]', 'kill', 'SIGTERM']], []],
    ['SIGTERM twice at the plan', 'plain.yaml', [['[y/N]', 'kill', 'SIGTERM SIGTERM']], []],
    [
      'Ctrl-C at a confirmation',
      'asks.yaml',
      [
        ['Carry this out', 'type', 'y\r'],
        ['here: Really?', 'type', '\x03'],
      ],
      [],
    ],
    ['Ctrl-C at the sudo password', 'plain.yaml', [['become password:', 'type', 'half\x03']], ['-K']],
    ['Ctrl-C at the login password', 'plain.yaml', [['SSH password:', 'type', '\x03']], ['-k']],
    ['SIGTERM at the sudo password', 'plain.yaml', [['become password:', 'kill', 'SIGTERM']], ['-K']],
  ];
  it.each(cancelled)('%s ends the run with 130, and nothing is changed', async (_name, book, play, more) => {
    const { code, screen, left } = await run(book, play, ...more);
    expect(left).toBe(0);
    expect(code, screen).toBe(130);
    expect(existsSync(made)).toBe(false);
  });

  it('goes on with no empty password when the input ends', async () => {
    const { code, screen } = await run('plain.yaml', [['become password:', 'type', '\x04']], '-K');
    expect(code, screen).toBe(64);
    expect(screen).toContain('no host was touched');
  });

  it('--yes refuses what a step asks, and says what to do', async () => {
    const { code, screen } = await run('asks.yaml', [], '--yes');
    expect(code, screen).toBe(5);
    expect(screen.replaceAll(/\s+/g, ' ')).toContain('run it on a terminal without --yes, where it is asked');
    expect(existsSync(made)).toBe(false);
  });

  it('--step asks before each step: a no leaves its fix out, q goes no further', async () => {
    const asked = 'here: step make (Make it): [Y]es, (n)o fix, (c)ontinue to the end, (q)uit? ';
    const no = await run('plain.yaml', [[asked, 'type', 'n\r']], '--yes', '--step', '-v');
    expect(no.screen).toContain('left out by hand');
    expect(existsSync(made)).toBe(false);
    const quit = await run('plain.yaml', [[asked, 'type', 'q\r']], '--yes', '--step');
    expect(quit.screen).toContain('stopped by hand');
    expect(quit.code).toBe(2);
    expect(existsSync(made)).toBe(false);
    const yes = await run('plain.yaml', [[asked, 'type', '\r']], '--yes', '--step');
    expect(yes.code, yes.screen).toBe(0);
    expect(existsSync(made)).toBe(true);
  });
});
