import type { Answer, Command } from '../model/command.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Host } from '../model/inventory.ts';
import type { JsonObject } from '../model/json.ts';
import type { Inspector } from '../model/probe.ts';
import type { Become } from '../model/runbook.ts';
import type { Connection, FixOutcome, FixRequest, Label, Transport } from '../model/transport.ts';

/** A host's wire for the length of a run: it can be reopened, and knows the time of the last change there. */
export interface Session {
  readonly host: Host;
  readonly hostKey: string | undefined;
  /** An inspector for one reading. */
  inspector(label: Label, become: Become, timeoutMs: number): Inspector;
  fix(request: FixRequest): Promise<FixOutcome>;
  /** Marks now, on the host's clock, as the time of the last change. */
  markChange(become: Become): Promise<void>;
  /** A new connection; the old one is closed. For `fresh: true`. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the first connection. Rejects with the transport's HostFailure. */
export async function openSession(
  host: Host,
  transport: Transport,
  startedAt: number,
  signal: AbortSignal,
): Promise<Session> {
  let connection: Connection = await transport.open(host, { signal });
  let since = startedAt;
  const ask = (label: Label, command: Command, become: Become, timeoutMs: number): Promise<Answer> =>
    connection.run({ label, command, become, timeoutMs: command.timeoutMs ?? timeoutMs });

  return {
    host,
    hostKey: connection.hostKey,
    inspector: (label, become, timeoutMs) => ({
      since,
      run: (command) => ask(label, command, become, timeoutMs),
    }),
    fix: (request) => connection.fix(request),
    markChange: async (become) => {
      since = (await readClock(ask, become)) ?? since;
    },
    reopen: async () => {
      const next = await transport.open(host, { signal });
      if (next.hostKey !== connection.hostKey) {
        await next.close();
        throw new HostFailure('host_key', 'the host answered with another key than before in this run');
      }
      await connection.close();
      connection = next;
    },
    close: () => connection.close(),
  };
}

type Ask = (label: Label, command: Command, become: Become, timeoutMs: number) => Promise<Answer>;

const noParams: JsonObject = {};

async function readClock(ask: Ask, become: Become): Promise<number | undefined> {
  const label: Label = { kind: 'clock', name: 'clock', params: noParams };
  try {
    const answer = await ask(label, { argv: ['date', '+%s'] }, become, 10_000);
    if (!/^\d{1,12}\s*$/.test(answer.stdout)) return undefined;
    // Logs tell whole seconds: a line of this same second may be older than the change, so counting begins with the next.
    return (Number(answer.stdout.trim()) + 1) * 1000;
  } catch (error) {
    if (error instanceof HostFailure) return undefined;
    throw error;
  }
}
