import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { parseFields } from '../../../src/packs/core/fields.ts';
import fileContentAction from '../../../src/packs/core/file-content-action.ts';
import fileContentProbe from '../../../src/packs/core/file-content-probe.ts';
import fileLineAction from '../../../src/packs/core/file-line-action.ts';
import fileModeAction from '../../../src/packs/core/file-mode-action.ts';
import fileStatProbe from '../../../src/packs/core/file-stat-probe.ts';
import { editLine, takeEditBack } from '../../../src/packs/core/line-edit.ts';
import {
  answering,
  carryOut,
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

describe.each(shells)('files in $name', (shell) => {
  const host = localHost(shell);

  test('file.stat tells type, mode, size, digest and target', async () => {
    await inTempDirectory(async (directory) => {
      const file = `${directory}/it's "$(odd)" -n`;
      writeFileSync(file, 'hello\n');
      chmodSync(file, 0o4640);
      symlinkSync(file, `${directory}/link`);
      expect(await read(fileStatProbe, host, { path: file, checksum: true })).toMatchObject({
        exists: true,
        type: 'file',
        mode: '4640',
        size: 6,
        uid: process.getuid?.(),
        sha256: '5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03',
      });
      expect(await read(fileStatProbe, host, { path: `${directory}/link` })).toMatchObject({
        type: 'symlink',
        target: file,
      });
      expect(await read(fileStatProbe, host, { path: `${directory}/link`, follow: true })).toMatchObject({
        type: 'file',
        size: 6,
      });
      expect(await read(fileStatProbe, host, { path: directory })).toMatchObject({ type: 'directory' });
    });
  });

  test('a path that is not there is an answer, also below a file', async () => {
    await inTempDirectory(async (directory) => {
      writeFileSync(`${directory}/f`, '');
      for (const path of [`${directory}/none`, `${directory}/none/deeper`, `${directory}/f/below`]) {
        expect(await read(fileStatProbe, host, { path })).toEqual({ path, exists: false });
        expect(await read(fileContentProbe, host, { path })).toEqual({ path, exists: false });
      }
    });
  });

  test('file.content gives the exact text, and refuses what is not text or too big', async () => {
    await inTempDirectory(async (directory) => {
      const path = `${directory}/f`;
      for (const text of ['', '\n', 'no end', '\ufeffBOM é €\n\n', "plain x:1\ncontent=00\n'\\"]) {
        writeFileSync(path, text);
        expect(await read(fileContentProbe, host, { path })).toMatchObject({
          exists: true,
          text,
          size: Buffer.byteLength(text),
        });
      }
      writeFileSync(path, Buffer.from([0x61, 0, 0x62]));
      expect(reasonOf(await read(fileContentProbe, host, { path }))).toContain('not text');
      writeFileSync(path, Buffer.from([0xc3, 0x28]));
      expect(reasonOf(await read(fileContentProbe, host, { path }))).toContain('not text');
      writeFileSync(path, 'x'.repeat(101));
      expect(reasonOf(await read(fileContentProbe, host, { path, max: 100 }))).toContain('101 bytes');
      expect(reasonOf(await read(fileContentProbe, host, { path: directory }))).toContain('it is a directory');
    });
  });

  test('file.content brings a file to its text, and undo puts every byte, mode and owner back', async () => {
    await inTempDirectory(async (directory) => {
      const path = `${directory}/a 'b' $(c).conf`;
      const olds = [undefined, Buffer.from('old\n'), Buffer.from([0, 1, 0xff, 0x25, 0x5c, 0x0a]), Buffer.from('')];
      for (const old of olds) {
        if (old !== undefined) writeFileSync(path, old);
        if (old !== undefined) chmodSync(path, 0o2600);
        const params = { path, content: 'new %s \\101 é\nno end', mode: '640' };
        const before = await inspect(fileContentAction, host, params);
        const change = diff(fileContentAction, before, params);
        if (change === undefined) throw new Error('nothing to change');
        await carryOut(shell, fileContentAction.apply(change));
        expect(readFileSync(path, 'utf8')).toBe(params.content);
        expect(statSync(path).mode & 0o7777).toBe(0o640);
        expect(diff(fileContentAction, await inspect(fileContentAction, host, params), params)).toBeUndefined();

        await carryOut(shell, undoing(fileContentAction, change, before));
        expect(await inspect(fileContentAction, host, params)).toEqual(before);
        if (old === undefined) expect(existsSync(path)).toBe(false);
        else expect(readFileSync(path)).toEqual(old);
      }
    });
  });

  test.runIf(isRoot)('owner and mode alone are changed without rewriting the file', async () => {
    await inTempDirectory(async (directory) => {
      const path = `${directory}/f`;
      writeFileSync(path, 'same');
      chownSync(path, 1, 2);
      const { ino } = statSync(path);
      const params = { path, content: 'same', owner: 'root', mode: '0600' };
      const before = await inspect(fileContentAction, host, params);
      const change = diff(fileContentAction, before, params);
      if (change === undefined) throw new Error('nothing to change');
      expect(fileContentAction.describe(change)).toBe(`${path}: mode 0644 → 0600, owner daemon:bin → root:2`);
      await carryOut(shell, fileContentAction.apply(change));
      expect(statSync(path)).toMatchObject({ ino, uid: 0, gid: 2 });
      await carryOut(shell, undoing(fileContentAction, change, before));
      expect(await inspect(fileContentAction, host, params)).toEqual(before);
    });
  });

  test('a replaced file keeps its owner, and its temporary file never stays', async () => {
    await inTempDirectory(async (directory) => {
      const path = `${directory}/f`;
      writeFileSync(path, 'old');
      if (isRoot) chownSync(path, 1, 2);
      const params = { path, content: 'new' };
      const change = diff(fileContentAction, await inspect(fileContentAction, host, params), params);
      if (change === undefined) throw new Error('nothing to change');
      await carryOut(shell, fileContentAction.apply(change));
      if (isRoot) expect(statSync(path)).toMatchObject({ uid: 1, gid: 2 });
      mkdirSync(`${directory}/d`);
      const commands = fileContentAction.apply({ ...(change as object), path: `${directory}/d` } as never);
      await expect(carryOut(shell, commands)).rejects.toThrow('not a regular file');
      expect(readdirSync(directory).sort()).toEqual(['d', 'f']);
    });
  });

  test('a large file is read, compared and restored exactly', async () => {
    await inTempDirectory(async (directory) => {
      const path = `${directory}/large`;
      const old = Buffer.alloc(400_000, 'é%\\\0\n', 'utf8');
      writeFileSync(path, old);
      const params = { path, content: 'x'.repeat(300_000) };
      const before = await inspect(fileContentAction, host, params);
      const change = diff(fileContentAction, before, params);
      if (change === undefined) throw new Error('nothing to change');
      await carryOut(shell, fileContentAction.apply(change));
      expect(statSync(path).size).toBe(300_000);
      await carryOut(shell, undoing(fileContentAction, change, before));
      expect(readFileSync(path).equals(old)).toBe(true);
      writeFileSync(path, Buffer.alloc(500_001, 'x'));
      await expect(inspect(fileContentAction, host, params)).rejects.toThrow('500001 bytes');
    });
  });

  test('a symbolic link is refused', async () => {
    await inTempDirectory(async (directory) => {
      symlinkSync('/etc/passwd', `${directory}/link`);
      await expect(inspect(fileContentAction, host, { path: `${directory}/link`, content: '' })).rejects.toThrow(
        'symlink',
      );
    });
  });

  test('a missing directory is made only on demand, and goes with undo', async () => {
    await inTempDirectory(async (directory) => {
      const path = `${directory}/new.d/x.conf`;
      await expect(inspect(fileContentAction, host, { path, content: 'x' })).rejects.toThrow('make_directory: true');
      const params = { path, content: 'x', make_directory: true };
      const before = await inspect(fileContentAction, host, params);
      const change = diff(fileContentAction, before, params);
      if (change === undefined) throw new Error('nothing to change');
      await carryOut(shell, fileContentAction.apply(change));
      expect(statSync(`${directory}/new.d`).mode & 0o777).toBe(0o755);
      await carryOut(shell, undoing(fileContentAction, change, before));
      expect(existsSync(`${directory}/new.d`)).toBe(false);
    });
  });

  test('secret content is compared on the host, and neither it nor what it replaces is written into plan or journal', async () => {
    await inTempDirectory(async (directory) => {
      const path = `${directory}/token`;
      writeFileSync(path, 'old-token\n');
      const params = { path, content: new Secret('new-token\n') };
      const before = await inspect(fileContentAction, host, params);
      const change = diff(fileContentAction, before, params);
      if (change === undefined) throw new Error('nothing to change');
      expect(JSON.stringify([before, change])).not.toContain('token\\n');
      expect(fileContentAction.contents(change)).toEqual([]);
      expect(fileContentAction.describe(change)).toBe(`${path}: other content → content is secret`);
      await carryOut(shell, fileContentAction.apply(change));
      expect(readFileSync(path, 'utf8')).toBe('new-token\n');
      expect(diff(fileContentAction, await inspect(fileContentAction, host, params), params)).toBeUndefined();

      const journaled: unknown = JSON.parse(JSON.stringify(before));
      await expect(carryOut(shell, undoing(fileContentAction, change, journaled as never))).rejects.toThrow('by hand');
      await carryOut(shell, undoing(fileContentAction, change, before));
      expect(readFileSync(path, 'utf8')).toBe('old-token\n');
    });
  });

  test('file.line replaces, appends, removes, and undoes', async () => {
    await inTempDirectory(async (directory) => {
      const path = `${directory}/f`;
      const cases = [
        { old: 'a=1\nb=2\n', params: { line: 'a=3', starts_with: 'a=' }, now: 'a=3\nb=2\n' },
        { old: 'b=2', params: { line: 'a=3' }, now: 'b=2\na=3\n' },
        { old: 'a\nb\na\n', params: { line: 'a', state: 'absent' }, now: 'b\n' },
      ];
      for (const { old, params, now } of cases) {
        writeFileSync(path, old);
        const asked = { path, ...params };
        const before = await inspect(fileLineAction, host, asked);
        const change = diff(fileLineAction, before, asked);
        if (change === undefined) throw new Error('nothing to change');
        await carryOut(shell, fileLineAction.apply(change));
        expect(readFileSync(path, 'utf8')).toBe(now);
        expect(diff(fileLineAction, await inspect(fileLineAction, host, asked), asked)).toBeUndefined();
        await carryOut(shell, undoing(fileLineAction, change, before));
        expect(readFileSync(path, 'utf8')).toBe(old);
      }
      writeFileSync(path, 'a=1\na=2\n');
      await expect(inspect(fileLineAction, host, { path, line: 'a=3', starts_with: 'a=' })).rejects.toThrow(
        '2 lines start',
      );
      await expect(inspect(fileLineAction, host, { path: `${path}2`, line: 'x' })).rejects.toThrow('create: true');
    });
  });

  test('file.mode changes mode and owner and puts both back', async () => {
    await inTempDirectory(async (directory) => {
      const path = `${directory}/f`;
      writeFileSync(path, '');
      chmodSync(path, 0o4755);
      const params = isRoot ? { path, mode: '0640', owner: 'daemon', group: '2' } : { path, mode: '640' };
      const before = await inspect(fileModeAction, host, params);
      const change = diff(fileModeAction, before, params);
      if (change === undefined) throw new Error('nothing to change');
      await carryOut(shell, fileModeAction.apply(change));
      expect(diff(fileModeAction, await inspect(fileModeAction, host, params), params)).toBeUndefined();
      await carryOut(shell, undoing(fileModeAction, change, before));
      expect(await inspect(fileModeAction, host, params)).toEqual(before);
      await expect(inspect(fileModeAction, host, { path: `${path}2` })).rejects.toThrow('No such file');
    });
  });
});

describe('what an action decides', () => {
  const state = { exists: true, parent: true, text: 'a\n', mode: '0644', uid: 0, gid: 0, owner: 'root', group: 'root' };
  test.each([
    ['already right', { content: 'a\n', mode: '644', owner: '0', group: 'root' }, undefined],
    ['mode only', { content: 'a\n', mode: '0600' }, '/x: mode 0644 → 0600'],
    ['content only', { content: 'a\nb\n' }, '/x: 1 line → 2 lines'],
    [
      'all',
      { content: '', mode: '0600', group: 'adm' },
      '/x: 1 line → 0 lines, mode 0644 → 0600, owner root:root → 0:adm',
    ],
  ])('file.content: %s', (_name, params, told) => {
    const change = diff(fileContentAction, state, { path: '/x', ...params });
    expect(change === undefined ? undefined : fileContentAction.describe(change)).toBe(told);
  });

  test('file.content foresees the probe of the same name and no other', () => {
    const change = diff(fileContentAction, state, { path: '/x', content: 'b' });
    if (change === undefined) throw new Error('nothing to change');
    const now = { path: '/x', exists: true, text: 'a\n' };
    const foreseen = fileContentAction.predict(change, { name: 'file.content', params: { path: '/x', max: 9 }, now });
    expect(foreseen).toMatchObject({ text: 'b', size: 1 });
    expect(fileContentAction.predict(change, { name: 'file.stat', params: { path: '/x' }, now })).toBeUndefined();
    expect(fileContentAction.touches(change)).toEqual(['file:/x']);
  });

  test('editing the same line twice is as good as once, and other lines stay', () => {
    const line = fc.constantFrom('a=1', 'a=2', 'b', '', ' c');
    fc.assert(
      fc.property(
        fc.array(line),
        fc.boolean(),
        fc.option(fc.constant('a='), { nil: undefined }),
        (lines, absent, start) => {
          const wanted = {
            line: 'a=2',
            state: absent ? 'absent' : 'present',
            ...(start === undefined ? {} : { starts_with: start }),
          } as const;
          const once = editLine(lines.length === 0 ? '' : `${lines.join('\n')}\n`, wanted);
          expect(editLine(once, wanted)).toBe(once);
          const others = (text: string): readonly string[] =>
            text.split('\n').filter((l) => !l.startsWith('a=') && l !== '');
          expect(others(once)).toEqual(lines.filter((l) => !l.startsWith('a=') && l !== ''));
          expect(once.split('\n').includes('a=2')).toBe(!absent);
        },
      ),
    );
  });

  test('lines that a script did not print as fields are left out', () => {
    expect([...parseFields('a:1\nnoise\n=x\nA:2\na=00\n').entries()]).toEqual([['a', ['1', '00']]]);
  });

  test('an answer that was cut is unreadable, and a forbidden look is not "missing"', async () => {
    expect(reasonOf(await read(fileStatProbe, answering({ truncated: true }), { path: '/x' }))).toContain(
      'longer than',
    );
    const said = Buffer.from("stat: cannot statx '/x': Permission denied").toString('hex');
    expect(reasonOf(await read(fileStatProbe, answering({ stdout: `missing=${said}\n` }), { path: '/x' }))).toContain(
      'Permission denied',
    );
  });
});

describe('a line that is taken back from a text that others have changed since', () => {
  const present = { line: 'a 2', starts_with: 'a ', state: 'present' } as const;
  const added = { line: 'x', state: 'present' } as const;
  const absent = { line: 'x', state: 'absent' } as const;
  test.each([
    ['the one it replaced comes back', 'a 1\nb\n', 'new\na 2\n', present, 'new\na 1\n'],
    ['as before: nothing is to do', 'a 1\nb\n', 'a 1\nc\n', present, 'a 1\nc\n'],
    ['another one stands there', 'a 1\nb\n', 'a 3\nb\n', present, undefined],
    ['the one that was added was replaced', 'b\n', 'b\na 3\n', present, undefined],
    ['the one that was added goes', 'b\n', 'b\nx\nc', added, 'b\nc'],
    ['it was added twice', 'b\n', 'x\nb\nx\n', added, undefined],
    ['it is gone already', 'b\n', 'b\nc\n', added, 'b\nc\n'],
    ['those that went come back to their places', 'x\na\nb\nx\nx\n', 'a\nnew\nb\n', absent, 'x\na\nnew\nb\nx\nx\n'],
    ['their place is not there any more', 'a\nx\nb\n', 'a\nnew\nb\n', absent, undefined],
    ['their place is there twice', 'a\nx\nb\n', 'a\nb\na\nb\n', absent, undefined],
    ['one of them came back by another hand', 'x\nb\nx\n', 'x\nb\n', absent, undefined],
  ])('%s', (_case, before, now, wanted, back) => {
    expect(takeEditBack(before, now, wanted)).toBe(back);
  });

  test('where nobody changed anything, every byte comes back', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'x'), { maxLength: 6 }).map((lines) => lines.join('\n'));
    fc.assert(
      fc.property(text, fc.constantFrom('present', 'absent'), (before, state) => {
        const wanted = { line: 'x', state } as const;
        const after = editLine(before, wanted);
        if (after === before) return;
        expect(takeEditBack(before, after, wanted)).toBe(before);
      }),
    );
  });
});
