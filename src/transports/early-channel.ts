import type { Channel, ChannelEnd, ChannelEvents, OpenChannel } from './channel.ts';

/** A channel that is opened before somebody needs it. What comes on it meanwhile is kept for who takes it over. */
export interface EarlyChannel {
  /** Hands it over, as {@link OpenChannel} would. Once. */
  take(events: ChannelEvents): Promise<Channel>;
  /** Nobody will need it. */
  discard(): void;
}

/** Begins to open a channel. `failed` is called when there is none to take over (any more). */
export function earlyChannel(open: OpenChannel, exec: string, failed: () => void): EarlyChannel {
  const kept: ((events: ChannelEvents) => void)[] = [];
  let owner: ChannelEvents | undefined;
  let flowing = false;
  let over = false;
  const tell = (act: (events: ChannelEvents) => void): void => {
    if (over) return;
    if (owner === undefined || !flowing) kept.push(act);
    else act(owner);
  };
  const opened = open(exec, {
    stdout: (chunk) => tell((events) => events.stdout(chunk)),
    stderr: (chunk) => tell((events) => events.stderr(chunk)),
    closed(end: ChannelEnd) {
      if (owner === undefined) failed();
      tell((events) => events.closed(end));
    },
  });
  opened.catch(failed);
  return {
    async take(events) {
      const channel = await opened;
      owner = events;
      // After the caller has the channel in its hands.
      setImmediate(() => {
        flowing = true;
        for (const act of kept.splice(0)) tell(act);
      });
      return {
        write: (data) => channel.write(data),
        destroy() {
          over = true;
          channel.destroy();
        },
      };
    },
    discard() {
      opened.then(
        (channel) => channel.destroy(),
        () => undefined,
      );
    },
  };
}
