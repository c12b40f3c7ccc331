import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { encodeFrame, laneFrame, laneProgram } from '../../src/shell/frame.ts';
import { formatLabel } from '../../src/shell/label.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { type Traffic, watchTraffic } from '../../src/transports/ssh/watch-traffic.ts';

const nonce = 'a'.repeat(32);
const events = { stdout: () => undefined, stderr: () => undefined, closed: () => undefined };

describe('what is told of the traffic with a host', () => {
  it('names programs and labels, and nothing that stands in them', async () => {
    const told: Traffic[] = [];
    const open = watchTraffic(
      'web1',
      {
        socket: new PassThrough(),
        open: async () => ({ write: () => undefined, destroy: () => undefined }),
      },
      systemClock,
      (one) => told.push(one),
    );
    const channel = await open('exec /bin/sh', events);
    const label = formatLabel({ kind: 'probe', name: 'core.command', params: { secret: 'hush' } });
    channel.write(encodeFrame(nonce, laneProgram));
    channel.write(Buffer.from(laneFrame(nonce, `${label}\ncat /hush`, 'plain')));
    expect(told.map((one) => (one.kind === 'asked' ? one.what : one.kind))).toEqual([
      'a channel',
      'lane',
      'probe core.command',
    ]);
    expect(JSON.stringify(told)).not.toContain('hush');
  });

  it('tells bytes that arrive before what is sent for them', async () => {
    const socket = new PassThrough();
    socket.once('data', () => socket.write('answer'));
    const told: string[] = [];
    watchTraffic('web1', { socket, open: () => Promise.reject(new Error('none')) }, systemClock, (one) =>
      told.push(one.kind),
    );
    socket.push('question');
    await new Promise((resolve) => setImmediate(resolve));
    expect(told.slice(0, 2)).toEqual(['received', 'sent']);
  });
});
