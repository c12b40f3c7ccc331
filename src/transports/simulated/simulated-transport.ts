import { HostFailure } from '../../model/host-failure.ts';
import type { SimulatedHost } from '../../model/simulated-host.ts';
import type { Connection, FixOutcome, Transport } from '../../model/transport.ts';
import { markerName } from '../../shell/marker-name.ts';
import { unsendable } from '../../shell/render.ts';
import { foundOutcome } from '../fix-outcome.ts';
import { freshNonce } from '../nonce.ts';
import { applyParts, overTheWire, toAnswer } from './answer-label.ts';
import { deadManAnswer } from './dead-men.ts';
import { lockAnswer } from './locks.ts';
import { markersOf, type SimulatedMarker, simulatedBoot } from './markers.ts';

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
      if (label.kind === 'lock') return toAnswer(lockAnswer(host, label));
      if (label.kind === 'dead_man') return toAnswer(deadManAnswer(host, label, become !== false));
      return toAnswer(host.answer(overTheWire(label), become !== false));
    },
    async fix({ parts, become, key }) {
      if (closed) return { kind: 'not_started', failure: gone() };
      for (const { commands } of parts) {
        for (const command of commands) {
          const problem = unsendable(command);
          if (problem !== undefined) return { kind: 'not_started', failure: new HostFailure('command', problem) };
        }
      }
      const name = markerName(key ?? freshNonce());
      const found = markersOf(host).get(name);
      if (found !== undefined) return outcomeOf(found, simulatedBoot);
      const answers = applyParts(host, parts, become !== false);
      markersOf(host).set(name, answers);
      return { kind: 'ended', answers };
    },
    async adopt({ key, bootId }) {
      if (closed) return { kind: 'unknown', failure: gone(), answers: [] };
      const name = markerName(key);
      const found = markersOf(host).get(name) ?? 'cancelled';
      markersOf(host).set(name, found);
      return outcomeOf(found, bootId);
    },
    bootId: () => simulatedBoot,
    async close() {
      closed = true;
    },
  };
}

function outcomeOf(marker: SimulatedMarker, bootId: string | undefined): FixOutcome {
  const cancelled = marker === 'cancelled';
  const found = { answers: cancelled ? [] : marker, late: false, bootId: simulatedBoot };
  return foundOutcome(cancelled ? 'cancelled' : 'ended', found, bootId);
}
