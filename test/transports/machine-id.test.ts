import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Channel, OpenChannel } from '../../src/transports/channel.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { makeConnection } from '../../src/transports/connection.ts';
import { localTransport, openProcess } from '../../src/transports/local.ts';
import { loopbackHost, request } from './hosts.ts';

const shells = ['/bin/dash', '/bin/busybox sh', '/bin/bash --posix'].filter((path) =>
  existsSync(path.split(' ')[0] ?? ''),
);
const id = '0123456789abcdef0123456789abcdef';
const texts: readonly (readonly [string, string | undefined, string | undefined])[] = [
  ['as systemd writes it', `${id}\n`, id],
  ['without a line end', id, id],
  ['of a machine that is not set up yet', 'uninitialized\n', undefined],
  ['that is empty', '', undefined],
  ['that is missing', undefined, undefined],
  ['too short', 'abc\n', undefined],
  ['too long', `${id}${id}\n`, undefined],
  ['that would be read as shell or as a greeting', '$(id) ; hello 1 1\n', undefined],
];

describe('the id of a machine', () => {
  let folder: string;
  const channels = new Set<Channel>();
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'mendgate-machine-'));
  });
  afterAll(() => {
    for (const channel of channels) channel.destroy();
    rmSync(folder, { recursive: true, force: true });
  });

  /** A host whose /etc/machine-id is that file. */
  function openWith(shell: string, file: string): OpenChannel {
    const open = openProcess(['/bin/sh'], channels);
    return (exec, events) => open(exec.replaceAll('/bin/sh', shell).replace('/etc/machine-id', file), events);
  }

  describe.each(shells)('over %s', (shell) => {
    it.each(texts)('%s', async (_what, text, expected) => {
      const file = join(folder, 'id');
      rmSync(file, { force: true });
      if (text !== undefined) writeFileSync(file, text);
      const connection = makeConnection({
        open: openWith(shell, file),
        hostKey: undefined,
        becomePassword: undefined,
        clock: systemClock,
        close: () => {},
      });
      expect(connection.machineId?.()).toBeUndefined();
      expect((await connection.run(request({ argv: ['echo', 'there'] }))).stdout).toBe('there\n');
      expect(connection.machineId?.()).toBe(expected);
      expect(connection.bootId()).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
      await connection.close();
    });
  });

  it('is told before anything is asked, and once for all who wait', async () => {
    const connection = await localTransport().open(loopbackHost(), { signal: new AbortController().signal });
    await Promise.all([connection.greeted?.(false), connection.greeted?.(false)]);
    expect(connection.bootId()).toBe(readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim());
    await connection.close();
    await expect(connection.greeted?.(false)).rejects.toMatchObject({ phase: 'cancelled' });
  });

  it('is not left behind for what runs there', async () => {
    const connection = await localTransport().open(loopbackHost(), { signal: new AbortController().signal });
    expect((await connection.run(request({ script: 'echo "[$mg_x]"' }))).stdout).toBe('[]\n');
    await connection.close();
  });
});
