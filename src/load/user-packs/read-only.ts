import type { Command } from '../../model/command.ts';
import type { Pack } from '../../model/pack.ts';
import type { Inspector } from '../../model/probe.ts';
import { Unknown } from '../../model/unknown.ts';
import { inspectBy } from './inspector.ts';

/** In words, what a command is known to change; `undefined`: nothing is known. */
export type KnownMutation = (command: Command) => string | undefined;

/**
 * A pack whose looks send no command that is known to change a host: such a look is unknown, whatever the pack makes of it.
 * That the others only read is their author's promise.
 */
export function readOnlyPack({ name, probes, actions }: Pack, mutates: KnownMutation): Pack {
  return {
    name,
    probes: probes.map((probe) => ({
      ...probe,
      read: (host, params) => reading(probe.name, host, mutates, (watched) => probe.read(watched, params)),
    })),
    actions: actions.map((action) => {
      const { busy } = action;
      return {
        ...action,
        inspect: (host, params) => reading(action.name, host, mutates, (watched) => action.inspect(watched, params)),
        busy: busy && ((host, change) => busy(inspectBy(host, refusing(host, mutates)), change)),
      };
    }),
  };
}

async function reading(
  name: string,
  host: Inspector,
  mutates: KnownMutation,
  look: (host: Inspector) => Promise<unknown>,
): Promise<unknown> {
  const told: string[] = [];
  const value = await look(inspectBy(host, refusing(host, mutates, told)));
  const [what] = told;
  return what === undefined ? value : new Unknown(`${name} must only read, and ${what}`);
}

/** `told` hears of each command that was not sent. */
function refusing(host: Inspector, mutates: KnownMutation, told: string[] = []): Inspector['run'] {
  return async (command) => {
    const what = mutates(command);
    if (what === undefined) return host.run(command);
    told.push(what);
    throw new Error(`a look must only read, and ${what}`);
  };
}
