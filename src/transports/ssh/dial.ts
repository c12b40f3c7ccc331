import { connect, type LookupFunction, type Socket } from 'node:net';
import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import { after } from '../clock.ts';
import type { Address, ResolveName } from '../dns/resolve-name.ts';
import { gatherWrites } from './gather-writes.ts';

/** Where to, and how long reaching it may take. */
export interface DialOptions {
  readonly address: string;
  readonly port: number;
  /** Only addresses of this kind. */
  readonly family?: 4 | 6;
  /** Our own address. */
  readonly bindAddress?: string;
  readonly dnsMs: number;
  readonly tcpMs: number;
  readonly resolve: ResolveName;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A host with both kinds of addresses: so long is one tried before the next. A dead way must not use up the good one's time. */
const nextAddressMs = 1000;

/** A TCP connection with Nagle's delay off. Rejects with a `HostFailure` of phase dns, tcp or cancelled. */
export async function dial(options: DialOptions): Promise<Socket> {
  const { address, port, bindAddress, tcpMs, clock, signal } = options;
  const addresses = await ofFamily(options);
  if (signal.aborted) throw cancelled();
  return new Promise((done, fail) => {
    const lookupKnown: LookupFunction = (_name, wanted, callback) => {
      const [first] = addresses;
      if (wanted.all === true) callback(null, [...addresses]);
      else callback(null, first?.address ?? address, first?.family);
    };
    const socket = connect({
      host: address,
      port,
      // ssh2's client leaves Nagle's algorithm on: with delayed ACKs that costs 40 ms at every step.
      noDelay: true,
      lookup: lookupKnown,
      autoSelectFamilyAttemptTimeout: nextAddressMs,
      ...(bindAddress === undefined ? {} : { localAddress: bindAddress }),
    });
    const give = (failure: HostFailure): void => {
      stop();
      socket.destroy();
      fail(failure);
    };
    const abort = (): void => give(cancelled());
    const disarm = after(clock, tcpMs, () =>
      give(new HostFailure('tcp', `no answer from ${address} port ${port} within ${tcpMs / 1000} s`)),
    );
    const stop = (): void => {
      disarm();
      signal.removeEventListener('abort', abort);
    };
    signal.addEventListener('abort', abort, { once: true });
    socket.on('error', (error) => give(tcpFailure(error, address, port)));
    socket.once('connect', () => {
      stop();
      done(gatherWrites(socket));
    });
  });
}

async function ofFamily({ address, family, dnsMs, resolve }: DialOptions): Promise<readonly Address[]> {
  const all = await resolve(address, dnsMs);
  const fitting = family === undefined ? all : all.filter((one) => one.family === family);
  if (fitting.length > 0) return fitting;
  throw new HostFailure('dns', `${address} has no IPv${family ?? 4} address`, 'ssh_config says AddressFamily');
}

function tcpFailure(error: NodeJS.ErrnoException, address: string, port: number): HostFailure {
  // Of several addresses none could be reached: what the first said tells most.
  const [first] = error instanceof AggregateError ? (error.errors as NodeJS.ErrnoException[]) : [error];
  const code = first?.code ?? error.code;
  const why =
    code === 'ECONNREFUSED'
      ? 'connection refused'
      : code === 'EHOSTUNREACH' || code === 'ENETUNREACH'
        ? 'no route'
        : (code ?? error.message);
  return new HostFailure('tcp', `${address} port ${port}: ${why}`);
}

/** The failure of everything that was given up before its end. */
export function cancelled(): HostFailure {
  return new HostFailure('cancelled', 'cancelled while connecting');
}
