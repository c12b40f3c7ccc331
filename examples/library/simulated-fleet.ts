import type { MendRequest } from 'mendgate';
import { type SimulatedHost, simulatedTransport } from 'mendgate/testing';

/** A host in memory: it answers by the name of a probe or action, not by shell text, and a fix changes its state. */
function simulatedApp(state: string): SimulatedHost {
  return {
    answer: ({ name }) => ({ rc: 0, stdout: name === 'core.command' ? `${state}\n` : '' }),
    apply: () => {
      state = 'well';
      return { rc: 0 };
    },
  };
}

/** Hosts that are as these say, and how they are reached. */
export function simulatedFleet(
  states: Readonly<Record<string, string>>,
): Required<Pick<MendRequest, 'inventory' | 'transportFor'>> {
  const hosts = Object.entries(states).map(([name, state]) => [name, simulatedApp(state)] as const);
  const transport = simulatedTransport(new Map(hosts));
  return { inventory: [`${Object.keys(states).join(',')},`], transportFor: () => transport };
}
