import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import fileAccessProbe from '../../../src/packs/core/file-access-probe.ts';
import fileAclAction from '../../../src/packs/core/file-acl-action.ts';
import fileContentAction from '../../../src/packs/core/file-content-action.ts';
import {
  answering,
  carryOut,
  dash,
  diff,
  inspect,
  inTempDirectory,
  localHost,
  read,
  reasonOf,
  shells,
  undoing,
} from './local-host.ts';

const isRoot = process.getuid?.() === 0;
const hasAcl = spawnSync('setfacl', ['--version']).status === 0;
const user = 'daemon';

describe.runIf(isRoot).each(shells)('file.access in $name', (shell) => {
  const host = localHost(shell);

  test('tells what a user may do, and which directories keep him out', async () => {
    await inTempDirectory(async (directory) => {
      chmodSync(directory, 0o755);
      mkdirSync(`${directory}/shut`, { mode: 0o700 });
      mkdirSync(`${directory}/shut/open`, { mode: 0o755 });
      mkdirSync(`${directory}/shut/open/shut 2`, { mode: 0o700 });
      const path = `${directory}/shut/open/shut 2/sock`;
      writeFileSync(path, '');
      chmodSync(path, 0o666);
      expect(await read(fileAccessProbe, host, { path, user })).toMatchObject({
        exists: true,
        writable: false,
        closed_directories: [`${directory}/shut`, `${directory}/shut/open/shut 2`],
        // Its own mode is enough: opening the directories would do.
        grants: 'rw',
        type: 'file',
        mode: '0666',
      });
      chmodSync(`${directory}/shut`, 0o711);
      chmodSync(`${directory}/shut/open/shut 2`, 0o711);
      expect(await read(fileAccessProbe, host, { path, user })).toMatchObject({
        writable: true,
        readable: true,
        closed_directories: [],
      });
      chmodSync(path, 0o602);
      expect(await read(fileAccessProbe, host, { path, user })).toMatchObject({
        writable: true,
        readable: false,
        grants: 'w',
      });
    });
  });

  test('follows symbolic links to the directories that really count', async () => {
    await inTempDirectory(async (directory) => {
      chmodSync(directory, 0o755);
      mkdirSync(`${directory}/real`, { mode: 0o700 });
      writeFileSync(`${directory}/real/f`, '');
      symlinkSync('real', `${directory}/link`);
      expect(await read(fileAccessProbe, host, { path: `${directory}/link/f`, user })).toMatchObject({
        readable: false,
        closed_directories: [`${directory}/real`],
      });
    });
  });

  test('a missing path is an answer, a missing user is not', async () => {
    expect(await read(fileAccessProbe, host, { path: '/none/x', user })).toMatchObject({
      exists: false,
      writable: false,
    });
    expect(reasonOf(await read(fileAccessProbe, host, { path: '/', user: 'nobody-here' }))).toContain(
      'no user nobody-here',
    );
  });
});

test('without root the rights of another user are unreadable, in words that help', async () => {
  expect(reasonOf(await read(fileAccessProbe, answering({ stdout: 'need_root:1\n' }), { path: '/x', user }))).toContain(
    'become: true',
  );
});

describe.runIf(isRoot && hasAcl)('file.acl', () => {
  const host = localHost(dash);

  test('grants what is missing, widens the mask only as far as needed, and puts the exact ACL back', async () => {
    await inTempDirectory(async (directory) => {
      chmodSync(directory, 0o755);
      const path = `${directory}/sock et`;
      writeFileSync(path, '');
      chmodSync(path, 0o640);
      const params = { path, user, rights: 'w' };
      expect(await read(fileAccessProbe, host, { path, user })).toMatchObject({ writable: false });
      const before = await inspect(fileAclAction, host, params);
      const change = diff(fileAclAction, before, params);
      if (change === undefined) throw new Error('nothing to change');
      expect(fileAclAction.describe(change)).toBe(`${path}: daemon --- → -w-, mask r-- → rw-`);
      await carryOut(dash, fileAclAction.apply(change));
      expect(await read(fileAccessProbe, host, { path, user })).toMatchObject({ writable: true, readable: false });
      expect(diff(fileAclAction, await inspect(fileAclAction, host, params), params)).toBeUndefined();
      await carryOut(dash, undoing(fileAclAction, change, before));
      expect(await inspect(fileAclAction, host, params)).toEqual(before);
    });
  });

  test('a wider mask gives nobody else a right that it held back', async () => {
    await inTempDirectory(async (directory) => {
      const path = `${directory}/sock`;
      writeFileSync(path, '');
      chmodSync(path, 0o660);
      // The mask holds writing back from the owning group, from a group and from another user.
      spawnSync('setfacl', ['-n', '-m', 'g::rw,g:tty:rwx,u:bin:rw,u:man:r,m::r', path]);
      const params = { path, user, rights: 'w' };
      const before = await inspect(fileAclAction, host, params);
      const change = diff(fileAclAction, before, params) ?? null;
      expect(fileAclAction.describe(change)).toBe(
        `${path}: daemon --- → -w-, mask r-- → rw-, entry user:bin rw- → r--, as the mask had it, ` +
          'entry group: rw- → r--, as the mask had it, entry group:tty rwx → r--, as the mask had it',
      );
      await carryOut(dash, fileAclAction.apply(change));
      for (const other of ['bin', 'man']) {
        expect(await read(fileAccessProbe, host, { path, user: other })).toMatchObject({ grants: 'r' });
      }
      expect(await read(fileAccessProbe, host, { path, user })).toMatchObject({ grants: 'w' });
      expect(spawnSync('getfacl', ['-pcE', path], { encoding: 'utf8' }).stdout).toContain('group:tty:r--\nmask::rw-');
      expect(diff(fileAclAction, await inspect(fileAclAction, host, params), params)).toBeUndefined();
      await carryOut(dash, undoing(fileAclAction, change, before));
      expect(await inspect(fileAclAction, host, params)).toEqual(before);
    });
  });

  test('a file that is replaced keeps its ACL', async () => {
    await inTempDirectory(async (directory) => {
      const path = `${directory}/f`;
      writeFileSync(path, 'old');
      chmodSync(path, 0o640);
      const grant = { path, user, rights: 'r' };
      await carryOut(
        dash,
        fileAclAction.apply(diff(fileAclAction, await inspect(fileAclAction, host, grant), grant) ?? null),
      );
      const acl = await inspect(fileAclAction, host, grant);
      const params = { path, content: 'new' };
      const before = await inspect(fileContentAction, host, params);
      const change = diff(fileContentAction, before, params) ?? null;
      await carryOut(dash, fileContentAction.apply(change));
      expect(await inspect(fileAclAction, host, grant)).toEqual(acl);
      await carryOut(dash, undoing(fileContentAction, change, before));
      expect(await inspect(fileAclAction, host, grant)).toEqual(acl);
    });
  });

  test('says why an entry would not help', async () => {
    await inTempDirectory(async (directory) => {
      spawnSync('chown', [user, directory]);
      await expect(inspect(fileAclAction, host, { path: directory, user, rights: 'x' })).rejects.toThrow(
        'use file.mode',
      );
      await expect(inspect(fileAclAction, host, { path: directory, user: 'nobody-here', rights: 'x' })).rejects.toThrow(
        'no user',
      );
    });
    await expect(inspect(fileAclAction, host, { path: '/proc/version', user, rights: 'w' })).rejects.toThrow(
      'the file system of /proc/version keeps no ACLs: only a wider right would do',
    );
  });

  test('an entry behind a closed directory still counts among what the file itself grants', async () => {
    await inTempDirectory(async (directory) => {
      const path = `${directory}/sock`;
      writeFileSync(path, '');
      chmodSync(path, 0o600);
      chmodSync(directory, 0o700);
      spawnSync('setfacl', ['-m', `u:${user}:rw`, path]);
      expect(await read(fileAccessProbe, host, { path, user })).toMatchObject({ writable: false, grants: 'rw' });
      spawnSync('setfacl', ['-m', 'm::r', path]);
      expect(await read(fileAccessProbe, host, { path, user })).toMatchObject({ writable: false, grants: 'r' });
    });
  });
});

describe('what file.acl decides', () => {
  const acl = (lines: string): { readonly acl: string } => ({
    acl: `# file: /s\nuser::rw-\ngroup::r--\n${lines}other::---\n`,
  });
  test.each([
    ['an entry with the rights', acl('user:www:rw-\nmask::rw-\n'), undefined],
    ['an entry that the mask holds back', acl('user:www:rw-\nmask::r--\n'), '/s: www r-- → rw-, mask r-- → rw-'],
    ['an entry with other rights', acl('user:www:--x\nmask::rwx\n'), '/s: www --x → -wx'],
    ['no entry', acl(''), '/s: www --- → -w-, mask r-- → rw-'],
    ['a default entry does not count', acl('default:user:www:rwx\n'), '/s: www --- → -w-, mask r-- → rw-'],
  ])('%s', (_name, state, told) => {
    const change = diff(fileAclAction, state, { path: '/s', user: 'www', rights: 'w' });
    expect(change === undefined ? undefined : fileAclAction.describe(change)).toBe(told);
  });
});
