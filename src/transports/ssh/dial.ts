import { lookup } from 'node:dns/promises';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import { after, within } from '../clock.ts';

/** How long reaching a host may take, in ms. */
export interface DialLimits {
  readonly dnsMs: number;
  readonly tcpMs: number;
}

interface Address {
  readonly address: string;
  readonly family: number;
}

/** A TCP connection with Nagle's delay off. Rejects with a `HostFailure` of phase dns, tcp or cancelled. */
export async function dial(
  address: string,
  port: number,
  limits: DialLimits,
  clock: Clock,
  signal: AbortSignal,
): Promise<Socket> {
  const addresses = await resolve(address, limits, clock);
  if (signal.aborted) throw cancelled();
  return new Promise((done, fail) => {
    const lookupKnown: LookupFunction = (_name, options, callback) => {
      const [first] = addresses;
      if (options.all === true) callback(null, [...addresses]);
      else callback(null, first?.address ?? address, first?.family);
    };
    // ssh2's client leaves Nagle's algorithm on: with delayed ACKs that costs 40 ms at every step.
    const socket = connect({ host: address, port, noDelay: true, lookup: lookupKnown });
    const give = (failure: HostFailure): void => {
      stop();
      socket.destroy();
      fail(failure);
    };
    const abort = (): void => give(cancelled());
    const disarm = after(clock, limits.tcpMs, () =>
      give(new HostFailure('tcp', `no answer from ${address} port ${port} within ${limits.tcpMs / 1000} s`)),
    );
    const stop = (): void => {
      disarm();
      signal.removeEventListener('abort', abort);
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', (error) => give(tcpFailure(error, address, port)));
    socket.once('connect', () => {
      stop();
      done(socket);
    });
  });
}

async function resolve(address: string, limits: DialLimits, clock: Clock): Promise<readonly Address[]> {
  const family = isIP(address);
  if (family !== 0) return [{ address, family }];
  const failure = (why: string): HostFailure => new HostFailure('dns', `cannot resolve ${address}: ${why}`);
  const found = lookup(address, { all: true }).catch((error: NodeJS.ErrnoException) => {
    throw failure(error.code === 'ENOTFOUND' ? 'there is no such name' : (error.code ?? error.message));
  });
  return within<readonly Address[]>(clock, limits.dnsMs, found, () => {
    throw failure(`the name server gave no answer within ${limits.dnsMs / 1000} s`);
  });
}

function tcpFailure(error: NodeJS.ErrnoException, address: string, port: number): HostFailure {
  const why =
    error.code === 'ECONNREFUSED'
      ? 'connection refused'
      : error.code === 'EHOSTUNREACH' || error.code === 'ENETUNREACH'
        ? 'no route'
        : (error.code ?? error.message);
  return new HostFailure('tcp', `${address} port ${port}: ${why}`);
}

/** The failure of everything that was given up before its end. */
export function cancelled(): HostFailure {
  return new HostFailure('cancelled', 'cancelled while connecting');
}
