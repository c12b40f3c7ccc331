import type { SimulatedHost } from '../../src/model/simulated-host.ts';

/** What is wrong with a host. The fix of `bad config` does not help. */
export const causes = ['stale pid', 'full spool', 'old certificate', 'lost mount', 'bad config'] as const;

/** One host of `app-down.yaml`. */
export interface FleetHost {
  readonly name: string;
  readonly cause: string;
  readonly host: SimulatedHost;
  /** Fixes and rollbacks that ran there, in order. */
  readonly ran: string[];
}

/** So many hosts, `web001` and on; of five in a row each has another cause. */
export function appFleet(count: number): readonly FleetHost[] {
  const digits = String(count).length;
  return Array.from({ length: count }, (_, at) =>
    fleetHost(`web${String(at + 1).padStart(digits, '0')}`, causes[at % causes.length] ?? 'stale pid'),
  );
}

export function fleetHost(name: string, cause: string): FleetHost {
  const ran: string[] = [];
  let state: string = cause;
  const host: SimulatedHost = {
    answer({ name: asked, params }) {
      if (asked === 'clock') return { rc: 0, stdout: '1700000000\n' };
      return { rc: 0, stdout: Array.isArray(params['command']) ? `${state}\n` : '' };
    },
    apply({ params }) {
      const restores = JSON.stringify(params).includes('restore');
      ran.push(restores ? 'restore' : 'mend');
      if (restores) state = cause;
      else if (cause !== 'bad config') state = 'well';
      return { rc: 0 };
    },
  };
  return { name, cause, host, ran };
}
