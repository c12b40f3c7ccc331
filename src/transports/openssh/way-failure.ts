import type { HostFailure } from '../../model/host-failure.ts';
import { quoteIfNeeded } from '../ssh/host-keys.ts';
import { hostKeyFailure } from './host-key-failure.ts';
import { complaints, hopsOf } from './master-progress.ts';
import { failure, lastOf } from './words.ts';

/** What our own ssh says when the way has ended, and lines that only accompany a reason. */
const echoes =
  /^(?:kex_exchange_identification|ssh_exchange_identification|banner exchange|stdio forwarding failed|Connection (?:closed by|to) )/;

/** Why a host behind others was not reached: what a hop, or the operator's proxy command, said. */
export function wayFailure(stderr: string, { address }: { readonly address: string }, late?: string): HostFailure {
  const all = complaints(stderr);
  const said = all.filter((line) => !echoes.test(line));
  const hops = hopsOf(stderr);
  const [hop] = hops.length === 1 ? hops : [];
  const login = hop === undefined ? 'ssh to each machine on the way' : `ssh ${quoteIfNeeded(hop)}`;
  const way = wayTo(stderr, address);
  const key = hostKeyFailure(said, undefined, login);
  if (key !== undefined) return failure('jump', `${way} failed: ${key.message}`, key.help);
  const why =
    late ??
    wordsOf(lastOf(said.length > 0 ? said : all.filter((line) => !/UNKNOWN|_exchange_identification/.test(line))));
  const help = /administratively prohibited/.test(why)
    ? 'its sshd may forbid forwarding (AllowTcpForwarding, PermitOpen)'
    : hop === undefined
      ? undefined
      : `try it alone: ${login}`;
  return failure('jump', `${way} failed: ${why}`, help);
}

/** `the way to web1 (bastion gate)`. */
export function wayTo(stderr: string, address: string): string {
  const hops = hopsOf(stderr);
  if (hops.length === 0) return `the way to ${address}`;
  return `the way to ${address} (${hops.length === 1 ? 'bastion' : 'bastions'} ${hops.join(', ')})`;
}

function wordsOf(line: string): string {
  if (/^Connection timed out during banner exchange/.test(line)) return 'no SSH server greeted in time';
  return line.replace(/^channel \d+: open failed: /, '');
}
