import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, linkSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import deletedOpenProbe from '../../../src/packs/storage/disk-deleted-open-probe.ts';
import largestProbe from '../../../src/packs/storage/disk-largest-probe.ts';
import usageProbe from '../../../src/packs/storage/disk-usage-probe.ts';
import journalProbe from '../../../src/packs/storage/journal-usage-probe.ts';
import logCompressedAction from '../../../src/packs/storage/log-compressed-action.ts';
import logFilesProbe from '../../../src/packs/storage/log-files-probe.ts';
import rotationProbe from '../../../src/packs/storage/logrotate-status-probe.ts';
import {
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
} from '../core/local-host.ts';

const mebibyte = Buffer.alloc(1_048_576, 'one line of a log\n');
const root = process.getuid?.() === 0;

describe.each(shells)('with $name', (shell) => {
  const host = localHost(shell);

  test('disk.usage tells the file system of a path', async () => {
    await inTempDirectory(async (directory) => {
      const usage = (await read(usageProbe, host, { path: directory })) as Record<string, number | string | boolean>;
      expect(usage).toMatchObject({ path: directory, mount: expect.stringMatching(/^\//), read_only: false });
      expect(Number(usage['used_percent'])).toBeGreaterThan(0);
      expect(Number(usage['used']) + Number(usage['available'])).toBeLessThanOrEqual(Number(usage['size']));
      expect(reasonOf(await read(usageProbe, host, { path: `${directory}/none` }))).toMatch(/none/);
    });
  });

  test.runIf(root)('disk.largest finds files, directories and crowds, once for each file', async () => {
    await inTempDirectory(async (directory) => {
      mkdirSync(`${directory}/many`);
      for (let at = 0; at < 1000; at += 1) writeFileSync(`${directory}/many/${at}`, '');
      writeFileSync(`${directory}/big file`, Buffer.concat([mebibyte, mebibyte]));
      linkSync(`${directory}/big file`, `${directory}/same`);
      mkdirSync(`${directory}/forged\nF 999999 1 `);
      writeFileSync(`${directory}/forged\nF 999999 1 /shadow`, mebibyte);
      const tree = (await read(largestProbe, host, { mount: directory })) as {
        readonly files: readonly { readonly bytes: number }[];
        readonly directories: readonly unknown[];
        readonly crowded: readonly unknown[];
      };
      expect(tree.files).toHaveLength(1);
      expect(tree.files[0]?.bytes).toBeGreaterThanOrEqual(2_097_152);
      expect(tree.directories).toEqual([expect.objectContaining({ path: directory })]);
      expect(tree.crowded).toEqual([expect.objectContaining({ path: `${directory}/many`, entries: 1000 })]);
    });
  });

  test.runIf(root)('disk.deleted_open and log.files see what a process holds', async () => {
    await inTempDirectory(async (directory) => {
      writeFileSync(`${directory}/gone.log`, mebibyte);
      writeFileSync(`${directory}/held.log.1`, mebibyte);
      writeFileSync(`${directory}/old.log.1`, mebibyte);
      const holder = spawn('sh', ['-c', 'exec 3<gone.log 4<held.log.1; rm gone.log; echo ready; exec sleep 60'], {
        cwd: directory,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      try {
        await once(holder.stdout, 'data');
        const { mount } = (await read(usageProbe, host, { path: directory })) as { readonly mount: string };
        const held = (await read(deletedOpenProbe, host, { mount })) as {
          readonly bytes: number;
          readonly files: readonly { readonly path: string }[];
        };
        expect(held.files).toContainEqual(
          expect.objectContaining({
            path: `${directory}/gone.log`,
            pid: holder.pid,
            process: expect.stringMatching(/sh|sleep/),
          }),
        );
        const logs = (await read(logFilesProbe, host, {
          mount,
          directories: [directory, `${directory}/none`],
        })) as readonly {
          readonly path: string;
          readonly open: boolean;
          readonly packable: boolean;
        }[];
        expect(logs.map(({ path, open, packable }) => [path, open, packable]).sort()).toEqual([
          [`${directory}/held.log.1`, true, false],
          [`${directory}/old.log.1`, false, true],
        ]);
        await expect(inspect(logCompressedAction, host, { path: `${directory}/held.log.1` })).rejects.toThrow(
          /is open/,
        );
      } finally {
        holder.kill('SIGKILL');
      }
    });
  });

  test.runIf(root)('journal.usage and logrotate.status answer on any host', async () => {
    expect(await read(journalProbe, host, {})).toMatchObject({ exists: expect.any(Boolean) });
    expect(await read(rotationProbe, host, {})).toMatchObject({
      installed: expect.any(Boolean),
      errors: expect.any(Array),
    });
  });
});

describe.runIf(root)('log.compressed', () => {
  const host = localHost(dash);
  test('packs a log, and its undo gives back content, mode and time', async () => {
    await inTempDirectory(async (directory) => {
      const path = `${directory}/it's a log.1`;
      writeFileSync(path, mebibyte);
      chmodSync(path, 0o640);
      utimesSync(path, 1_795_000_000, 1_795_000_000.5);
      const before = await inspect(logCompressedAction, host, { path });
      const change = diff(logCompressedAction, before, { path });
      if (change === undefined) throw new Error('nothing to do');
      expect(logCompressedAction.describe(change)).toBe(`${path}: 1048576 bytes → ${path}.gz`);

      await carryOut(dash, logCompressedAction.apply(change));
      expect(statSync(`${path}.gz`).size).toBeLessThan(100_000);
      const packed = await inspect(logCompressedAction, host, { path });
      expect(diff(logCompressedAction, packed, { path })).toBeUndefined();

      await carryOut(dash, undoing(logCompressedAction, change, before));
      expect(readFileSync(path)).toEqual(mebibyte);
      expect(await inspect(logCompressedAction, host, { path })).toEqual(before);
      // Nothing left to take back is no failure.
      await carryOut(dash, undoing(logCompressedAction, change, before));
    });
  });

  test.each([
    ['a file of two names', /more than one name/, (path: string) => linkSync(path, `${path}.same`)],
    ['a .gz that is there already', /person must look/, (path: string) => writeFileSync(`${path}.gz`, '')],
  ])('leaves alone %s', async (_what, reason, prepare) => {
    await inTempDirectory(async (directory) => {
      const path = `${directory}/app.log.1`;
      writeFileSync(path, mebibyte);
      prepare(path);
      await expect(inspect(logCompressedAction, host, { path })).rejects.toThrow(reason);
    });
  });
  test('leaves alone what is no file, or not there', async () => {
    await inTempDirectory(async (directory) => {
      await expect(inspect(logCompressedAction, host, { path: directory })).rejects.toThrow(/no regular file/);
      await expect(inspect(logCompressedAction, host, { path: `${directory}/x` })).rejects.toThrow(/not there/);
    });
  });
});
