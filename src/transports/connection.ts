import type { Clock } from '../model/clock.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Become } from '../model/runbook.ts';
import type { Secret } from '../model/secret.ts';
import type { Connection, FixOutcome } from '../model/transport.ts';
import type { OpenChannel } from './channel.ts';
import { runFix } from './fix-channel.ts';
import type { ShellOptions } from './host-shell.ts';
import { type Lane, openLane } from './lane.ts';
import { defaultLimits, type LaneLimits } from './lane-limits.ts';

/** What makes a connection out of "execute this line on the host". */
export interface ConnectionOptions {
  readonly open: OpenChannel;
  readonly hostKey: string | undefined;
  readonly becomePassword: Secret | undefined;
  readonly clock: Clock;
  readonly limits?: LaneLimits;
  /** Frees the wire itself; called once. */
  close(): void;
}

/**
 * A connection with one probe lane per become user, opened when first used and kept, and a channel of its own for each
 * fix. A user that sudo refused is not asked for again: repeated wrong passwords lock accounts.
 */
export function makeConnection(options: ConnectionOptions): Connection {
  const { clock } = options;
  const limits = options.limits ?? defaultLimits;
  const lanes = new Map<Become, Lane>();
  const refused = new Map<Become, HostFailure>();
  const closing = new AbortController();
  let closed: HostFailure | undefined;

  /** A host may allow few sessions at once (MaxSessions): idle lanes give theirs up, and a refused one waits for its turn. */
  const open: OpenChannel = async (exec, events) => {
    const giveUpAt = clock.monotonic() + limits.sessionWaitMs;
    for (;;) {
      try {
        return await options.open(exec, events);
      } catch (error) {
        const full = error instanceof HostFailure && error.phase === 'channel' && closed === undefined;
        if (!full || clock.monotonic() >= giveUpAt) throw error;
      }
      for (const idle of lanes.values()) idle.park();
      await clock.sleep(50);
    }
  };

  function shellOptions(become: Become): ShellOptions {
    return { open, become, becomePassword: options.becomePassword, clock };
  }

  function lane(become: Become): Lane {
    const known = lanes.get(become);
    if (known !== undefined) return known;
    const opened = openLane(shellOptions(become), limits);
    lanes.set(become, opened);
    return opened;
  }

  function remember(become: Become, error: unknown): void {
    if (error instanceof HostFailure && error.phase === 'become') refused.set(become, error);
  }

  return {
    hostKey: options.hostKey,
    async run(request) {
      const refusal = closed ?? refused.get(request.become);
      if (refusal !== undefined) throw refusal;
      try {
        return await lane(request.become).run(request);
      } catch (error) {
        remember(request.become, error);
        throw error;
      }
    },
    async fix(request): Promise<FixOutcome> {
      const refusal = closed ?? refused.get(request.become);
      if (refusal !== undefined) return { kind: 'not_started', failure: refusal };
      const outcome = await runFix(shellOptions(request.become), limits, request, closing.signal);
      if (outcome.kind === 'not_started') remember(request.become, outcome.failure);
      return outcome;
    },
    async close() {
      if (closed !== undefined) return;
      closed = new HostFailure('cancelled', 'the connection was closed');
      for (const open of lanes.values()) open.close();
      closing.abort();
      options.close();
    },
  };
}
