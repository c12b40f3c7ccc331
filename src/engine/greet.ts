import { HostFailure } from '../model/host-failure.ts';
import type { Become } from '../model/runbook.ts';
import type { Connection } from '../model/transport.ts';
import { doNothing } from '../shell/leaves-nothing.ts';

const noParams = {};

/** Has nothing done there: as it greets, a host tells which machine it is, and its boot. Rejects with a HostFailure. */
export async function greet(connection: Connection, become: Become): Promise<void> {
  if (connection.greeted !== undefined) return connection.greeted(become);
  const label = { kind: 'boot_id', name: 'boot_id', params: noParams } as const;
  await connection.run({ label, command: doNothing, become, timeoutMs: 10_000 });
}

/** The same, where whatever is asked next meets a failure itself. */
export async function greetQuietly(connection: Connection, become: Become): Promise<void> {
  try {
    await greet(connection, become);
  } catch (error) {
    if (!(error instanceof HostFailure)) throw error;
  }
}

/** Whether the host could tell which machine it is, and has not been asked anything yet. */
export function isSilent(connection: Connection): boolean {
  return (
    connection.machineId !== undefined && connection.machineId() === undefined && connection.bootId() === undefined
  );
}
