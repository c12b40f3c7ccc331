import { HostFailure } from '../../model/host-failure.ts';
import type { SimulatedHost } from '../../model/simulated-host.ts';
import type { Connection, Transport } from '../../model/transport.ts';
import { unsendable } from '../../shell/render.ts';
import { applyParts, overTheWire, toAnswer } from './answer-label.ts';

/** Hosts in memory, by name, for fast tests. A host that is not in the map cannot be resolved. */
export function simulatedTransport(hosts: ReadonlyMap<string, SimulatedHost>): Transport {
  return {
    name: 'simulated',
    async open(host, { signal }) {
      if (signal.aborted) throw new HostFailure('cancelled', 'cancelled while connecting');
      const simulated = hosts.get(host.name);
      if (simulated === undefined)
        throw new HostFailure('dns', `cannot resolve ${host.name}: there is no such simulated host`);
      return connectionTo(simulated);
    },
    async close() {},
  };
}

function connectionTo(host: SimulatedHost): Connection {
  let closed = false;
  const gone = (): HostFailure => new HostFailure('cancelled', 'the connection was closed');
  return {
    hostKey: undefined,
    async run({ label, command, become }) {
      if (closed) throw gone();
      const problem = unsendable(command);
      if (problem !== undefined) throw new HostFailure('command', problem);
      return toAnswer(host.answer(overTheWire(label), become !== false));
    },
    async fix({ parts, become }) {
      if (closed) return { kind: 'not_started', failure: gone() };
      for (const { commands } of parts) {
        for (const command of commands) {
          const problem = unsendable(command);
          if (problem !== undefined) return { kind: 'not_started', failure: new HostFailure('command', problem) };
        }
      }
      return { kind: 'ended', answers: applyParts(host, parts, become !== false) };
    },
    async close() {
      closed = true;
    },
  };
}
