import type { SshConfig } from './ssh-config.ts';

/** What else decides, besides ssh_config. */
export interface KeySurroundings {
  /** Private keys that inventory or command line name; else ssh_config's, else OpenSSH's own. */
  readonly privateKeyFiles: readonly string[] | undefined;
  readonly homeDirectory: string;
  /** A file's text; `undefined`: it is not there, or not for us. */
  readonly read: (file: string) => string | undefined;
  /** Of this host known_hosts has no key, only an authority that signs keys. */
  readonly knownByAuthority: boolean;
}

/**
 * Why a host needs the system's ssh instead of ssh2; `undefined`: it does not.
 *
 * - `GSSAPIAuthentication yes` counts only in the operator's own file: Debian and Fedora set it for everybody.
 * - `Match exec`: `ssh -G` has run the command and decided, so its answer could do. But such commands also open tunnels
 *   and ask where the laptop is just now: they belong to the moment of connecting, and there only ssh runs them.
 * - `RevokedHostKeys` and `KnownHostsCommand` say whom to trust; what ssh2 cannot ask must not be left unasked.
 * - `ProxyJump` is no reason: the transport `ssh` goes through hops itself.
 */
export function needsOpenssh(config: SshConfig, surroundings: KeySurroundings): string | undefined {
  const said = (name: string): string | undefined => config.options.get(name)?.find((value) => !isNone(value));
  for (const [name, what] of always) if (said(name) !== undefined) return what;
  if (isYes(said('hostbasedauthentication'))) return 'host-based authentication (HostbasedAuthentication)';
  if (isYes(said('gssapiauthentication')) && config.saidByUser.has('gssapiauthentication')) {
    return 'Kerberos (GSSAPIAuthentication)';
  }
  const provider = said('securitykeyprovider');
  if (provider !== undefined && provider !== 'internal' && config.saidByUser.has('securitykeyprovider')) {
    return 'a security key (SecurityKeyProvider)';
  }
  if (config.hasMatchExec) return 'a condition that runs a command (Match exec)';
  if (surroundings.knownByAuthority) return 'a host certificate (@cert-authority in known_hosts)';
  for (const file of keyFiles(config, surroundings)) {
    const reason = needOfKey(file, surroundings.read);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Options of which any value but `none` is a reason. OpenSSH prints none of them by itself. */
const always: readonly (readonly [string, string])[] = [
  ['certificatefile', 'a user certificate (CertificateFile)'],
  ['pkcs11provider', 'a smart card (PKCS11Provider)'],
  ['proxycommand', 'a proxy command (ProxyCommand)'],
  ['knownhostscommand', 'a command that tells host keys (KnownHostsCommand)'],
  ['revokedhostkeys', 'a list of revoked host keys (RevokedHostKeys)'],
];

function keyFiles(config: SshConfig, { privateKeyFiles, homeDirectory }: KeySurroundings): readonly string[] {
  const names = ['id_rsa', 'id_ecdsa', 'id_ecdsa_sk', 'id_ed25519', 'id_ed25519_sk'];
  const files = privateKeyFiles ?? config.identityFiles ?? names.map((name) => `~/.ssh/${name}`);
  return files.map((file) => (file.startsWith('~/') ? `${homeDirectory}/${file.slice(2)}` : file));
}

/** A key file may be private (its public half stands in it, readable even when it is encrypted) or itself a `.pub`. */
function needOfKey(file: string, read: (file: string) => string | undefined): string | undefined {
  if (/-cert(?:\.pub)?$/.test(file) || read(`${file}-cert.pub`) !== undefined) {
    return `a user certificate (${/-cert(?:\.pub)?$/.test(file) ? file : `${file}-cert.pub`})`;
  }
  const text = read(file);
  if (text === undefined) return undefined;
  const isSecurityKey =
    /^sk-(?:ssh|ecdsa)-/m.test(text) || /sk-(?:ssh-ed25519|ecdsa-sha2-nistp256)@/.test(decoded(text));
  return isSecurityKey ? `a security key (${file})` : undefined;
}

function decoded(text: string): string {
  const [, body = ''] = /-----BEGIN OPENSSH PRIVATE KEY-----([A-Za-z0-9+/=\s]{1,20000})-----END/.exec(text) ?? [];
  return Buffer.from(body, 'base64').toString('latin1');
}

function isNone(value: string): boolean {
  return value === '' || value.toLowerCase() === 'none';
}

function isYes(value: string | undefined): boolean {
  return value === 'yes' || value === 'true';
}
