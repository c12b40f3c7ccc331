import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ExecuteOptions } from '../../src/engine/execute-plan.ts';
import { validateParams } from '../../src/load/validate-call-params.ts';
import { buildRegistry } from '../../src/model/pack.ts';
import type { ActionCall } from '../../src/model/runbook.ts';
import { Secret } from '../../src/model/secret.ts';
import { corePack } from '../../src/packs/core/index.ts';
import { action, check, cond, fix, probe, runbook, step } from './build.ts';
import { type Desk, openDesk } from './desk.ts';
import { notesPack } from './notes-pack.ts';
import { undoOn } from './undo-on.ts';

const registry = buildRegistry([notesPack, corePack]);
const options: Partial<ExecuteOptions> = {
  registry,
  validate: (kind, name, given) => validateParams(kind, name, given, registry),
};
const path = '${{ params.folder }}/conf';
const holds = (params: object) => action('file.content', { path, content: 'new\n', ...params });
const line = action('file.line', { path, line: 'new' });
const secret = new Secret('hush-hush\n');
const isRoot = process.getuid?.() === 0;

let desk: Desk;
let conf: string;
beforeEach(() => {
  desk = openDesk({ conf: 'old\n' }, { text: secret });
  conf = join(desk.folder, 'conf');
  chmodSync(conf, 0o644);
});
afterEach(() => desk.clear());

const text = () => readFileSync(conf, 'utf8');
const hasAcl = spawnSync('setfacl', ['--version']).status === 0;
const aclOf = () => spawnSync('getfacl', ['-pcE', conf], { encoding: 'utf8' }).stdout.trim().split('\n');
const mode = () => (statSync(conf).mode & 0o7777).toString(8);

/** Makes it, lets somebody do this to the file, and takes it back. */
async function undoAfter(call: ActionCall, meanwhile: () => void) {
  const { events, exitCode } = await desk.run(runbook([step('a', { remediation: fix(call) })]), options);
  expect(exitCode).toBe(0);
  meanwhile();
  const { outcome } = await undoOn(desk, events, [], options);
  return outcome;
}

describe('an undo leaves mode and owner as somebody has set them since', () => {
  it.each([
    ['the text', holds({}), [1000, 1000]],
    ['the text, and whose owner it named', holds({ owner: String(process.getuid?.()) }), undefined],
    ['a line', line, [1000, 1000]],
  ] as const)('of a file whose run changed %s', async (_, call, owner) => {
    const outcome = await undoAfter(call, () => {
      chmodSync(conf, 0o600);
      if (isRoot && owner !== undefined) chownSync(conf, ...owner);
    });
    expect(outcome.verdict).toBe('rolled_back');
    expect([text(), mode()]).toEqual(['old\n', '600']);
    if (isRoot && owner !== undefined) expect([statSync(conf).uid, statSync(conf).gid]).toEqual(owner);
  });

  it.runIf(isRoot)('of a file whose run changed only its mode', async () => {
    const outcome = await undoAfter(action('file.mode', { path, mode: '0600' }), () => chownSync(conf, 1000, 1000));
    expect([outcome.verdict, mode(), statSync(conf).uid]).toEqual(['rolled_back', '644', 1000]);
  });

  it.runIf(isRoot)('of a file whose run changed only its owner or group', async () => {
    const outcome = await undoAfter(action('file.mode', { path, owner: '1000' }), () => {
      chownSync(conf, 1000, 1001);
      chmodSync(conf, 0o600);
    });
    expect([outcome.verdict, mode()]).toEqual(['rolled_back', '600']);
    expect(statSync(conf)).toMatchObject({ uid: 0, gid: 1001 });
  });

  it.runIf(isRoot && hasAcl)('of a file of which the run has granted somebody rights', async () => {
    const acl = (...entries: readonly string[]) => spawnSync('setfacl', [...entries, conf]);
    const call = action('file.acl', { path, user: 'daemon', rights: 'rw' });
    const outcome = await undoAfter(call, () => {
      acl('-m', 'u:bin:rw');
      chmodSync(conf, statSync(conf).mode & ~0o004);
    });
    expect(outcome.verdict).toBe('rolled_back');
    expect(aclOf()).toEqual(['user::rw-', 'user:bin:rw-', 'group::r--', 'mask::rw-', 'other::---']);
  });

  it('and a second undo finds nothing left to do', async () => {
    const { events } = await desk.run(runbook([step('a', { remediation: fix(holds({})) })]), options);
    chmodSync(conf, 0o600);
    await undoOn(desk, events, [], options);
    chmodSync(conf, 0o640);
    const { outcome } = await undoOn(desk, events, [], options);
    expect([outcome.verdict, mode()]).toEqual(['healthy', '640']);
  });
});

it.each([
  ['the mode that the run set', holds({ mode: '0640' }), () => chmodSync(conf, 0o600)],
  [
    'the mode that the run set, without its text',
    action('file.mode', { path, mode: '0640' }),
    () => chmodSync(conf, 0o600),
  ],
  ['the text', holds({}), () => desk.write('conf', 'by hand\n')],
])('an undo is refused where somebody has changed %s', async (_, call, meanwhile) => {
  const outcome = await undoAfter(call, meanwhile);
  expect(outcome.verdict).toBe('refused');
  expect(outcome.reason).toContain('changed by somebody since that run');
  expect([text() === 'old\n', mode()]).not.toEqual([true, '644']);
});

it.runIf(isRoot && hasAcl)(
  'an undo is refused where somebody has changed the rights that the run granted',
  async () => {
    const call = action('file.acl', { path, user: 'daemon', rights: 'rw' });
    const outcome = await undoAfter(call, () => spawnSync('setfacl', ['-m', 'u:daemon:rwx', conf]));
    expect(outcome.verdict).toBe('refused');
    expect(aclOf()).toContain('user:daemon:rwx');
  },
);

it('a file that the run made goes, whatever mode somebody gave it', async () => {
  const made = '${{ params.folder }}/made';
  const outcome = await undoAfter(action('file.content', { path: made, content: 'x' }), () =>
    chmodSync(join(desk.folder, 'made'), 0o600),
  );
  expect([outcome.verdict, existsSync(join(desk.folder, 'made'))]).toEqual(['rolled_back', false]);
});

describe('a rollback of the run itself', () => {
  const folder = '${{ params.folder }}';
  const never = check([probe('now', 'note.value', { folder, name: 'never' })], cond('now.exists'));
  const shell = (script: string) => action('core.script', { script, variables: { conf: path } });
  const failing = (first: ActionCall, script: string) =>
    runbook([
      step('a', { remediation: fix(first) }),
      step('others', { remediation: fix(shell(script)), rollback: { kind: 'calls', calls: [] } }),
      step('b', {
        remediation: fix(action('note.value', { folder, name: 'c', value: 'x' })),
        verify: never,
        onFailure: 'rollback_all',
      }),
    ]);

  it.each([
    ['of a text', holds({})],
    ['of a secret text', action('file.content', { path, content: '${{ params.text }}' })],
  ])('leaves a mode that was set meanwhile: %s', async (_, call) => {
    const { outcome } = await desk.run(failing(call, 'chmod 600 "$conf"'), { ...options, secrets: [secret] });
    expect([outcome.verdict, text(), mode()]).toEqual(['rolled_back', 'old\n', '600']);
  });

  it('puts the text back that a program of the run has rewritten meanwhile', async () => {
    const { outcome } = await desk.run(failing(holds({}), 'echo more >>"$conf"'), options);
    expect([outcome.verdict, text()]).toEqual(['rolled_back', 'old\n']);
  });
});
