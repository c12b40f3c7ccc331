import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mendgate } from '../e2e/cli.ts';

const book = `runbook: kept
title: A file is kept
params: { path: { type: string } }
steps:
  - id: look
    title: Look
    probes: { file: { file.stat: { path: "\${{ params.path }}" } } }
    verify: { that: file.exists }
`;
const cases = (verdict: string): string => `runbook: kept.yaml
cases:
  - name: it is there
    params: { path: /x }
    host: { answers: { file: { exists: true } } }
    real: { verdict: ${verdict} }
`;

let folder = '';
const file = (name: string, text?: string): string => {
  if (text !== undefined) writeFileSync(join(folder, name), text);
  return join(folder, name);
};

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mendgate-cli-cases-'));
  file('kept.yaml', book);
  file('good.test.yaml', cases('healthy'));
  file('bad.test.yaml', cases('fixed'));
  file('broken.test.yaml', 'runbook: kept.yaml\ncases: []\n');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('mendgate test', () => {
  it('ends with 0 where all pass, 2 where one does not, 65 where a file is broken, 64 where there is none', async () => {
    const good = await mendgate(['test', file('good.test.yaml')]);
    expect(good).toMatchObject({ code: 0, stderr: '' });
    expect(good.stdout).toContain('✓ it is there, real');
    const bad = await mendgate(['test', file('bad.test.yaml')]);
    expect(bad).toMatchObject({ code: 2, stderr: '' });
    expect(bad.stdout).toContain('- fixed\n        + healthy');
    const broken = await mendgate(['test', folder]);
    expect(broken.code).toBe(65);
    expect(broken.stderr).toContain('broken.test.yaml:2:8: error[test/empty]');
    expect(broken.stdout).toContain('✓ it is there, real');
    expect(broken.stdout).not.toContain('all passed');
    const alone = await mendgate(['test', file('broken.test.yaml'), '--junit', file('broken.xml')]);
    expect(alone.code).toBe(65);
    expect(alone.stdout).toMatch(/✗ not run: .*broken\.test\.yaml:2: .*\n\n1 file, 0 runs, 1 file broken/);
    expect(readFileSync(file('broken.xml'), 'utf8')).toContain('<error message=');
    expect(await mendgate(['test', file('nothing')])).toMatchObject({ code: 64 });
    expect(await mendgate(['test', file('good.test.yaml'), '--coverage', '101'])).toMatchObject({ code: 64 });
  });

  it('measures, writes JUnit XML, and writes expectations anew', async () => {
    const junit = file('junit.xml');
    const measured = await mendgate([
      'test',
      file('good.test.yaml'),
      '--coverage',
      '100',
      '--mutate',
      '--junit',
      junit,
    ]);
    expect(measured).toMatchObject({ code: 0, stderr: '' });
    expect(measured.stdout).toContain('branches of kept: 0 of 0 (100 %)');
    expect(measured.stdout).toContain('1 answer turned round in 1 run');
    expect(readFileSync(junit, 'utf8')).toContain('<testsuite name=');
    const renewed = file('renewed.test.yaml', cases('fixed'));
    expect(await mendgate(['test', renewed, '--update'])).toMatchObject({ code: 0 });
    expect(readFileSync(renewed, 'utf8')).toContain('verdict: healthy');
    rmSync(renewed);
  });

  it('warns of a failed run that it writes down as what is expected', async () => {
    const gone = cases('healthy').replace('it is there', 'it is gone').replace('exists: true', 'exists: false');
    const updated = await mendgate(['test', file('gone.test.yaml', gone), '--update']);
    expect(updated).toMatchObject({ code: 0, stderr: '' });
    expect(updated.stdout).toMatch(/^ {2}warning: it is gone, real, expects a failed run now: step look failed: /m);
    expect(updated.stdout).toContain('1 expectation written anew');
    expect((await mendgate(['test', file('gone.test.yaml')])).stdout).not.toContain('warning');
    rmSync(file('gone.test.yaml'));
  });
});

describe('mendgate record', () => {
  it('looks at one host, and its transcript is what a case needs', async () => {
    const out = file('here.yaml');
    const here = ['-i', 'here,', '-c', 'local', '-e', `path=${file('kept.yaml')}`];
    const recorded = await mendgate(['record', file('kept.yaml'), ...here, '-o', out]);
    expect(recorded).toMatchObject({ code: 0, stdout: '' });
    expect(recorded.stderr).toContain('1 reading in');
    expect(readFileSync(out, 'utf8')).toContain('- probe: file.stat');
    const recordedCase = `runbook: kept.yaml
cases:
  - { name: recorded, params: { path: ${file('kept.yaml')} }, host: { recording: here.yaml }, dry: { verdict: healthy } }
`;
    expect(await mendgate(['test', file('recorded.test.yaml', recordedCase)])).toMatchObject({ code: 0, stderr: '' });
    rmSync(file('recorded.test.yaml'));
    const shown = await mendgate(['record', file('kept.yaml'), ...here]);
    expect(shown.stdout).toContain('recording: 1');
  });

  it('is of one host, and of one that answers', async () => {
    const two = await mendgate(['record', file('kept.yaml'), '-i', 'a,b,', '-e', 'path=/x']);
    expect(two).toMatchObject({ code: 64 });
    expect(two.stderr).toContain('name it with -l HOST');
    const silent = ['record', file('kept.yaml'), '-i', 'nobody.invalid,', '-e', 'path=/x', '-T', '1'];
    expect(await mendgate(silent)).toMatchObject({ code: 4, stdout: '' });
    expect(await mendgate(['record', file('missing.yaml'), '-i', 'a,'])).toMatchObject({ code: 65 });
  });
});
