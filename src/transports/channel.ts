import type { HostFailure } from '../model/host-failure.ts';

/** How a channel ended. */
export type ChannelEnd =
  /** The host said so, and everything its process wrote has arrived. `code` is absent when a signal ended it. */
  | { readonly kind: 'ended'; readonly code?: number }
  /** The wire broke: what happened on the host is not known. */
  | { readonly kind: 'lost'; readonly failure: HostFailure };

/** What comes from a channel. Nothing is called any more after `closed` or after `destroy`. */
export interface ChannelEvents {
  stdout(chunk: Buffer): void;
  stderr(chunk: Buffer): void;
  /** Once, after the last chunk. */
  closed(end: ChannelEnd): void;
}

/** One command running on a host, with its three streams. */
export interface Channel {
  write(data: Buffer): void;
  /** Frees everything on this side at once. The command on the host may go on. */
  destroy(): void;
}

/** Asks the host to execute a command line. Rejects with a `HostFailure` only when it was certainly not executed. */
export type OpenChannel = (exec: string, events: ChannelEvents) => Promise<Channel>;
