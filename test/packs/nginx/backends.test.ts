import { describe, expect, test } from 'vitest';
import { Unknown } from '../../../src/model/unknown.ts';
import { findBackends } from '../../../src/packs/nginx/backends.ts';
import { parseListeners } from '../../../src/packs/nginx/listeners.ts';
import { parsePeer } from '../../../src/packs/nginx/peer.ts';
import { hexToAddress, sameAddress } from '../../../src/packs/nginx/proc-net.ts';
import type { Upstream } from '../../../src/packs/nginx/upstreams.ts';

// /proc/net/tcp: 0100007F:0BB8 is 127.0.0.1:3000.
const output = `A 127.0.0.1
A 10.0.0.5
6 00000000000000000000000000000001
T 0100007F:0BB8 111
T 00000000:1F90 112
T 00000000000000000000000001000000:0FA0 113
X 114 /run/app/app.sock
O 111 500
O 111 400
O 114 600
P 400 node
C 400 0::/system.slice/app.service
P 500 node
P 600 python3
U db.service inactive
U app.service active`;

const upstream = (peer: string, more: Partial<Upstream> = {}): Upstream => {
  const parts = parsePeer(peer, undefined);
  if (!parts) throw new Error(peer);
  return { ...parts, scheme: 'http', server: '', source: '', via: 'proxy_pass', dynamic: false, ...more };
};
const look = (peer: string, units: Record<string, string> = {}, more: Partial<Upstream> = {}) => {
  const found = findBackends([upstream(peer, more)], units, parseListeners(output));
  if (found instanceof Unknown) throw new Error(found.reason);
  return found[0];
};

describe('nginx.backends', () => {
  test('a listening backend has its process and unit', () => {
    expect(look('127.0.0.1:3000')).toEqual({
      upstream: '127.0.0.1:3000',
      kind: 'tcp',
      address: '127.0.0.1',
      port: 3000,
      local: true,
      listening: true,
      listens_on: '127.0.0.1:3000',
      pid: 400,
      process: 'node',
      unit: 'app.service',
      active: true,
    });
    expect(look('unix:/var/run/app/app.sock')).toMatchObject({ listening: true, process: 'python3', unit: '' });
  });

  test.each([
    ['127.0.0.1:8080', true],
    ['10.0.0.5:8080', true],
    ['10.0.0.5:3000', false],
    ['[::1]:4000', true],
    ['[0:0:0:0:0:0:0:1]:4000', true],
    ['[::1]:3000', false],
    ['unix:/run/other.sock', false],
  ])('%s is local, listening: %s', (peer, listening) => {
    expect(look(peer)).toMatchObject({ local: true, listening });
  });

  test('another machine’s backend is left alone', () => {
    expect(look('10.0.0.9:3000', { '10.0.0.9:3000': 'app.service' })).toMatchObject({
      local: false,
      listening: false,
      unit: '',
    });
  });

  test('a name counts by what it resolves to', () => {
    expect(look('app:3000', {}, { resolved: ['127.0.0.1'] })).toMatchObject({ local: true, listening: true });
    expect(look('app:3000')).toMatchObject({ local: false });
    expect(look('localhost:3000', {}, { resolved: ['::1', '127.0.0.1'] })).toMatchObject({ listening: true });
  });

  test('of a silent backend the given unit is asked; an active one shows where it listens instead', () => {
    expect(look('127.0.0.1:5000', { '127.0.0.1:5000': 'db.service' })).toMatchObject({
      unit: 'db.service',
      active: false,
      listens_on: '',
    });
    expect(look('127.0.0.1:5000', { '127.0.0.1:5000': 'app.service' })).toMatchObject({
      active: true,
      listens_on: '127.0.0.1:3000',
    });
    expect(look('127.0.0.1:5000')).toMatchObject({ unit: '', active: false });
  });

  test('units cannot be asked without systemd, and that is said', () => {
    const found = findBackends([upstream('127.0.0.1:1')], { '127.0.0.1:1': 'a.service' }, parseListeners('S none'));
    expect(found).toBeInstanceOf(Unknown);
  });
});

test.each([
  ['0100007F', 'host', '127.0.0.1'],
  ['00000000000000000000000001000000', 'host', '::1'],
  ['0000000000000000FFFF00000100007F', 'host', '127.0.0.1'],
  ['fe80000000000000020c29fffe000001', 'network', 'fe80::20c:29ff:fe00:1'],
  ['00000000000000000000000000000000', 'network', '::'],
  ['XX', 'host', undefined],
] as const)('%s is %s order for %s', (hex, order, address) => {
  expect(hexToAddress(hex, order)).toBe(address);
});

test.each([
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['::', '::'],
  ['1:2', '1:2'],
  ['10.0.0.1', '10.0.0.1'],
])('%s is written %s', (text, same) => {
  expect(sameAddress(text)).toBe(same);
});
