import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import { safeLine } from '../../model/safe-text.ts';
import type { Channel, ChannelEnd, ChannelEvents, OpenChannel } from '../channel.ts';
import { after, within } from '../clock.ts';
import type { Master } from './master.ts';
import { muxStderr } from './mux-stderr.ts';
import { channelArguments } from './ssh-arguments.ts';

/** How long the last words of a command may take after its master has gone. */
const lastWordsMs = 1000;

export interface MuxChannels {
  readonly open: OpenChannel;
  /** Resolves when every process of a channel has gone, as those of destroyed channels soon do. */
  gone(): Promise<void>;
}

/** Channels that are child processes: each an ssh that hands its streams to the master and says how it ended. */
export function muxChannels(master: Master, env: NodeJS.ProcessEnv, clock: Clock, openMs: number): MuxChannels {
  const children = new Map<ChildProcess, Promise<void>>();
  const keep = (child: ChildProcess): void => {
    const end = new Promise<void>((resolve) => {
      for (const event of ['exit', 'error']) child.once(event, () => resolve());
    });
    children.set(child, end);
    void end.then(() => children.delete(child));
  };
  const open: OpenChannel = (exec, events) =>
    new Promise((resolve, reject) => {
      if (master.lost !== undefined) {
        reject(master.lost);
        return;
      }
      const args = channelArguments(master.controlPath, exec);
      // A session of its own: Ctrl-C in the operator's terminal is for mendgate alone.
      const child = spawn('ssh', args, { env, detached: true, stdio: 'pipe' });
      keep(child);
      let waiting = true;
      const settle = (act: () => void): void => {
        if (!waiting) return;
        waiting = false;
        disarm();
        act();
      };
      // Nothing was executed in any of these cases: the session had not been opened.
      const give = (failure: HostFailure): void =>
        settle(() => {
          child.kill();
          reject(failure);
        });
      const disarm = after(clock, openMs, () =>
        give(new HostFailure('channel', `the host gave no channel within ${openMs / 1000} s`)),
      );
      const channel = wrap(child, master, clock, events, {
        opened: () => settle(() => resolve(channel)),
        notOpened: (beginning) => give(master.lost ?? openFailure(beginning)),
      });
      child.on('error', (error) => give(new HostFailure('channel', `ssh cannot be started: ${error.message}`)));
    });
  return {
    open,
    async gone() {
      await within(clock, lastWordsMs, Promise.all(children.values()), () => {
        for (const child of children.keys()) child.kill('SIGKILL');
        return [];
      });
    },
  };
}

interface Opening {
  opened(): void;
  notOpened(beginning: string): void;
}

function wrap(
  child: ChildProcessWithoutNullStreams,
  master: Master,
  clock: Clock,
  events: ChannelEvents,
  opening: Opening,
): Channel {
  const stderr = muxStderr();
  let over = false;
  let early: Buffer[] = [];

  function closed(end: ChannelEnd): void {
    if (over) return;
    over = true;
    forget();
    events.closed(end);
  }
  const forget = master.whenLost((failure) => {
    // Its end is near: its streams hold what the host said last.
    after(clock, lastWordsMs, () => {
      child.kill('SIGKILL');
      closed({ kind: 'lost', failure });
    });
  });

  child.stdout.on('data', (chunk: Buffer) => {
    if (over) return;
    if (stderr.opened) events.stdout(chunk);
    else early.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    if (over) return;
    const before = stderr.opened;
    const passed = stderr.feed(chunk);
    if (stderr.opened && !before) {
      opening.opened();
      for (const one of early) events.stdout(one);
      early = [];
    } else if (!before && isRefusal(stderr.beginning)) {
      opening.notOpened(stderr.beginning);
    }
    if (passed.length > 0 && !over) events.stderr(passed);
  });
  // EPIPE when it has gone: its end is reported by 'close'.
  child.stdin.on('error', () => undefined);
  child.on('close', () => {
    if (over) return;
    const rest = stderr.end();
    if (!stderr.opened) {
      over = true;
      forget();
      opening.notOpened(stderr.beginning);
      return;
    }
    if (rest.length > 0) events.stderr(rest);
    const { status } = stderr;
    if (over) return;
    if (status?.code !== undefined) closed({ kind: 'ended', code: status.code });
    else void howItEnded(master).then(closed);
  });

  return {
    write(data) {
      child.stdin.write(data);
    },
    destroy() {
      if (over) return;
      over = true;
      forget();
      child.stdin.end();
      child.stdout.destroy();
      child.stderr.destroy();
      child.kill();
    },
  };
}

/** A session that ended without an exit code: a signal ended the command if the connection still stands. */
async function howItEnded(master: Master): Promise<ChannelEnd> {
  if (master.lost === undefined && (await master.answers())) return { kind: 'ended' };
  const failure = master.lost ?? new HostFailure('lost', 'the connection broke: its ssh gives no answer');
  return { kind: 'lost', failure };
}

function isRefusal(beginning: string): boolean {
  return /mux_client_request_session: session request failed|Master refused session request/.test(beginning);
}

function openFailure(beginning: string): HostFailure {
  if (isRefusal(beginning)) {
    const said = /session request(?: failed)?: ([^\r\n]*)/.exec(beginning)?.[1] ?? 'open failed';
    const message = `the host refuses another session: ${safeLine(said.slice(0, 200))}`;
    return new HostFailure('channel', message, 'its MaxSessions may be too low');
  }
  const last = beginning.trimEnd().split(/\r?\n/).at(-1) ?? '';
  return new HostFailure('lost', `its ssh has gone: ${safeLine(last.slice(0, 200))}`);
}
