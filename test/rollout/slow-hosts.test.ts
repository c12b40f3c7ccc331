import { describe, expect, it } from 'vitest';
import { HostFailure } from '../../src/model/host-failure.ts';
import type { Transport } from '../../src/model/transport.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';
import { doings, onceFleet, runOnceFleet } from './once-fleet.ts';
import { runFleet, stale, verdictsOf } from './run-fleet.ts';

/** Some hosts let everybody wait until `answer` is called: then they are reached, or not. */
function slow(inner: Transport, names: ReadonlySet<string>, mode: 'in' | 'dead') {
  let answer = (): void => undefined;
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const transport: Transport = {
    ...inner,
    async open(host, options) {
      if (names.has(host.name)) {
        options.waits?.();
        await answered;
        if (mode === 'dead') throw new HostFailure('banner', 'it says nothing');
      }
      return inner.open(host, options);
    },
  };
  return { transport, answer };
}

describe('hosts that let us wait', () => {
  it.each(['dead', 'in'] as const)('keep no other from its turn, however many they are (%s)', async (mode) => {
    const fleet = stale(6);
    const silent = new Set(['web1', 'web2', 'web3', 'web4']);
    const hosts = simulatedTransport(new Map(fleet.map(({ name, host }) => [name, host])));
    const { transport, answer } = slow(hosts, silent, mode);
    const finished: string[] = [];
    const rolled = await runFleet(fleet, {
      forks: 2,
      mode: 'dry_run',
      transportFor: () => transport,
      sinks: [
        (event) => {
          if (event.type !== 'host.finished') return;
          finished.push(event.host);
          if (finished.length === 2) answer();
        },
      ],
    });
    expect(finished.slice(0, 2).toSorted()).toEqual(['web5', 'web6']);
    expect(verdictsOf(rolled)).toMatchObject({
      web1: mode === 'dead' ? 'unreachable' : 'would_fix',
      web6: 'would_fix',
    });
  });

  it('still run first what runs once, where they are the first', async () => {
    const fleet = onceFleet(3);
    const { transport, answer } = slow(fleet.transport, new Set(['web1']), 'in');
    let begun = 0;
    const { ends } = await runOnceFleet(fleet, {
      forks: 1,
      transportFor: () => transport,
      sinks: [
        (event) => {
          if (event.type === 'host.connected') begun += 1;
          if (begun === 2) answer();
        },
      ],
    });
    expect(ends[0]).toBe('web1: fixed · changed, changed');
    expect(doings(fleet.did, 'app migrate')).toEqual(['web1']);
  });
});
