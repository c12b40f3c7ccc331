import { statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Action } from '../../../src/model/action.ts';
import type { Command } from '../../../src/model/command.ts';
import type { Json } from '../../../src/model/json.ts';
import booleanAction from '../../../src/packs/selinux/boolean-action.ts';
import fcontextAction from '../../../src/packs/selinux/fcontext-action.ts';
import moduleAction from '../../../src/packs/selinux/module-action.ts';
import { semanageImport, storeHolder } from '../../../src/packs/selinux/policy-store.ts';
import portAction from '../../../src/packs/selinux/port-action.ts';
import { FakeRoot, shells } from './shell-kit.ts';

const lock = 'var/lib/selinux/default/semanage.trans.LOCK';
let root: FakeRoot;
beforeEach(() => {
  root = new FakeRoot();
  root.file('etc/selinux/config', 'SELINUX=enforcing\nSELINUXTYPE=default\n');
  root.file(lock, '');
});
afterEach(() => root.remove());

/** The kernel's table of locks, with one on the store's lock file. */
function locked(kind: string): void {
  const { dev, ino } = statSync(join(root.path, lock));
  const hex = (value: number) => value.toString(16).padStart(2, '0');
  const place = `${hex((dev >> 8) & 0xfff)}:${hex((dev & 0xff) | ((dev >> 12) & 0xfff00))}:${ino}`;
  root.file(
    'proc/locks',
    `1: POSIX  ADVISORY  READ 77 fe:00:9 0 EOF\n2: ${kind} ADVISORY  WRITE 4711 ${place} 0 EOF\n`,
  );
}

describe('who holds the policy store', () => {
  it.each(shells)('is told by the kernel’s table of locks, with the program’s name (%s)', async (...shell) => {
    const host = root.inspector(shell);
    root.file('proc/locks', '1: FLOCK  ADVISORY  WRITE 77 fe:00:9 0 EOF\n');
    expect(await storeHolder(host)).toBeUndefined();
    locked('FLOCK ');
    expect(await storeHolder(host)).toBe('the policy store is held by process 4711');
    root.file('proc/4711/comm', 'dnf\n');
    expect(await storeHolder(host)).toBe('the policy store is held by dnf (process 4711)');
  });
  it.each([['-> FLOCK '], ['POSIX ']])('is not somebody with another claim: %s', async (kind) => {
    locked(kind);
    expect(await storeHolder(root.inspector(shells[0] ?? []))).toBeUndefined();
  });
  it('is nobody on a host without a store', async () => {
    root.remove();
    root = new FakeRoot();
    expect(await storeHolder(root.inspector(shells[0] ?? []))).toBeUndefined();
  });
});

describe('every command that commits to the policy store', () => {
  const setting = { name: 'a_b', from: false, to: true };
  const port = { port: 3000, protocol: 'tcp', from: 'a_t', to: 'b_t', how: 'add' };
  const rule = { spec: '/a', asked: '/a', type: 'b_t', rule: 'add', restore: '/a', from: [] };
  const file = { spec: '/a', type: 'b_t', in_base: false, labels: [{ path: '/a', context: 'u:r:t:s0', type: 't' }] };
  const cil = { name: 'm', cil: '(allow a_t b_t (file (read)))', replaces: false };
  const commands = (action: Action, change: Json, ...befores: readonly Json[]): readonly Command[] => {
    const { rollback } = action;
    const undo = rollback.kind === 'undo' ? befores.flatMap((before) => rollback.undo(change, before)) : [];
    return [...action.apply(change), ...undo];
  };
  const all: readonly Command[] = [
    ...commands(
      booleanAction,
      { persistent: [setting], runtime: [] },
      { name: 'a_b', value: false, persistent: false },
      { name: 'a_b', value: false, persistent: false, local: false },
    ),
    ...commands(
      portAction,
      port,
      { effective: 'a_t', local: '', in_base: false },
      { effective: 'a_t', local: 'a_t', in_base: false },
    ),
    ...commands(fcontextAction, rule, { ...file, local: '' }, { ...file, local: 'c_t' }),
    ...commands(moduleAction, cil, { installed: false }, { installed: true, cil: '(x)' }),
    semanageImport(['boolean -m -1 a_b']),
  ];
  const storeTools = /\b(?:setsebool|semanage|semodule)\b/;
  const texts = all.map((command) => ['argv' in command ? command.argv.join(' ') : command.script, command] as const);
  it.each(texts.filter(([text]) => storeTools.test(text)))('is never ended halfway: %s', (_text, command) => {
    expect(command.unkillable).toBe(true);
    expect(command.timeoutMs).toBeGreaterThanOrEqual(240_000);
  });
  it('is among those that were looked at', () => {
    expect(texts.filter(([text]) => storeTools.test(text)).length).toBeGreaterThanOrEqual(13);
  });
});
