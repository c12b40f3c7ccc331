import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import coreCommandAction from '../../../src/packs/core/core-command-action.ts';
import coreCommandProbe from '../../../src/packs/core/core-command-probe.ts';
import coreFactsProbe from '../../../src/packs/core/core-facts-probe.ts';
import coreScriptAction from '../../../src/packs/core/core-script-action.ts';
import coreScriptProbe from '../../../src/packs/core/core-script-probe.ts';
import { osFamily, parseOsRelease } from '../../../src/packs/core/os-release.ts';
import { answering, dash, diff, localHost, read, reasonOf, shells } from './local-host.ts';

const host = localHost(dash);

describe('core.command as a probe', () => {
  test('hands over argv, environment and stdin as they are, and tells the answer', async () => {
    const command = ['sh', '-c', 'printf "%s|%s|" "$1" "$E"; cat; exit 3', 'sh', `a 'b' $c`];
    const asked = { command, env: { E: new Secret('e e') }, stdin: 'in\n' };
    expect(await read(coreCommandProbe, host, asked)).toEqual({
      rc: 3,
      stdout: `a 'b' $c|e e|in\n`,
      stderr: '',
      text: `a 'b' $c|e e|in`,
      lines: [`a 'b' $c|e e|in`],
    });
  });

  test.each([
    [{ rc: 127 }, 'was not found'],
    [{ rc: 126, stderr: 'Permission denied\nmore' }, 'could not be run (exit code 126): Permission denied'],
    [{ rc: 137 }, 'ended by SIGKILL'],
    [{ truncated: true }, 'more than what is kept'],
  ])('%j is no answer', async (answer, reason) => {
    expect(reasonOf(await read(coreCommandProbe, answering(answer), { command: ['x'] }))).toContain(reason);
  });

  test.each([0, 1, 2, 128, 160, 255])('exit code %i is an answer', async (rc) => {
    expect(await read(coreCommandProbe, answering({ rc, stdout: 'a\n\nb\n' }), { command: ['x'] })).toMatchObject({
      rc,
      lines: ['a', '', 'b'],
    });
  });

  test('no output is no line', async () => {
    expect(await read(coreCommandProbe, answering({}), { command: ['x'] })).toMatchObject({ text: '', lines: [] });
  });

  test('counts as declared by the author', () => {
    expect([coreCommandProbe.declared, coreScriptProbe.declared, coreFactsProbe.declared]).toEqual([true, true, false]);
  });
});

describe('core.script as a probe', () => {
  test('finds its data in variables', async () => {
    const params = { script: 'printf %s "${MG_1}"', variables: { MG_1: `$(id) '` } };
    expect(await read(coreScriptProbe, host, params)).toMatchObject({ text: `$(id) '` });
  });

  test('members of its JSON stand beside its exit code', async () => {
    const params = { script: `echo '{"bytes": 5, "list": [1]}'; exit 1`, parse: 'json', result: { bytes: 'int' } };
    expect(await read(coreScriptProbe, host, params)).toMatchObject({
      rc: 1,
      bytes: 5,
      list: [1],
      json: { bytes: 5, list: [1] },
    });
  });

  test.each([
    ['[1, 2]', { json: [1, 2] }],
    ['7', { json: 7 }],
  ])('JSON that is no object (%s) stands under json', async (stdout, seen) => {
    expect(await read(coreScriptProbe, answering({ stdout }), { script: 'x', parse: 'json' })).toMatchObject(seen);
  });

  test.each([
    ['', 'not JSON'],
    ['{"a": 1', 'not JSON'],
    ['{"rc": 0}', 'needs itself: rc'],
    ['{"__proto__": 1}', 'needs itself: __proto__'],
  ])('%j is unreadable', async (stdout, reason) => {
    expect(reasonOf(await read(coreScriptProbe, answering({ stdout }), { script: 'x', parse: 'json' }))).toContain(
      reason,
    );
  });
});

describe('commands as actions', () => {
  test('are always a change, cannot be taken back, and touch everything', async () => {
    for (const action of [coreCommandAction, coreScriptAction]) {
      const params = { command: ['a', 'b c'], script: 'one\n  two' };
      expect(await action.inspect(answering({ rc: 1 }), params as never)).toEqual({});
      const change = diff(action, {}, params);
      if (change === undefined) throw new Error('nothing to change');
      expect(action.touches(change)).toEqual(['*']);
      expect(action.converges).toBe(false);
      expect(action.rollback).toMatchObject({ kind: 'irreversible' });
      expect(action.describe(change)).toBe(action === coreCommandAction ? 'run a b c' : 'run a script: one; two');
    }
  });

  test('secrets travel by environment or stdin and are never written', () => {
    const change = diff(
      coreCommandAction,
      {},
      { command: ['a'], env: { K: new Secret('s3') }, stdin: new Secret('s4') },
    );
    expect(JSON.stringify(change)).not.toMatch(/s3|s4/);
    const [command] = coreCommandAction.apply(change ?? null);
    expect(command?.stdin instanceof Secret && command.stdin.reveal()).toBe('s4');
  });
});

describe.each(shells)('core.facts in $name', (shell) => {
  test('tells this machine', async () => {
    const facts = await read(coreFactsProbe, localHost(shell), {});
    expect(facts).toMatchObject({
      uid: process.getuid?.(),
      ostree: false,
      boot_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(facts).toHaveProperty('epoch', expect.closeTo(Date.now() / 1000, -1));
  });
});

describe('os-release', () => {
  test.each([
    ['ID=rocky\nID_LIKE="rhel centos fedora"\nVERSION_ID="9.4"\nPRETTY_NAME="Rocky Linux 9.4"', 'redhat', '9.4'],
    ['ID=opensuse-leap\nVERSION_ID="15.6"', 'suse', '15.6'],
    ["ID=mint\nID_LIKE='ubuntu debian'", 'debian', ''],
    ['ID=void', 'other', ''],
    ['', 'other', ''],
  ])('%j', (content, family, version) => {
    const release = parseOsRelease(content);
    expect(osFamily(release.id, release.id_like)).toBe(family);
    expect(release.version).toBe(version);
  });
});
