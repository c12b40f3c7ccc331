import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTar, writeTar } from '../../src/journal/bundle/tar.ts';
import { mendgate } from '../e2e/cli.ts';

/** What was run before, as a user asks for it: on this machine as the one host. */
const runbook = (note: string, text: string): string => `
runbook: note
title: A note says new
params: { token: { type: secret, optional: true } }
symptom:
  probes: { now: { file.content: { path: ${note} } } }
  present: "!has(now.text) || now.text != '${text}\\\\n'"
  gone: { probes: { later: { file.content: { path: ${note} } } }, that: "has(later.text) && later.text == '${text}\\\\n'" }
steps:
  - id: write
    title: Write the note
    fix: [{ file.content: { path: ${note}, content: "${text}\\n" } }]
`;

let root: string;
let state: string;
let dryRun: string;
let realRun: string;
let otherRun: string;
const file = (name: string): string => join(root, name);
const kept = (...args: readonly string[]) => mendgate([...args, '--state-dir', state]);

async function run(...args: readonly string[]): Promise<string> {
  const before = new Set(runs());
  await kept('run', file('note.yaml'), '-i', file('inventory.yaml'), ...args);
  return runs().find((id) => !before.has(id)) ?? '';
}
const runs = (): readonly string[] => {
  try {
    return readdirSync(join(state, 'runs'));
  } catch {
    return [];
  }
};

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'mendgate-history-'));
  state = file('state');
  writeFileSync(file('note'), 'old\n');
  writeFileSync(file('note.yaml'), runbook(file('note'), 'new'));
  writeFileSync(file('inventory.yaml'), 'hosts: { here: { connect: { address: localhost, transport: local } } }\n');
  dryRun = await run('--dry-run');
  realRun = await run('--yes', '-e', 'token=hush-hush-hush');
  writeFileSync(file('note'), 'old\n');
  writeFileSync(file('note.yaml'), runbook(file('note'), 'newer'));
  otherRun = await run('--yes');
  writeFileSync(file('note.yaml'), runbook(file('note'), 'new'));
});
afterAll(() => rmSync(root, { recursive: true }));

describe('runs list', () => {
  it('tells who ran which runbook when, and how it ended', async () => {
    const [, line = ''] = (await kept('runs', 'list')).stdout.split('\n');
    const { sha256 } = JSON.parse(
      readFileSync(join(state, 'runs', realRun, 'journal.jsonl'), 'utf8').split('\n')[0] ?? '',
    ).runbook;
    expect(line.split(/ {2,}/)).toEqual([
      realRun,
      `note@${sha256.slice(0, 8)}`,
      '1 host',
      'run',
      expect.stringContaining(`${userInfo().username}@${hostname()}`),
      'exit 0: 1 fixed',
    ]);
  });
});

describe('runs diff', () => {
  it('says what the second found and did otherwise than the first', async () => {
    const { code, stdout } = await kept('runs', 'diff', dryRun, realRun);
    expect(code).toBe(0);
    expect(stdout).toContain(
      `- ${dryRun}  dry run of note on 1 host: 1 would fix\n+ ${realRun}  run of note on 1 host: 1 fixed\n`,
    );
    expect(stdout).toContain('verdict    here\n         - would fix\n         + fixed\n');
    expect(stdout).not.toContain('changes ');
    expect(stdout).toContain('0 hosts alike, 1 host not\n');
  });

  it('names another runbook and other changes', async () => {
    const { stdout } = await kept('runs', 'diff', realRun, otherRun);
    expect(stdout).toMatch(/^runbook {4}[0-9a-f]{12} → [0-9a-f]{12}$/m);
    expect(stdout).toMatch(/^changes {4}here\n {9}- .+\n {9}\+ .+$/m);
    expect(stdout).not.toContain('verdict ');
  });

  it('finds nothing in a run and itself', async () => {
    expect((await kept('runs', 'diff', realRun, realRun)).stdout).toMatch(/\n\n1 host alike\n$/);
  });

  it('needs two runs that are kept', async () => {
    expect(await kept('runs', 'diff', realRun, 'nothing')).toMatchObject({ code: 64 });
  });
});

describe('explain', () => {
  it('tells of a run and a host, from the journal', async () => {
    const { code, stdout } = await kept('explain', realRun, 'here');
    expect(code).toBe(0);
    expect(stdout).toMatch(/symptom +here +present \(first look\)/);
    expect(await kept('explain', realRun, 'there')).toMatchObject({ code: 64 });
    expect((await kept('explain', 'here', '--run', realRun)).stdout).toBe(stdout);
  });

  it('of a run alone asks which host, and names them', async () => {
    for (const run of ['last', realRun]) {
      const { code, stderr } = await kept('explain', run);
      expect(code).toBe(64);
      expect(stderr).toBe(`mendgate: which host of run ${run}? mendgate explain ${run} HOST: here\n`);
    }
  });
});

describe('runs report', () => {
  it('writes a file, or to stdout', async () => {
    const told = await kept('runs', 'report', realRun, '--as', 'md');
    expect(told).toMatchObject({ code: 0, stderr: '' });
    expect(told.stdout).toContain(`mendgate undo ${realRun}`);
    const out = file('report.html');
    expect(await kept('runs', 'report', realRun, '--as', 'html', '-o', out)).toMatchObject({ code: 0, stdout: '' });
    expect(readFileSync(out, 'utf8')).toMatch(/^<!doctype html>[\s\S]*Content-Security-Policy/);
    expect(await kept('runs', 'report', realRun, '-o', file('no/such/folder'))).toMatchObject({ code: 74 });
    expect(await kept('runs', 'report', realRun, '--as', 'pdf')).toMatchObject({ code: 64 });
  });
});

describe('an exported run', () => {
  let bundle: string;
  beforeAll(async () => {
    bundle = file('evidence.tgz');
    expect(await kept('runs', 'export', realRun, '-o', bundle)).toMatchObject({ code: 0, stderr: '' });
  });

  const files = () => readTar(gunzipSync(readFileSync(bundle)));
  /** Elsewhere: another state directory, where the run never was. */
  const verify = (path: string) => mendgate(['runs', 'verify', path, '--state-dir', file('elsewhere')]);

  it('is verified elsewhere, with what is in it and its hash', async () => {
    const { code, stdout } = await verify(bundle);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^${realRun} by .+: whole: \\d+ records, exit 0\n[0-9a-f]{64}  `));
    for (const name of ['journal.jsonl', 'runbook.yaml', 'report.html', 'report.json', 'report.md'])
      expect(stdout).toContain(`  ${name}\n`);
  });

  it('is the same bytes each time, and goes over no other file without --force', async () => {
    const hash = createHash('sha256').update(readFileSync(bundle)).digest('hex');
    const out = file('again.tgz');
    const again = (...more: readonly string[]) => kept('runs', 'export', realRun, '-o', out, ...more);
    expect(await again()).toMatchObject({ code: 0, stdout: `${hash}  ${out}\n` });
    expect(await again()).toMatchObject({ code: 0, stdout: `${hash}  ${out}\n` });
    writeFileSync(out, 'evidence of something else');
    const refused = await again();
    expect(refused).toMatchObject({ code: 74, stdout: '' });
    expect(refused.stderr).toContain('another file is there already; --force writes over it');
    expect(readFileSync(out, 'utf8')).toBe('evidence of something else');
    expect(await again('--force')).toMatchObject({ code: 0, stdout: `${hash}  ${out}\n` });
  });

  it('holds no secret, and the runbook that ran', () => {
    for (const { bytes } of files()) expect(bytes.toString('utf8')).not.toContain('hush-hush-hush');
    expect(
      files()
        .find(({ name }) => name.endsWith('/runbook.yaml'))
        ?.bytes.toString('utf8'),
    ).toBe(readFileSync(file('note.yaml'), 'utf8'));
  });

  it('says when the runbook is not what it was, and is whole without it', async () => {
    const out = file('without.tgz');
    const exported = await kept('runs', 'export', otherRun, '-o', out);
    expect(exported.stderr).toContain('without the runbook:');
    expect((await verify(out)).stdout).toMatch(/whole[\s\S]*without the runbook: .*was changed since/);
  });

  it.each([
    [
      'a byte of a report',
      (name: string, bytes: Buffer) =>
        name.endsWith('.md') ? Buffer.from(bytes.toString().replace('fixed', 'fixes')) : bytes,
    ],
    ['the journal', (name: string, bytes: Buffer) => (name.endsWith('.jsonl') ? bytes.subarray(0, -30) : bytes)],
    ['the manifest', (name: string, bytes: Buffer) => (name.endsWith('manifest.json') ? Buffer.from('{}') : bytes)],
    ['a file that is gone', (name: string, bytes: Buffer) => (name.endsWith('.html') ? undefined : bytes)],
  ])('is damaged when somebody changed %s', async (_what, change) => {
    const changed = files().flatMap(({ name, bytes }) => {
      const now = change(name, bytes);
      return now === undefined ? [] : [{ name, bytes: now }];
    });
    writeFileSync(file('changed.tgz'), gzipSync(writeTar(changed, 0)));
    expect(await verify(file('changed.tgz'))).toMatchObject({ code: 2, stdout: expect.stringMatching(/damaged\n$/) });
  });

  it('is damaged when it is cut, holds more than it says, or is something else', async () => {
    const whole = readFileSync(bundle);
    const more = [...files(), { name: `mendgate-${realRun}/extra`, bytes: Buffer.from('x') }];
    for (const bytes of [
      whole.subarray(0, -100),
      gzipSync(writeTar(more, 0)),
      gzipSync('hello'),
      Buffer.from('hello'),
    ]) {
      writeFileSync(file('odd.tgz'), bytes);
      expect(await verify(file('odd.tgz'))).toMatchObject({ code: 2, stdout: expect.stringMatching(/damaged\n$/) });
    }
    expect(await verify(file('missing.tgz'))).toMatchObject({ code: 64 });
  });
});

describe('runs clean', () => {
  it('names what it would remove, and never the newest', async () => {
    const then = new Date(Date.now() - 31 * 24 * 3600 * 1000);
    for (const id of runs()) utimesSync(join(state, 'runs', id, 'journal.jsonl'), then, then);
    const all = await kept('runs', 'clean', '--dry-run');
    expect(all.stdout.split('\n')).toHaveLength(runs().length + 1);
    expect(all.stderr).toContain('3 runs would be removed');
    expect((await kept('runs', 'clean', '--keep', '2')).stdout).toBe(`${dryRun}\n`);
    expect(await kept('runs', 'clean', '--keep', 'two')).toMatchObject({ code: 64 });
    expect([...runs()].sort()).toEqual([realRun, otherRun].sort());
  });
});
