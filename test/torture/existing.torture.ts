import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepFigures } from './figures.ts';

/** A suite that is part of the usual tests. */
interface Suite {
  readonly suite: string;
  readonly title: string;
  /** Below test/, without their ending. */
  readonly files: readonly string[];
  /** So many tests it has at least. */
  readonly least: number;
  /** Makes them last longer than they usually do. */
  readonly env?: { readonly [name: string]: string };
}

/** They are run here, and counted. */
const suites = [
  {
    suite: 'F1',
    title: 'the fault model, row by row',
    files: ['transports/fault-table', 'transports/fix-cuts'],
    least: 50,
  },
  {
    suite: 'F12',
    title: 'faults of the journal: full disk, EIO, short writes, modes, links, edits',
    files: [
      'journal/faults',
      'journal/full-disk',
      'journal/tampering',
      'journal/torn-tail',
      'journal/writes',
      'journal/paths',
    ],
    least: 40,
  },
  {
    suite: 'F15',
    title: 'locks: 50 rounds of 20 starters each, the holder killed with -9',
    files: ['journal/run-lock', 'e2e/locks', 'shell/host-lock'],
    least: 3,
    env: { MENDGATE_LOCK_ROUNDS: '50' },
  },
  { suite: 'F16', title: 'signals in each phase', files: ['e2e/signals'], least: 20 },
] satisfies readonly Suite[];

interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
}

/** What a suite's tests tell in lines like `F15 linux: 50 rounds`. */
function saidBy(stdout: string, suite: string): readonly (readonly [string, string])[] {
  const lines = stdout.matchAll(new RegExp(`^${suite} ([^:\\n]+): (.+)$`, 'gm'));
  return [...lines].map(([, what = '', said = '']) => [what, said]);
}

describe('suites that are part of the usual tests', () => {
  it.each<Suite>(suites)('$suite: $title', ({ suite, title, files, least, env }) => {
    const folder = mkdtempSync(join(tmpdir(), 'mendgate-report-'));
    const report = join(folder, 'report.json');
    const begun = performance.now();
    const vitest = resolve('node_modules/vitest/vitest.mjs');
    const named = files.map((file) => `test/${file}.test.ts`);
    const { stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', '--maxWorkers=2', ...named], {
      env: { ...process.env, ...env, MENDGATE_TEST_REPORT: report },
    });
    const { numPassedTests, numFailedTests, numPendingTests }: Report = JSON.parse(readFileSync(report, 'utf8'));
    rmSync(folder, { recursive: true });
    const held = numFailedTests === 0 && numPassedTests >= least;
    if (!held) process.stdout.write(`${stdout}${stderr}`);
    keepFigures({
      suite,
      title,
      counts: [
        ['tests', numPassedTests],
        ['failed', numFailedTests],
        ['skipped', numPendingTests],
        ...saidBy(stdout.toString(), suite),
      ],
      seeds: '–',
      held,
      seconds: (performance.now() - begun) / 1000,
    });
    expect(held).toBe(true);
  });
});
