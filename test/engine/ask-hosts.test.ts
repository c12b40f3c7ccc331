import { describe, expect, it } from 'vitest';
import { askHosts, likelyUsers } from '../../src/engine/ask-hosts.ts';
import { HostFailure } from '../../src/model/host-failure.ts';
import type { Become } from '../../src/model/runbook.ts';
import { localTransport } from '../../src/transports/local.ts';
import { loopbackHost } from '../transports/hosts.ts';

const host = loopbackHost({ port: 22 });

/** Asks this machine as these users, of whom some may not be become. */
const asked = (users: readonly Become[], refused: readonly Become[]) =>
  askHosts(
    [host],
    { forks: 5, transportFor: () => localTransport(), signal: new AbortController().signal, users: () => users },
    async (_connection, become) => {
      if (refused.includes(become)) throw new HostFailure('become', `${String(become)}: not in the sudoers file`);
      return become;
    },
  );

describe('asking a host as all who may have mended it', () => {
  it('asks each user once, and passes over whom it may not become', async () => {
    const [one] = await asked(['app', 'root', false, 'app'], ['root']);
    expect(one).toEqual({ host: host.name, kind: 'answered', answers: ['app', false] });
  });

  it('fails, with the first reason, where it may ask as nobody', async () => {
    const [one] = await asked(['app', 'root'], ['app', 'root']);
    expect(one).toEqual({ host: host.name, kind: 'failed', reason: 'app: not in the sudoers file' });
  });

  it('begins with the user that the inventory names, else with the one that is asked for', () => {
    expect(likelyUsers(host, 'app')).toEqual(['app', 'root', false]);
    expect(likelyUsers({ ...host, connect: { ...host.connect, become: 'db' } }, 'app')).toEqual(['db', 'root', false]);
  });
});
