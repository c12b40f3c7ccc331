import { describe, expect, it } from 'vitest';
import { openTransports } from '../../src/transports/open-transports.ts';
import { loopbackHost } from './hosts.ts';

describe('the transport of a host', () => {
  it.each([
    [undefined, undefined, 'ssh'],
    [undefined, 'openssh', 'openssh'],
    [undefined, 'local', 'local'],
    ['openssh', undefined, 'openssh'],
    ['openssh', 'local', 'openssh'],
    ['ssh', 'openssh', 'ssh'],
  ] as const)('with %s on the command line and %s in the inventory is %s', async (connection, transport, name) => {
    const transports = openTransports(connection === undefined ? {} : { connection });
    const host = loopbackHost(transport === undefined ? {} : { transport });
    expect(transports.transportFor(host).name).toBe(name);
    await transports.close();
  });

  it('named `ssh` is not the one that chooses', async () => {
    const transports = openTransports({});
    expect(transports.transportFor(loopbackHost({ transport: 'ssh' }))).not.toBe(
      transports.transportFor(loopbackHost()),
    );
    await transports.close();
  });
});
