import type { Algorithms, CipherAlgorithm, KexAlgorithm, MacAlgorithm, ServerHostKeyAlgorithm } from 'ssh2';
import { BeyondSsh2 } from '../beyond-ssh2.ts';
import { matchesPatterns } from '../glob.ts';
import type { AlgorithmList, AlgorithmLists } from '../ssh-config/algorithm-lists.ts';

/** What is offered by itself, in this order; and what ssh2 can do beyond that, for hosts whose ssh_config asks for it. */
interface Known<Name extends string> {
  readonly usual: readonly Name[];
  readonly other: readonly Name[];
}

/** Key exchange over nistp256 costs the client 15 % less than over curve25519, group16 and nistp384 60 % more. */
const kex: Known<KexAlgorithm> = {
  usual: [
    'ecdh-sha2-nistp256',
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'diffie-hellman-group14-sha256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
  ],
  other: ['diffie-hellman-group-exchange-sha1', 'diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1'],
};

/** AES-GCM ciphers are no target of the Terrapin attack. */
const cipher: Known<CipherAlgorithm> = {
  usual: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'chacha20-poly1305@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
  ],
  other: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc'],
};

const mac: Known<MacAlgorithm> = {
  usual: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha1-etm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha2-512',
    'hmac-sha1',
  ],
  other: ['hmac-md5', 'hmac-sha1-96', 'hmac-md5-96'],
};

const hostKey: Known<ServerHostKeyAlgorithm> = {
  usual: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  other: ['ssh-rsa'],
};

/**
 * What is offered to a host: the cheapest first, but as ssh_config says where it says something. Throws `BeyondSsh2` where it
 * allows nothing that ssh2 can do.
 */
export function algorithmsFor(knownTypes: readonly string[], said: AlgorithmLists = {}): Algorithms {
  const keys = allowed('HostKeyAlgorithms', hostKey, said.hostKey);
  return {
    kex: allowed('KexAlgorithms', kex, said.kex),
    cipher: allowed('Ciphers', cipher, said.cipher),
    hmac: allowed('MACs', mac, said.mac),
    serverHostKey: keys.sort((a, b) => rank(a, knownTypes) - rank(b, knownTypes)),
  };
}

function allowed<Name extends string>(
  option: string,
  { usual, other }: Known<Name>,
  list: AlgorithmList | undefined,
): Name[] {
  if (list === undefined) return [...usual];
  const { kind, names } = list;
  if (kind === 'without') return usual.filter((name) => !matchesPatterns(names, name));
  const able = [...usual, ...other];
  const said = names.flatMap((name) => able.find((one) => one === name) ?? []);
  if (kind === 'also') return [...new Set([...usual, ...said])];
  if (said.length > 0) return said;
  throw new BeyondSsh2('config', `ssh2 can do nothing of what ssh_config allows: ${option} ${names.join(',')}`);
}

/** Whether ssh_config lets the operator's keys of a type be used. RSA keys go by the names of their signatures. */
export function acceptsKey(list: AlgorithmList | undefined, type: string): boolean {
  if (list === undefined || list.kind === 'also') return true;
  const names = type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type];
  return names.some((name) => matchesPatterns(list.names, name) === (list.kind === 'only'));
}

function rank(algorithm: string, knownTypes: readonly string[]): number {
  const type = algorithm.startsWith('rsa-sha2-') ? 'ssh-rsa' : algorithm;
  return knownTypes.includes(type) ? 0 : 1;
}
