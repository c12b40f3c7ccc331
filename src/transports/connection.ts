import type { Clock } from '../model/clock.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { Become, BecomeMethod } from '../model/runbook.ts';
import type { Secret } from '../model/secret.ts';
import type { Connection, FixOutcome, Foreseen } from '../model/transport.ts';
import type { OpenChannel } from './channel.ts';
import { over } from './clock.ts';
import { type EarlyChannel, earlyChannel } from './early-channel.ts';
import { EndedFixes } from './ended-fixes.ts';
import { askForFix, runFix } from './fix-channel.ts';
import type { ShellOptions } from './host-shell.ts';
import { type Lane, openLane } from './lane.ts';
import { defaultLimits, type LaneLimits } from './lane-limits.ts';
import { closedByUs } from './lane-shell.ts';
import { HostPasswords } from './password-tries.ts';
import { constantExec } from './shell-entry.ts';

/** What makes a connection out of "execute this line on the host". */
export interface ConnectionOptions {
  readonly open: OpenChannel;
  readonly hostKey: string | undefined;
  readonly becomeMethod?: BecomeMethod | undefined;
  readonly becomePassword: Secret | undefined;
  /** What other connections to this host know of its passwords, and hear of this one. Default: there are none. */
  readonly passwords?: HostPasswords;
  readonly clock: Clock;
  readonly limits?: LaneLimits;
  /** How long a shell may take until it is ours; default: host-shell.ts's `greetingMs`. */
  readonly startMs?: number | undefined;
  /** Whether somebody reads the labels of frames: the host, or who listens on the way. Default false. */
  readonly labelled?: boolean;
  /** Frees the wire itself; called once. */
  close(): void;
}

/**
 * A connection with one probe lane per become user, opened when first used and kept, and a channel of its own for each
 * fix. A user that sudo refused is not asked for again; nor is any other with a password that was refused.
 */
export function makeConnection(options: ConnectionOptions): Connection {
  const { clock, passwords = new HostPasswords() } = options;
  const limits = options.limits ?? defaultLimits;
  const lanes = new Map<Become, Lane>();
  const refused = new Map<Become, HostFailure>();
  /** By what they execute. */
  const early = new Map<string, EarlyChannel>();
  const ended = new EndedFixes();
  const closing = new AbortController();
  let closed: HostFailure | undefined;
  let bootId: string | undefined;
  let machineId: string | undefined;

  /** A host may allow few sessions at once (MaxSessions): what is idle gives its own up, and a refused one waits for its turn. */
  const open: OpenChannel = async (exec, events) => {
    const giveUpAt = clock.monotonic() + limits.sessionWaitMs;
    for (;;) {
      try {
        return await options.open(exec, events);
      } catch (error) {
        const full = error instanceof HostFailure && error.phase === 'channel' && closed === undefined;
        if (!full || clock.monotonic() >= giveUpAt) throw error;
      }
      discardEarly();
      ended.letGo();
      for (const idle of lanes.values()) idle.park();
      await clock.sleep(50);
    }
  };

  function shellOptions(become: Become): ShellOptions {
    const { becomeMethod, becomePassword, startMs } = options;
    return { open, become, becomeMethod, becomePassword, passwords, clock, startMs, booted, installed };
  }

  /** For a fix: the channel that waits for it, if there is one. */
  const openForFix: OpenChannel = (exec, events) => {
    const ready = early.get(exec);
    early.delete(exec);
    return ready === undefined ? open(exec, events) : ready.take(events);
  };

  function discardEarly(): void {
    for (const channel of early.values()) channel.discard();
    early.clear();
  }

  /** One that sudo asks a password for is left to its fix: with a wrong one, two at once may lock an account. */
  function openEarly(become: Become): void {
    const exec = constantExec(shellOptions(become));
    if (exec === undefined || early.has(exec)) return;
    const channel = earlyChannel(options.open, exec, () => early.get(exec) === channel && early.delete(exec));
    early.set(exec, channel);
  }

  function booted(id: string): void {
    bootId ??= id;
  }

  function installed(id: string): void {
    machineId ??= id;
  }

  function lane(become: Become): Lane {
    const known = lanes.get(become);
    if (known !== undefined) return known;
    const opened = openLane({ ...shellOptions(become), labelled: options.labelled }, limits);
    lanes.set(become, opened);
    return opened;
  }

  function remember(become: Become, error: unknown): void {
    if (error instanceof HostFailure && error.phase === 'become') refused.set(become, error);
  }

  function refusalFor(become: Become): HostFailure | undefined {
    const own = closed ?? refused.get(become);
    if (own !== undefined || become === false || options.becomePassword === undefined) return own;
    return passwords.of(options.becomeMethod ?? 'sudo', become).refusalFor(become);
  }

  return {
    hostKey: options.hostKey,
    foresee({ lanes: users, fix }: Foreseen) {
      if (closed !== undefined) return;
      for (const become of users) if (refusalFor(become) === undefined) lane(become).warm();
      if (fix !== undefined) openEarly(fix);
    },
    async run(request) {
      const refusal = refusalFor(request.become);
      if (refusal !== undefined) throw refusal;
      try {
        return await lane(request.become).run(request);
      } catch (error) {
        remember(request.become, error);
        throw error;
      }
    },
    async fix(request): Promise<FixOutcome> {
      const refusal = refusalFor(request.become);
      if (refusal !== undefined) return { kind: 'not_started', failure: refusal };
      const shell = { ...shellOptions(request.become), open: openForFix };
      const outcome = await runFix(shell, limits, request, closing.signal, ended);
      if (outcome.kind === 'not_started') remember(request.become, outcome.failure);
      return outcome;
    },
    async adopt(request): Promise<FixOutcome> {
      const refusal = refusalFor(request.become);
      if (refusal !== undefined) return { kind: 'unknown', failure: refusal, answers: [] };
      return askForFix(shellOptions(request.become), limits, request, closing.signal);
    },
    spent: (key) => ended.tell(key),
    bootId: () => bootId,
    machineId: () => machineId,
    async greeted(become) {
      const refusal = refusalFor(become);
      if (refusal !== undefined) throw refusal;
      try {
        await lane(become).greeted();
      } catch (error) {
        remember(become, error);
        throw error;
      }
    },
    async close() {
      if (closed !== undefined) return;
      closed = closedByUs;
      discardEarly();
      ended.letGo();
      for (const open of lanes.values()) open.close();
      closing.abort(over);
      options.close();
    },
  };
}
