import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findCertificates } from '../../../src/packs/nginx/certificates.ts';
import { followIncludes } from '../../../src/packs/nginx/config-includes.ts';
import { parseConfig } from '../../../src/packs/nginx/config-tree.ts';
import { parseListen } from '../../../src/packs/nginx/listen.ts';

function certificatesOf(text: string) {
  const main = '/etc/nginx/nginx.conf';
  const { directives } = followIncludes(main, { trees: new Map([[main, parseConfig(text)]]), matches: new Map() });
  return findCertificates(directives, '/etc/nginx');
}

const pair = (name: string) => `ssl_certificate ${name}.pem; ssl_certificate_key ${name}.key;`;

describe('a listen directive', () => {
  test.each([
    ['443 ssl', { address: '*', port: 443, ssl: true }],
    ['*:8443 ssl default_server', { address: '*', port: 8443, isDefault: true }],
    ['10.0.0.7 ssl', { address: '10.0.0.7', port: 80 }],
    ['10.0.0.7:443 ssl http2', { address: '10.0.0.7', port: 443 }],
    ['[::]:443 ssl ipv6only=on', { address: '::', port: 443 }],
    ['[fe80::1]', { address: 'fe80::1', port: 80 }],
    ['localhost:8443', { address: 'localhost', port: 8443, ssl: false }],
    ['12000-12010 ssl', { address: '*', port: 12_000 }],
    ['443 ssl proxy_protocol', { proxied: true }],
  ])('%s', (text, expected) => {
    expect(parseListen(text.split(' '))).toMatchObject(expected);
  });

  test.each(['unix:/run/x.sock ssl', '443 quic', '53 udp', '', '0', '70000', '::1:443'])(
    '%j is no way for a TLS client',
    (text) => {
      expect(parseListen(text.split(' '))).toBeUndefined();
    },
  );

  test('any words give a port that there is, or nothing', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (words) => {
        const port = parseListen(words)?.port ?? 1;
        return port >= 1 && port <= 65_535;
      }),
    );
  });
});

describe('the certificates of a configuration', () => {
  test('are named once for all their servers, and asked for by a name', () => {
    const found = certificatesOf(`http {
      server { listen 443 ssl; listen [::]:443 ssl; server_name a.example www.a.example; ${pair('tls/a')} }
      server { listen 8443 ssl; server_name b.example; ${pair('tls/a')} }
      server { listen 80; server_name c.example; ${pair('tls/c')} }
    }`);
    expect(found).toEqual([
      {
        certificate: '/etc/nginx/tls/a.pem',
        key: '/etc/nginx/tls/a.key',
        servers: ['a.example', 'www.a.example', 'b.example'],
        several: false,
        askable: true,
        address: '127.0.0.1',
        port: 443,
        name: 'a.example',
        source: '/etc/nginx/nginx.conf:2',
      },
    ]);
  });

  test('are inherited from outside, unless a server has its own', () => {
    const found = certificatesOf(`http { ${pair('all')}
      server { listen 443 ssl; server_name a.example; }
      server { listen 443 ssl; server_name b.example; ${pair('own')} }
    }`);
    expect(found.map(({ certificate, servers }) => [certificate, servers])).toEqual([
      ['/etc/nginx/all.pem', ['a.example']],
      ['/etc/nginx/own.pem', ['b.example']],
    ]);
  });

  test('may be two of one server, for two kinds of key', () => {
    const found = certificatesOf(
      `http { server { listen 443 ssl; server_name a.example; ${pair('ec')} ${pair('rsa')} } }`,
    );
    expect(found.map(({ certificate, key, several }) => [certificate, key, several])).toEqual([
      ['/etc/nginx/ec.pem', '/etc/nginx/ec.key', true],
      ['/etc/nginx/rsa.pem', '/etc/nginx/rsa.key', true],
    ]);
  });

  test.each([
    ['a wildcard', 'server_name *.a.example;', 'mendgate.a.example'],
    ['a leading dot', 'server_name .a.example;', 'a.example'],
    ['a regular expression and a name', 'server_name ~^x\\d+$ b.example;', 'b.example'],
    ['the catch-all', 'server_name _;', ''],
    ['no name', '', ''],
  ])('by %s', (_what, names, expected) => {
    const found = certificatesOf(`http { server { listen 443 ssl; ${names} ${pair('a')} } }`);
    expect(found).toMatchObject([{ askable: true, name: expected }]);
  });

  test.each([
    ['nobody asks it without a name: another one is the default', `listen 443 ssl; server_name _; ${pair('a')}`],
    ['the PROXY protocol comes first', `listen 444 ssl proxy_protocol; server_name a.example; ${pair('a')}`],
  ])('cannot be asked for where %s', (_why, inside) => {
    const found = certificatesOf(
      `http { server { listen 443 ssl; server_name z.example; ${pair('z')} } server { ${inside} } }`,
    );
    expect(found.map(({ certificate, askable }) => [certificate, askable])).toEqual([
      ['/etc/nginx/z.pem', true],
      ['/etc/nginx/a.pem', false],
    ]);
  });

  test('default_server goes before the order of the servers', () => {
    const found = certificatesOf(
      `http { server { listen 443 ssl; ${pair('a')} } server { listen 443 ssl default_server; ${pair('b')} } }`,
    );
    expect(found.map(({ askable }) => askable)).toEqual([false, true]);
  });

  test('are found in stream and mail, and under `ssl on`, but not where they are no file', () => {
    const found = certificatesOf(`
      stream { server { listen 127.0.0.1:6514 ssl; ${pair('s')} } }
      mail { server { listen 993; ssl on; ${pair('m')} } }
      http { server { listen 443 ssl; ssl_certificate $ssl_server_name.pem; ssl_certificate_key data:$key; } }
    `);
    expect(found.map(({ certificate, port }) => [certificate, port])).toEqual([
      ['/etc/nginx/s.pem', 6514],
      ['/etc/nginx/m.pem', 993],
    ]);
  });
});
