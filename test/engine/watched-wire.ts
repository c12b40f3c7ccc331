import type { HostFailure } from '../../src/model/host-failure.ts';
import type { FixOutcome, FixRequest, LaneRequest, Transport } from '../../src/model/transport.ts';
import { localTransport } from '../../src/transports/local.ts';

interface Hooks {
  /** Instead of the fix; `number` counts from 1, `go` carries it out. */
  readonly fix?: (number: number, go: () => Promise<FixOutcome>) => Promise<FixOutcome>;
  /** What a look fails with; `wire` counts the connections from 1. */
  readonly run?: (request: LaneRequest, wire: number) => HostFailure | undefined;
}

/** This machine behind a wire that keeps what is asked of it, and can be told to fail. */
export function watchedWire(hooks: Hooks = {}): Transport & { readonly fixes: FixRequest[] } {
  const local = localTransport();
  const fixes: FixRequest[] = [];
  let wires = 0;
  return {
    ...local,
    fixes,
    async open(host, options) {
      const connection = await local.open(host, options);
      wires += 1;
      const wire = wires;
      return {
        ...connection,
        run(request) {
          const failure = hooks.run?.(request, wire);
          return failure === undefined ? connection.run(request) : Promise.reject(failure);
        },
        fix(request) {
          fixes.push(request);
          const go = (): Promise<FixOutcome> => connection.fix(request);
          return hooks.fix?.(fixes.length, go) ?? go();
        },
      };
    },
  };
}
