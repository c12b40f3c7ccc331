import { lookup, Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import { within } from '../clock.ts';
import { limited } from '../limited.ts';
import { candidates, parseHostsFile, parseNsswitch, parseResolvConf, watchedFile } from './name-files.ts';

export interface Address {
  readonly address: string;
  readonly family: number;
}

/** Finds a name's addresses, those to try first in front. Rejects with a `HostFailure` of phase `dns`. */
export type ResolveName = (name: string, limitMs: number) => Promise<readonly Address[]>;

export interface ResolveNameOptions {
  readonly clock: Clock;
  /** Default: those of `/etc/resolv.conf`. `address` or `address:port`. */
  readonly servers?: readonly string[];
  /** Default: the machine's. For tests. */
  readonly files?: { readonly hosts: string; readonly resolvConf: string; readonly nsswitch: string };
  /** Asks the system's own resolver. For tests. */
  readonly askSystem?: (name: string) => Promise<readonly Address[]>;
}

/** The system's resolver holds one of libuv's four threads for each name: these two at most. */
const systemAtOnce = 2;
/** Once one family has addresses, the other gets no more than this: many name servers never answer AAAA. */
const otherFamilyMs = 300;

/**
 * Looks names up without the machine's thread pool: `/etc/hosts` is read here, and name servers are asked through c-ares,
 * so that a dead one stalls only the names that need it, and no file is read later for it. Twelve names behind a dead
 * server held up a good one for more than 10 s with `dns.lookup`. The system's own resolver is asked, two names at a time,
 * only for what these do not know and another source (mDNS, LDAP, …) of nsswitch.conf may.
 */
export function nameResolver(options: ResolveNameOptions): ResolveName {
  const { clock } = options;
  const files = options.files ?? {
    hosts: '/etc/hosts',
    resolvConf: '/etc/resolv.conf',
    nsswitch: '/etc/nsswitch.conf',
  };
  const now = (): number => clock.monotonic();
  const hosts = watchedFile(files.hosts, parseHostsFile, now);
  const resolvConf = watchedFile(files.resolvConf, parseResolvConf, now);
  const nsswitch = watchedFile(files.nsswitch, parseNsswitch, now);
  const system = limited(systemAtOnce);
  const askSystem = options.askSystem ?? ((name: string) => lookup(name, { all: true }));
  // Elsewhere names may go different ways by domain (VPNs), which only the system knows.
  const hasOwnWay = process.platform === 'linux';
  let resolver: Resolver | undefined;

  function servers(): Resolver {
    if (resolver === undefined) {
      // Three servers, of which two are dead, within 5 s.
      resolver = new Resolver({ timeout: 1500, tries: 2 });
      if (options.servers !== undefined) resolver.setServers(options.servers);
    }
    return resolver;
  }

  async function askServers(name: string): Promise<readonly Address[]> {
    let silent: NodeJS.ErrnoException | undefined;
    for (const candidate of candidates(name, resolvConf())) {
      const [four, six] = await askBoth(servers(), candidate, clock);
      const found = [...six.addresses, ...four.addresses];
      if (found.length > 0) return hasIpv6() ? found : [...four.addresses, ...six.addresses];
      silent ??= four.trouble ?? six.trouble;
      // A server that says nothing says nothing about the longer names either.
      if (silent?.code === 'ETIMEOUT') break;
    }
    // An answer of "no" counts only when every server that was asked gave one.
    if (silent !== undefined) throw silent;
    return [];
  }

  async function find(name: string, wanted: () => boolean): Promise<readonly Address[]> {
    const plain = name.toLowerCase().replace(/\.$/, '');
    const known = hosts().get(plain);
    if (known !== undefined) return known.map((address) => ({ address, family: isIP(address) }));
    if (/^(?:.+\.)?localhost$/.test(plain)) {
      return [
        { address: '127.0.0.1', family: 4 },
        { address: '::1', family: 6 },
      ];
    }
    if (!hasOwnWay) return system(() => askSystem(name));
    const others = nsswitch().filter((source) => source !== 'files' && source !== 'dns');
    const found = await askServers(name);
    if (found.length > 0 || others.length === 0) return found;
    // Whoever waits behind names that stall the system's resolver may have given up by now.
    return system(async () => (wanted() ? askSystem(name) : [])).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOTFOUND') return [];
      throw error;
    });
  }

  return async (name, limitMs) => {
    const family = isIP(name);
    if (family !== 0) return [{ address: name, family }];
    const failure = (why: string): HostFailure => new HostFailure('dns', `cannot resolve ${name}: ${why}`);
    const giveUpAt = now() + limitMs;
    const found = find(name, () => now() < giveUpAt).then(
      (addresses) => {
        if (addresses.length === 0) throw failure('there is no such name');
        return addresses;
      },
      (error: NodeJS.ErrnoException) => {
        throw failure(reasons[error.code ?? ''] ?? error.code ?? error.message);
      },
    );
    return within<readonly Address[]>(clock, limitMs, found, () => {
      throw failure(`the name server gave no answer within ${limitMs / 1000} s`);
    });
  };
}

const reasons: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such name',
  ETIMEOUT: 'the name server gives no answer',
  ECONNREFUSED: 'no name server can be asked',
  ESERVFAIL: 'the name server failed',
  EREFUSED: 'the name server refuses to answer',
  EBADNAME: 'it is no name',
};

interface Answer {
  readonly addresses: readonly Address[];
  /** No answer came; otherwise a lack of addresses is the answer. */
  readonly trouble?: NodeJS.ErrnoException;
}

/** Both kinds of addresses at once; the second kind is not waited for long when the first is there. */
async function askBoth(resolver: Resolver, name: string, clock: Clock): Promise<readonly [Answer, Answer]> {
  const four = answerOf(resolver.resolve4(name), 4);
  const six = answerOf(resolver.resolve6(name), 6);
  const none: Answer = { addresses: [] };
  const [first, other] = await Promise.race([
    four.then((answer) => [answer, six] as const),
    six.then((answer) => [answer, four] as const),
  ]);
  const second =
    first.addresses.length > 0 ? await within<Answer>(clock, otherFamilyMs, other, () => none) : await other;
  return other === six ? [first, second] : [second, first];
}

function answerOf(asked: Promise<string[]>, family: number): Promise<Answer> {
  return asked.then(
    (addresses) => ({ addresses: addresses.map((address) => ({ address, family })) }),
    (error: NodeJS.ErrnoException) =>
      error.code === 'ENOTFOUND' || error.code === 'ENODATA' ? { addresses: [] } : { addresses: [], trouble: error },
  );
}

/** Whether this machine could reach an IPv6 address beyond its own link. */
function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((addresses) =>
    addresses?.some(({ family, internal, address }) => family === 'IPv6' && !internal && !/^fe[89ab]/i.test(address)),
  );
}
