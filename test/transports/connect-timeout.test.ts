import type ssh2 from 'ssh2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultLimits } from '../../src/transports/lane-limits.ts';
import { sshdMissing } from '../sshd/sshd.ts';
import { type Got, type Rig, read, startRig } from './fault-rig.ts';
import { muteServer, oddServer } from './fault-servers.ts';
import { tcpServer } from './tcp-servers.ts';

/** A host that gives no session may allow few of them: that is waited for besides. */
const options = { connectTimeoutMs: 500, limits: { ...defaultLimits, sessionWaitMs: 0 } };
/** Far from the usual 15 and 20 s, and enough for a busy machine. */
const wellBelowMs = 8000;

const noChannel = (client: ssh2.Connection): void => void client.on('session', () => undefined);
const silentShell = (client: ssh2.Connection): void =>
  void client.on('session', (accept) => accept().on('exec', (go) => void go()));

describe.skipIf(sshdMissing !== undefined)('the time for each part of connecting', () => {
  let rig: Rig;
  beforeAll(async () => {
    rig = await startRig();
  });
  afterAll(() => rig.stop());

  it.each<readonly [string, () => Promise<{ readonly port: number; close(): void }>, string, RegExp]>([
    ['no greeting of a server', () => tcpServer(() => undefined), 'unreachable(banner)', /greeted within 0\.5 s/],
    ['no answer to a login', muteServer, 'unreachable(auth)', /no answer within 0\.5 s/],
    ['no channel', () => oddServer(noChannel), 'unread(channel)', /no channel within 0\.5 s/],
    ['no greeting of a shell', () => oddServer(silentShell), 'unread(shell)', /./],
  ])('is as it was said: %s', async (_, start, state, reason) => {
    const server = await start();
    const begun = performance.now();
    const got = await waitFor(server.port);
    expect(got).toMatchObject({ state, reason: expect.stringMatching(reason) });
    expect(performance.now() - begun).toBeLessThan(wellBelowMs);
    server.close();
  });

  async function waitFor(port: number): Promise<Got> {
    const reached = await rig.reach(port, options);
    return reached.state === 'ok' ? read(await rig.connect(port, options), 'true') : reached;
  }
});
