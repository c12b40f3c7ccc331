import type { Client, ClientChannel } from 'ssh2';
import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import { safeLine } from '../../model/safe-text.ts';
import type { Channel, ChannelEnd, ChannelEvents, OpenChannel } from '../channel.ts';
import { after } from '../clock.ts';

/**
 * Opens exec channels on a logged-in client. When the connection breaks, every open channel is told at once: ssh2 by
 * itself leaves callers waiting.
 */
export function clientChannels(client: Client, clock: Clock, openMs: number): OpenChannel {
  const onLost = new Set<(failure: HostFailure) => void>();
  let lost: HostFailure | undefined;

  function lose(failure: HostFailure): void {
    lost ??= failure;
    client.destroy();
    for (const tell of [...onLost]) tell(lost);
  }
  client.on('error', (error) => lose(new HostFailure('lost', `the connection broke: ${safeLine(error.message)}`)));
  client.on('close', () => lose(new HostFailure('lost', 'the host closed the connection')));

  return (exec, events) =>
    new Promise((resolve, reject) => {
      if (lost !== undefined) {
        reject(lost);
        return;
      }
      let waiting = true;
      const settle = (): void => {
        waiting = false;
        disarm();
        onLost.delete(give);
      };
      // Nothing was executed in any of these cases: a bootstrap runs only what is written to it later.
      const give = (failure: HostFailure): void => {
        if (!waiting) return;
        settle();
        reject(failure);
      };
      const disarm = after(clock, openMs, () =>
        give(new HostFailure('channel', `the host gave no channel within ${openMs / 1000} s`)),
      );
      onLost.add(give);
      const ask = (again: boolean): void => {
        try {
          client.exec(exec, (error, stream) => {
            // dropbear now and then refuses a command just after another was killed (1 of 20, measured).
            if (error && again && waiting && isRefusal(error)) setImmediate(ask, false);
            else if (error) give(openFailure(error));
            else if (waiting) {
              settle();
              resolve(wrap(stream, events, onLost));
            } else {
              stream.on('error', () => undefined);
              stream.close();
            }
          });
        } catch (error) {
          // ssh2 throws when its socket has gone and has not said so yet.
          give(new HostFailure('lost', `the connection broke: ${safeLine(String(error))}`));
        }
      };
      ask(true);
    });
}

function wrap(stream: ClientChannel, events: ChannelEvents, onLost: Set<(failure: HostFailure) => void>): Channel {
  let over = false;
  let end: ChannelEnd | undefined;
  const finish = (last: ChannelEnd): void => {
    onLost.delete(tell);
    if (over) return;
    over = true;
    events.closed(last);
  };
  const tell = (failure: HostFailure): void => finish({ kind: 'lost', failure });
  onLost.add(tell);
  // Both streams are always read, also after the end: an unread one stalls the other.
  stream.on('data', (chunk: Buffer) => over || events.stdout(chunk));
  stream.stderr.on('data', (chunk: Buffer) => over || events.stderr(chunk));
  stream.on('error', () => undefined);
  stream.stderr.on('error', () => undefined);
  stream.on('exit', (code: unknown) => {
    // Anything but a small number (a signal, 2^32-1) is an end without a code. The first status counts.
    end ??= typeof code === 'number' && code >= 0 && code <= 255 ? { kind: 'ended', code } : { kind: 'ended' };
  });
  stream.on('close', () => {
    if (over) return;
    finish(end ?? { kind: 'lost', failure: new HostFailure('lost', 'the host closed the channel without saying why') });
  });
  return {
    write(data) {
      stream.write(data);
    },
    destroy() {
      if (over) return;
      over = true;
      onLost.delete(tell);
      stream.end();
      stream.close();
    },
  };
}

/** The session was opened, and executing in it refused: nothing ran. */
function isRefusal(error: Error): boolean {
  return !/Channel open failure/.test(error.message);
}

function openFailure(error: Error): HostFailure {
  const said = safeLine(error.message);
  return !isRefusal(error)
    ? new HostFailure('channel', `the host refuses another session: ${said}`, 'its MaxSessions may be too low')
    : new HostFailure(
        'shell',
        `the host refuses to execute commands: ${said}`,
        'it may allow only SFTP or one forced command',
      );
}
