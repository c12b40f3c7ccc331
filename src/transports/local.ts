import { spawn } from 'node:child_process';
import { homedir } from 'node:os';
import type { Clock } from '../model/clock.ts';
import { HostFailure } from '../model/host-failure.ts';
import type { BecomeMethod } from '../model/runbook.ts';
import type { Secret } from '../model/secret.ts';
import type { Transport } from '../model/transport.ts';
import type { Channel, ChannelEnd, OpenChannel } from './channel.ts';
import { systemClock } from './clock.ts';
import { makeConnection } from './connection.ts';
import type { LaneLimits } from './lane-limits.ts';
import { BecomePasswords } from './password-tries.ts';

export interface LocalOptions {
  /** Where the inventory has none. */
  readonly becomeMethod?: BecomeMethod;
  readonly becomePassword?: Secret;
  /** Default: of this transport alone. */
  readonly becomePasswords?: BecomePasswords;
  readonly clock?: Clock;
  readonly limits?: LaneLimits;
  /** The shell that reads the exec string, with its leading arguments. Default `/bin/sh`. */
  readonly shell?: readonly [string, ...string[]];
}

/** This machine as a host: the same lanes, fixes and become as over SSH, through child processes. */
export function localTransport(options: LocalOptions = {}): Transport {
  const clock = options.clock ?? systemClock;
  const passwords = options.becomePasswords ?? new BecomePasswords();
  return {
    name: 'local',
    async open(host, { signal }) {
      if (signal.aborted) throw new HostFailure('cancelled', 'cancelled before it was opened');
      const channels = new Set<Channel>();
      return makeConnection({
        open: openProcess(options.shell ?? ['/bin/sh'], channels),
        hostKey: undefined,
        becomeMethod: host.connect.becomeMethod ?? options.becomeMethod,
        becomePassword: host.connect.becomePassword ?? options.becomePassword,
        passwords: passwords.of(host.name),
        clock,
        ...(options.limits === undefined ? {} : { limits: options.limits }),
        close() {
          for (const channel of channels) channel.destroy();
        },
      });
    },
    async close() {},
  };
}

/** Channels that are child processes of this one: `shell -c EXEC`. Those still open are kept in `channels`. */
export function openProcess([program, ...args]: readonly [string, ...string[]], channels: Set<Channel>): OpenChannel {
  return (exec, events) =>
    new Promise((resolve, reject) => {
      const child = spawn(program, [...args, '-c', exec], { cwd: homedir(), detached: true, stdio: 'pipe' });
      let over = false;
      const channel: Channel = {
        write: (data) => {
          child.stdin.write(data);
        },
        destroy() {
          over = true;
          channels.delete(channel);
          // End of input ends an idle lane; a running command has its own deadline.
          child.stdin.end();
          child.stdout.destroy();
          child.stderr.destroy();
          child.unref();
        },
      };
      const ended = (end: ChannelEnd): void => {
        channels.delete(channel);
        if (over) return;
        over = true;
        events.closed(end);
      };
      child.once('spawn', () => {
        channels.add(channel);
        resolve(channel);
      });
      child.on('error', (error) => reject(new HostFailure('channel', error.message)));
      // EPIPE when the shell is gone: its end is reported by 'close'.
      child.stdin.on('error', () => undefined);
      child.stdout.on('data', (chunk: Buffer) => over || events.stdout(chunk));
      child.stderr.on('data', (chunk: Buffer) => over || events.stderr(chunk));
      child.on('close', (code) => ended(code === null ? { kind: 'ended' } : { kind: 'ended', code }));
    });
}
