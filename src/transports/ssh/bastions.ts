import { setMaxListeners } from 'node:events';
import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import { safeLine } from '../../model/safe-text.ts';
import { BeyondSsh2 } from '../beyond-ssh2.ts';
import { within } from '../clock.ts';
import type { Hop } from '../ssh-config/ssh-config.ts';
import { cancelled } from './dial.ts';
import type { Endpoint } from './endpoint.ts';
import type { ReachedServer } from './reach-server.ts';

/** Where a way leads. */
export interface Target {
  readonly address: string;
  readonly port: number;
  readonly tcpMs: number;
}

/** Ways through other machines (ProxyJump). One connection to each is shared by all hosts behind it. */
export interface Bastions {
  /**
   * A stream to `target` as the last of the hops sees it. Rejects with a `HostFailure`: of phase `jump` when a hop cannot
   * be used, `tcp` when it can and the target cannot be reached from there.
   */
  forward(hops: readonly Hop[], target: Target, signal: AbortSignal): Promise<Duplex>;
  close(): void;
}

export interface BastionOptions {
  /** A hop with its own ssh_config. */
  readonly endpointOf: (hop: Hop) => Promise<Endpoint>;
  /** Logs in to it, over a stream through the hops before it if there are any. */
  readonly reach: (
    endpoint: Endpoint,
    forward: ((signal: AbortSignal) => Promise<Duplex>) | undefined,
    signal: AbortSignal,
  ) => Promise<ReachedServer>;
  readonly clock: Clock;
  /** Above, another connection is made. */
  readonly hostsPerConnection: number;
}

/** A bastion that could not be reached is not tried again so soon: all its hosts fail at once instead of one after the other. */
const rememberMs = 60_000;

interface Link {
  readonly hop: Hop;
  ready: Promise<Client>;
  /** Streams in use or being opened; what each is told when the bastion is gone. */
  readonly streams: Set<(error: Error) => void>;
  state: 'opening' | 'open' | 'gone';
  /** Gone without ever having been open: its failure is remembered until then. */
  forgetAt: number;
  /** The bastion before it, by which it is reached. */
  behind: Link | undefined;
}

export function bastions(options: BastionOptions): Bastions {
  const { clock } = options;
  const most = options.hostsPerConnection;
  const links = new Map<string, Link[]>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);

  /** The connection to the last of these hops. */
  function linkTo(hops: readonly Hop[]): Link {
    const key = JSON.stringify(hops);
    const known = (links.get(key) ?? []).filter(
      ({ state, forgetAt }) => state !== 'gone' || clock.monotonic() < forgetAt,
    );
    const usable = known.find(({ state, streams }) => state === 'gone' || streams.size < most);
    if (usable !== undefined) return usable;
    const link = open(hops);
    links.set(key, [...known, link]);
    return link;
  }

  function open(hops: readonly Hop[]): Link {
    const hop = hops.at(-1);
    if (hop === undefined) throw new Error('a way without a bastion');
    const link: Link = {
      hop,
      ready: Promise.reject(new Error('not begun')),
      streams: new Set(),
      state: 'opening',
      forgetAt: 0,
      behind: undefined,
    };
    link.ready.catch(() => undefined);
    const reached = reach(link, hops.slice(0, -1));
    link.ready = reached.then(({ client }) => client);
    reached.then(
      (server) => watch(link, server),
      () => {
        link.state = 'gone';
        link.forgetAt = clock.monotonic() + rememberMs;
      },
    );
    return link;
  }

  function watch(link: Link, { client, socket }: ReachedServer): void {
    link.state = 'open';
    const gone = (why: string): void => {
      if (link.state === 'gone') return;
      link.state = 'gone';
      const error = new Error(`the connection to bastion ${safeLine(link.hop.name)} broke: ${safeLine(why)}`);
      for (const tell of [...link.streams]) tell(error);
      client.destroy();
    };
    client.on('error', (error) => gone(error.message));
    client.on('close', () => gone('the bastion closed it'));
    closing.signal.addEventListener('abort', () => {
      client.end();
      // A dead link never answers a polite end, and would hold the process.
      setImmediate(() => socket.destroy());
    });
  }

  async function reach(link: Link, before: readonly Hop[]): Promise<ReachedServer> {
    try {
      const endpoint = await options.endpointOf(link.hop);
      const { address, port, jump, limits } = endpoint;
      // As OpenSSH: only the first of several is reached by its own ProxyJump.
      const hops = before.length > 0 ? before : jump;
      if (hops.length === 0) return await options.reach(endpoint, undefined, closing.signal);
      const behind = linkTo(hops);
      link.behind = behind;
      refuseCircle(link);
      const target = { address, port, tcpMs: limits.tcpMs };
      return await options.reach(endpoint, (signal) => forwardVia(behind, target, signal), closing.signal);
    } catch (error) {
      if (!(error instanceof HostFailure) || error.phase === 'cancelled') throw error;
      const message = `bastion ${safeLine(link.hop.name)}: ${error.message}`;
      throw error instanceof BeyondSsh2
        ? new BeyondSsh2('jump', message)
        : new HostFailure('jump', message, error.help);
    }
  }

  async function forwardVia(link: Link, target: Target, signal: AbortSignal): Promise<Duplex> {
    const { streams, hop } = link;
    let tell = (_error: Error): void => undefined;
    const told = (error: Error): void => tell(error);
    const gone = new Promise<never>((_, reject) => {
      tell = (error) => reject(new HostFailure('jump', error.message));
    });
    gone.catch(() => undefined);
    // Counted from now on, so that many at once do not all find room.
    streams.add(told);
    let opened: Promise<Duplex> | undefined;
    try {
      const client = await orAborted(link.ready, signal);
      opened = openStream(client, hop, target);
      const answer = within(clock, target.tcpMs, opened, () => {
        throw noAnswer(hop, target);
      });
      const stream = await orAborted(Promise.race([answer, gone]), signal);
      // For the stream's whole life: an error event without a listener ends the process.
      stream.on('error', () => undefined);
      tell = (error) => {
        stream.emit('error', error);
        stream.emit('close');
      };
      stream.once('close', () => streams.delete(told));
      return stream;
    } catch (error) {
      streams.delete(told);
      opened?.then(
        (late) => late.on('error', () => undefined).destroy(),
        () => undefined,
      );
      throw error;
    }
  }

  return {
    async forward(hops, target, signal) {
      return forwardVia(linkTo(hops), target, signal);
    },
    close: () => closing.abort(),
  };
}

/** Bastions that wait for each other would wait for ever. */
function refuseCircle(link: Link): void {
  const names = [safeLine(link.hop.name)];
  for (let one = link.behind; one !== undefined; one = one.behind) {
    names.unshift(safeLine(one.hop.name));
    if (one !== link) continue;
    link.behind = undefined;
    throw new HostFailure('config', `ProxyJump goes round in a circle: ${names.join(' → ')}`);
  }
}

function noAnswer(hop: Hop, { address, port, tcpMs }: Target): HostFailure {
  const way = `${address} port ${port} through bastion ${safeLine(hop.name)}`;
  return new HostFailure('tcp', `no answer from ${way} within ${tcpMs / 1000} s`);
}

function openStream(client: Client, hop: Hop, { address, port }: Target): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    try {
      client.forwardOut('127.0.0.1', 0, address, port, (error, stream) => {
        if (error) reject(refusal(error, hop, address, port));
        else resolve(stream);
      });
    } catch (error) {
      // ssh2 throws when its socket has gone and has not said so yet.
      reject(
        new HostFailure('jump', `bastion ${safeLine(hop.name)}: the connection broke: ${safeLine(String(error))}`),
      );
    }
  });
}

/** RFC 4254 5.1: reason 1 is a prohibition, 2 a connection that failed. */
function refusal(error: Error, hop: Hop, address: string, port: number): HostFailure {
  const said = safeLine(error.message.replace(/^\(SSH\) Channel open failure: /, '').slice(0, 200));
  const name = safeLine(hop.name);
  const reason = 'reason' in error ? error.reason : undefined;
  if (reason === 2) return new HostFailure('tcp', `${address} port ${port} from bastion ${name}: ${said}`);
  const help = 'its sshd may forbid forwarding (AllowTcpForwarding, PermitOpen)';
  return new HostFailure('jump', `bastion ${name} does not lead on to ${address} port ${port}: ${said}`, help);
}

/** One host that gives up must not end the connection that others wait for. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => undefined);
  if (signal.aborted) throw cancelled();
  let abort = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(cancelled());
    signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
