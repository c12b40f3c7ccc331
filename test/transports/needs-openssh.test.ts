import { describe, expect, it } from 'vitest';
import { type KeySurroundings, needsOpenssh } from '../../src/transports/ssh-config/needs-openssh.ts';
import { noSshConfig, type SshConfig } from '../../src/transports/ssh-config/ssh-config.ts';

/** What `ssh -G` prints on Debian where no file of the operator says anything. */
const debian = {
  gssapiauthentication: ['yes'],
  securitykeyprovider: ['internal'],
  hostbasedauthentication: ['no'],
  identityfile: ['~/.ssh/id_rsa', '~/.ssh/id_ed25519_sk'],
  proxyjump: ['gate'],
};

function config(options: Record<string, readonly string[]>, more: Partial<SshConfig> = {}): SshConfig {
  return { ...noSshConfig, options: new Map(Object.entries({ ...debian, ...options })), ...more };
}
function around(files: Record<string, string> = {}, more: Partial<KeySurroundings> = {}): KeySurroundings {
  return {
    privateKeyFiles: undefined,
    homeDirectory: '/home/me',
    read: (file) => files[file],
    knownByAuthority: false,
    ...more,
  };
}
const securityKey = `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from('openssh-key-v1 … sk-ssh-ed25519@openssh.com …').toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
const plainKey = `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.from('openssh-key-v1 … ssh-ed25519 …').toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;

describe('a host needs the system ssh for', () => {
  it.each([
    ['a certificate file', config({ certificatefile: ['/c/id-cert.pub'] }), around(), /user certificate/],
    ['a smart card', config({ pkcs11provider: ['/usr/lib/opensc.so'] }), around(), /PKCS11Provider/],
    ['a proxy command', config({ proxycommand: ['nc -X 5 %h %p'] }), around(), /ProxyCommand/],
    ['a command that tells keys', config({ knownhostscommand: ['/bin/keys %H'] }), around(), /KnownHostsCommand/],
    ['revoked keys', config({ revokedhostkeys: ['/etc/ssh/krl'] }), around(), /RevokedHostKeys/],
    ['host-based login', config({ hostbasedauthentication: ['yes'] }), around(), /host-based/],
    [
      "Kerberos in the operator's file",
      config({}, { saidByUser: new Set(['gssapiauthentication']) }),
      around(),
      /Kerberos/,
    ],
    [
      'another key provider',
      config({ securitykeyprovider: ['/x.so'] }, { saidByUser: new Set(['securitykeyprovider']) }),
      around(),
      /security key/,
    ],
    ['Match exec', config({}, { hasMatchExec: true }), around(), /Match exec/],
    ['a host certificate', config({}), around({}, { knownByAuthority: true }), /host certificate/],
    [
      'a certificate beside a key',
      config({}, { identityFiles: ['/k/id'] }),
      around({ '/k/id-cert.pub': 'x' }),
      /\/k\/id-cert\.pub/,
    ],
    [
      'a certificate beside a default key',
      noSshConfig,
      around({ '/home/me/.ssh/id_ed25519-cert.pub': 'x' }),
      /id_ed25519-cert/,
    ],
    [
      'a certificate beside the key of the inventory',
      noSshConfig,
      around({ '/home/me/k-cert.pub': 'x' }, { privateKeyFiles: ['~/k'] }),
      /k-cert/,
    ],
    [
      'a certificate named as key',
      noSshConfig,
      around({}, { privateKeyFiles: ['/k/id-cert.pub'] }),
      /user certificate/,
    ],
    [
      'a security key',
      config({}, { identityFiles: ['/k/id'] }),
      around({ '/k/id': securityKey }),
      /security key \(\/k\/id\)/,
    ],
    [
      'a public security key',
      config({}, { identityFiles: ['/k/id.pub'] }),
      around({ '/k/id.pub': 'sk-ssh-ed25519@openssh.com AAAA me\n' }),
      /security key/,
    ],
  ])('%s', (_what, said, surroundings, reason) => {
    expect(needsOpenssh(said, surroundings)).toMatch(reason);
  });
});

describe('a host needs it not for', () => {
  it.each([
    ['nothing said', noSshConfig, around()],
    ["Kerberos in the system's file", config({}), around()],
    ['a jump', config({ proxyjump: ['a,b'] }), around()],
    [
      'options that say none',
      config({ proxycommand: ['none'], certificatefile: ['none'], revokedhostkeys: ['none'] }),
      around(),
    ],
    [
      'a plain key',
      config({}, { identityFiles: ['/k/id'] }),
      around({ '/k/id': plainKey, '/k/id.pub': 'ssh-ed25519 AAAA' }),
    ],
    [
      'a security key that is not among the named ones',
      noSshConfig,
      around({ '/home/me/.ssh/id_ed25519_sk': securityKey }, { privateKeyFiles: ['/k/id'] }),
    ],
  ])('%s', (_what, said, surroundings) => {
    expect(needsOpenssh(said, surroundings)).toBeUndefined();
  });
});
