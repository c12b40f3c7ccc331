import type { Transport } from '../../src/model/transport.ts';
import { localTransport } from '../../src/transports/local.ts';

/** The local transport, with what was asked in each turn of the event loop: such calls travel in one write. */
export function roundsTransport(): { readonly transport: Transport; readonly rounds: readonly (readonly string[])[] } {
  const rounds: string[][] = [];
  let current: string[] | undefined;
  const note = (what: string): void => {
    if (current === undefined) {
      current = [];
      rounds.push(current);
      setImmediate(() => {
        current = undefined;
      });
    }
    current.push(what);
  };
  const local = localTransport();
  return {
    rounds,
    transport: {
      ...local,
      async open(host, options) {
        const connection = await local.open(host, options);
        return {
          ...connection,
          run(request) {
            const { kind, params } = request.label;
            note(`${kind} ${String(params['name'] ?? '')}`.trim());
            return connection.run(request);
          },
          fix(request) {
            note('fix');
            return connection.fix(request);
          },
        };
      },
    },
  };
}
