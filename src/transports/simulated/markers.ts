import type { Answer } from '../../model/command.ts';
import type { SimulatedHost } from '../../model/simulated-host.ts';

/** What a simulated host has recorded of a fix: what came of it, or that it never began and never will. */
export type SimulatedMarker = 'cancelled' | readonly Answer[];

const markers = new WeakMap<SimulatedHost, Map<string, SimulatedMarker>>();

/** A simulated host's markers by name. They last as long as the host, over all connections. */
export function markersOf(host: SimulatedHost): Map<string, SimulatedMarker> {
  const known = markers.get(host);
  if (known !== undefined) return known;
  const fresh = new Map<string, SimulatedMarker>();
  markers.set(host, fresh);
  return fresh;
}

/** All simulated hosts share one boot, which never ends. */
export const simulatedBoot = '00000000-0000-4000-8000-000000000000';
