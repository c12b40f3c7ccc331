import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunEntry } from '../../src/journal/list-runs.ts';
import type { Event } from '../../src/model/event.ts';
import { mendgate } from '../e2e/cli.ts';

/** The commands about kept runs, as a user types them, on this machine as the one host. */
const runbook = (root: string) => `
runbook: note
title: A note says new
params: { token: { type: secret, optional: true } }
steps:
  - id: write
    title: Write the note
    fix: [{ file.content: { path: ${root}/note, content: "new\\n" } }]
    verify:
      probes: { now: { file.content: { path: ${root}/note } } }
      that: has(now.text) && now.text == "${'$'}{expected}\\n"
`;

let root: string;
let state: string;
const file = (name: string): string => join(root, name);

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'mendgate-runs-'));
  state = file('state');
  writeFileSync(file('good.yaml'), runbook(root).replace('${expected}', 'new'));
  writeFileSync(file('bad.yaml'), runbook(root).replace('${expected}', 'other'));
  writeFileSync(file('inventory.yaml'), 'hosts: { here: { connect: { address: localhost, transport: local } } }\n');
});
afterAll(() => rmSync(root, { recursive: true }));

const kept = (...args: readonly string[]) => mendgate([...args, '--state-dir', state]);
const run = (name: string, ...args: readonly string[]) => {
  writeFileSync(file('note'), 'old\n');
  return kept('run', file(name), '-i', file('inventory.yaml'), ...args);
};
const list = async (): Promise<readonly RunEntry[]> => {
  const { stdout } = await kept('runs', 'list', '--json');
  return stdout.split('\n').flatMap((line): RunEntry[] => (line === '' ? [] : [JSON.parse(line)]));
};
const lastId = async (): Promise<string> => (await list())[0]?.run ?? '';
const journal = async (): Promise<string> => join(state, 'runs', await lastId(), 'journal.jsonl');

describe('a run from the command line', () => {
  it('is kept, with what was asked for and without secrets', async () => {
    const ended = await run('good.yaml', '--yes', '-e', 'token=hush-hush', '-l', 'here');
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stderr).not.toContain('resume');
    const [entry] = await list();
    expect(entry).toMatchObject({
      state: 'ended',
      runbook: 'note',
      hosts: 1,
      dryRun: false,
      exitCode: 0,
      request: {
        kind: 'run',
        runbook: resolve(file('good.yaml')),
        inventory: [file('inventory.yaml')],
        limit: 'here',
        extra: [{ name: 'token', text: '***' }],
        operator: expect.stringMatching(/.+@.+/),
      },
    });
    expect(readFileSync(await journal(), 'utf8')).not.toContain('hush-hush');
    expect(await kept('runs', 'verify', 'last')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^.*: whole: \d+ records, exit 0\n$/),
    });
  });

  it('that went bad says how to go on with it, and is shown later as it was then', async () => {
    const ended = await run('bad.yaml', '--yes');
    const id = await lastId();
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain(`mendgate resume ${id} --failed --state-dir ${state}\n`);
    const shown = await kept('runs', 'show', id);
    expect(shown.stdout).toContain(`${id}  note  began `);
    expect(shown.stdout).toContain(ended.stdout.trim().split('\n').at(0));
    expect(shown.stdout).toContain('1 not fixed');
    expect(shown.stderr).toBe('');
    expect((await kept('runs', 'show', id, '-v')).stderr).toBe('');
    const told = await kept('runs', 'show', id, '-vv');
    expect(told.stderr).toContain('failed');
  });

  it('is found by a part of its name; its hosts are named for -l', async () => {
    const part = (await lastId()).slice(-6);
    expect((await kept('runs', 'show', part, '--hosts', 'bad')).stdout).toBe('here\n');
    expect((await kept('runs', 'show', part, '--hosts', 'not_fixed')).stdout).toBe('here\n');
    expect((await kept('runs', 'show', part, '--hosts', 'unreachable')).stdout).toBe('');
    expect(await kept('runs', 'show', part, '--hosts', 'broken')).toMatchObject({ code: 64 });
  });

  it('gives its events back, one per line', async () => {
    const live = await run('good.yaml', '--yes', '--json');
    const again = await kept('runs', 'show', 'last', '--json');
    expect(again.stdout).toBe(live.stdout);
    const types = again.stdout.split('\n').flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as Event).type]));
    expect(types.at(0)).toBe('run.started');
    expect(types.at(-1)).toBe('run.finished');
  });

  it('is kept as a dry run too', async () => {
    expect(await run('good.yaml', '--dry-run')).toMatchObject({ code: 0 });
    expect((await list())[0]).toMatchObject({ dryRun: true, exitCode: 0 });
    expect((await kept('runs', 'list')).stdout.split('\n')[0]).toMatch(
      /note@[0-9a-f]{8} {2}1 host {2}dry run {2}\S+@.+ {2}exit 0: 1 .+$/,
    );
  });

  it('that broke off is said to have no end', async () => {
    await run('good.yaml', '--yes');
    const path = await journal();
    const whole = readFileSync(path, 'utf8');
    const lines = whole.split('\n');
    writeFileSync(path, `${lines.slice(0, -3).join('\n')}\n{"seq":`);
    expect((await list())[0]).toMatchObject({ state: 'open' });
    const verified = await kept('runs', 'verify', 'last');
    expect(verified.stdout).toContain('no end');
    expect(verified.stdout).toContain('never finished (7 bytes)');
    expect((await kept('runs', 'show', 'last', '--hosts', 'bad')).stdout).toBe('here\n');
    writeFileSync(path, whole);
  });

  it('whose journal was edited is named with the line, and is shown up to there', async () => {
    const path = await journal();
    writeFileSync(path, readFileSync(path, 'utf8').replace('"outcome":"done"', '"outcome":"dond"'));
    const verified = await kept('runs', 'verify', 'last');
    expect(verified).toMatchObject({ code: 2, stdout: expect.stringMatching(/damaged\n$/) });
    expect(verified.stderr).toMatch(/journal\.jsonl, line \d+: its text is not what its checksum says/);
    expect(await kept('runs', 'show', 'last')).toMatchObject({ code: 2 });
    const [line = ''] = (await kept('runs', 'list')).stdout.split('\n');
    expect(line).toMatch(/its journal is damaged in line \d+: its text is not what its checksum says$/);
  });
});

describe('a run that cannot be kept', () => {
  it('is not begun: exit 74', async () => {
    writeFileSync(file('no-directory'), '');
    writeFileSync(file('note'), 'old\n');
    const args = ['run', file('good.yaml'), '-i', file('inventory.yaml'), '--state-dir', file('no-directory')];
    const ended = await mendgate([...args, '--yes']);
    expect(ended).toMatchObject({ code: 74, stdout: '' });
    expect(ended.stderr).toMatch(/the journal .*no-directory[\s\S]*No host was touched/);
    expect(readFileSync(file('note'), 'utf8')).toBe('old\n');
    // A look needs no journal.
    const dry = await mendgate([...args, '--dry-run']);
    expect(dry.code).toBe(0);
    expect(dry.stderr).toContain('warning: this dry run is not kept:');
  });

  it('is not begun where others may write', async () => {
    mkdirSync(file('shared'));
    chmodSync(file('shared'), 0o777);
    const args = ['run', file('good.yaml'), '-i', file('inventory.yaml'), '--yes', '--state-dir', file('shared')];
    const ended = await mendgate(args);
    expect(ended.code).toBe(74);
    expect(ended.stderr).toContain('others may write to');
  });
});

describe('kept runs', () => {
  it('that are old are removed, and only those', async () => {
    const before = await list();
    const [young, ...old] = before;
    const then = new Date(Date.now() - 31 * 24 * 3600 * 1000);
    for (const entry of old) utimesSync(join(state, 'runs', entry.run, 'journal.jsonl'), then, then);
    expect(await kept('runs', 'clean', '--older', '5')).toMatchObject({ code: 64 });
    const cleaned = await kept('runs', 'clean');
    expect(cleaned.stdout.split('\n').filter((line) => line !== '')).toEqual(old.map(({ run: id }) => id).reverse());
    expect(readdirSync(join(state, 'runs'))).toEqual([young?.run]);
  });

  it('are none where none were kept, and unknown names are no paths', async () => {
    const empty = ['--state-dir', file('nothing')];
    expect(await mendgate(['runs', 'list', ...empty])).toMatchObject({ code: 0, stdout: '' });
    for (const name of ['last', '../../etc', '2026-11-21T064512-abc123']) {
      const shown = await mendgate(['runs', 'show', name, ...empty]);
      expect(shown.code).toBe(64);
      expect(shown.stderr).toContain('no run');
    }
  });
});
