import { describe, expect, it } from 'vitest';
import { HostFailure } from '../../src/model/host-failure.ts';
import type { LaneRequest } from '../../src/model/transport.ts';
import type { Channel, OpenChannel } from '../../src/transports/channel.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { makeConnection } from '../../src/transports/connection.ts';
import { openProcess } from '../../src/transports/local.ts';

/** A connection to this machine, with how many channels were opened, and how many may be open at once. */
function connectHere(most = Number.POSITIVE_INFINITY) {
  const channels = new Set<Channel>();
  const open = openProcess(['/bin/sh'], channels);
  const opened: string[] = [];
  const counted: OpenChannel = async (exec, events) => {
    if (channels.size >= most) throw new HostFailure('channel', 'the host refuses another session');
    const channel = await open(exec, events);
    opened.push(exec);
    return channel;
  };
  const connection = makeConnection({
    open: counted,
    hostKey: undefined,
    becomePassword: undefined,
    clock: systemClock,
    close: () => undefined,
  });
  return { connection, opened };
}

const asks: LaneRequest = {
  label: { kind: 'probe', name: 'p', params: {} },
  command: { argv: ['echo', 'here'] },
  become: false,
  timeoutMs: 10_000,
};
const fix = {
  parts: [{ label: { kind: 'apply', name: 'a', params: {} } as const, commands: [{ script: 'echo mended' }] }],
  become: false,
  timeoutMs: 10_000,
} as const;

describe('what a connection is told to foresee', () => {
  it('is opened at once, and used when it is asked for', async () => {
    const { connection, opened } = connectHere();
    connection.foresee?.({ lanes: [false], fix: false });
    await expect.poll(() => opened).toHaveLength(2);
    expect((await connection.run(asks)).stdout).toBe('here\n');
    expect(await connection.fix(fix)).toMatchObject({ kind: 'ended', answers: [{ rc: 0, stdout: 'mended\n' }] });
    expect(opened).toHaveLength(2);
    await connection.close();
  });

  it('takes no session away from what is asked for, where the host allows one only', async () => {
    const { connection, opened } = connectHere(1);
    connection.foresee?.({ lanes: [], fix: false });
    await expect.poll(() => opened).toHaveLength(1);
    expect((await connection.run(asks)).stdout).toBe('here\n');
    expect(await connection.fix(fix)).toMatchObject({ kind: 'ended', answers: [{ rc: 0 }] });
    await connection.close();
  });

  it('is opened anew when it could not be opened early', async () => {
    const { connection } = connectHere();
    // Nobody is called that; sudo or this shell refuses, and nothing is asked for yet.
    connection.foresee?.({ lanes: [], fix: 'no such user' });
    expect((await connection.run(asks)).stdout).toBe('here\n');
    expect(await connection.fix(fix)).toMatchObject({ kind: 'ended' });
    await connection.close();
  });
});
