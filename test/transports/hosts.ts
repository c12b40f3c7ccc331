import type { Command } from '../../src/model/command.ts';
import type { Host } from '../../src/model/inventory.ts';
import type { Label, LaneRequest } from '../../src/model/transport.ts';

/** A host that is this machine, or a server on its loopback. */
export function loopbackHost(connect: Partial<Host['connect']> = {}, name = 'loopback'): Host {
  return {
    name,
    connect: { address: '127.0.0.1', port: 22, ...connect },
    vars: {},
    groups: [],
    origins: {},
  };
}

export const someLabel: Label = { kind: 'probe', name: 'test.probe', params: {} };

/** A request for the lane as the connecting user. */
export function request(command: Command | string, more: Partial<LaneRequest> = {}): LaneRequest {
  return {
    label: someLabel,
    command: typeof command === 'string' ? { script: command } : command,
    become: false,
    timeoutMs: 10_000,
    ...more,
  };
}
