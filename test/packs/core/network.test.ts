import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { parseHead } from '../../../src/packs/core/http-answer.ts';
import httpJsonProbe from '../../../src/packs/core/http-json-probe.ts';
import httpRequestProbe from '../../../src/packs/core/http-request-probe.ts';
import netRouteProbe from '../../../src/packs/core/net-route-probe.ts';
import tcpConnectProbe, { connectError } from '../../../src/packs/core/tcp-connect-probe.ts';
import { answering, dash, localHost, read, reasonOf, type Shell } from './local-host.ts';

let server: Server;
let port = 0;
let refused = 0;
const seen: {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
}[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push({ method: request.method, url: request.url, headers: request.headers });
    if (request.url === '/json') response.end('{"nodes": 3,\n"odd": "mendgate 000 0 0"}');
    else if (request.url === '/moved') response.writeHead(302, { location: '/' }).end();
    else if (request.url === '/silent') return;
    else response.writeHead(502, { 'x-two': ['a', 'b'], 'X-Odd': 'mendgate 200 1 1' }).end('bad gateway\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = portOf(server);
  const closed = createTcpServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  refused = portOf(closed);
  await new Promise((resolve) => closed.close(resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function portOf(listening: { address(): unknown }): number {
  const address = listening.address();
  if (typeof address !== 'object' || address === null || !('port' in address)) throw new Error('not listening');
  return Number(address.port);
}

/** A PATH with only some tools, to meet the fallbacks. */
const tools = mkdtempSync(join(tmpdir(), 'mendgate-tools-'));
afterAll(() => rmSync(tools, { recursive: true, force: true }));
function only(name: string, ...more: readonly string[]): Shell {
  const directory = mkdtempSync(join(tools, `${name}-`));
  for (const tool of ['sh', 'od', 'tr', 'sed', 'cat', ...more]) {
    symlinkSync(execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim(), join(directory, tool));
  }
  return { name, argv: ['/bin/sh'], path: directory };
}
const python = (): string =>
  execFileSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).trim();
function withPython(): Shell {
  const shell = only('python');
  symlinkSync(python(), join(shell.path, 'python3'));
  return shell;
}

describe.each([
  ['curl', () => dash],
  ['python3', withPython],
])('http by %s', (_tool, shellOf) => {
  const at = (path: string): string => `http://127.0.0.1:${port}${path}`;

  test('tells status and headers of any answer', async () => {
    const host = localHost(shellOf());
    const answer = await read(httpRequestProbe, host, { url: at('/x?a=[1]&b={2}') });
    expect(answer).toMatchObject({
      answered: true,
      status: 502,
      body_size: 12,
      headers: { 'x-two': 'a, b', 'x-odd': 'mendgate 200 1 1' },
    });
    expect(await read(httpRequestProbe, host, { url: at('/'), method: 'HEAD' })).toMatchObject({
      status: 502,
      body_size: 0,
    });
    expect(seen.at(-1)?.method).toBe('HEAD');
    expect(await read(httpRequestProbe, host, { url: at('/moved') })).toMatchObject({
      status: 302,
      headers: { location: '/' },
    });
    expect(seen.at(-1)?.url).toBe('/moved');
  });

  test('sends headers exactly, also secret ones and Host', async () => {
    const headers = { Host: 'app.example.com', 'X-Token': new Secret(`a"b\\c 'd' $e`) };
    await read(httpRequestProbe, localHost(shellOf()), { url: at('/'), headers });
    expect(seen.at(-1)?.headers).toMatchObject({
      host: 'app.example.com',
      'x-token': `a"b\\c 'd' $e`,
      'user-agent': 'mendgate',
    });
  });

  test('refuses a header that would become two', async () => {
    const host = localHost(shellOf());
    const two = { 'X-A': new Secret('a\nX-B: b') };
    expect(reasonOf(await read(httpRequestProbe, host, { url: at('/'), headers: two }))).toContain(
      'X-A holds a line end',
    );
    expect(reasonOf(await read(httpRequestProbe, host, { url: at('/'), headers: { 'X:\n': 'a' } }))).toContain(
      "not a header's name",
    );
  });

  test('no answer at all is told as such', async () => {
    const host = localHost(shellOf());
    const silent = { answered: false, status: 0, headers: {} };
    expect(await read(httpRequestProbe, host, { url: `http://127.0.0.1:${refused}/` })).toMatchObject(silent);
    expect(await read(httpRequestProbe, host, { url: at('/silent'), timeout: '300ms' })).toMatchObject(silent);
  });

  test('another address can be asked for the same name', async () => {
    const asked = { url: `http://site.invalid:${port}/`, resolve: '127.0.0.1' };
    expect(await read(httpRequestProbe, localHost(shellOf()), asked)).toMatchObject({ status: 502 });
    expect(seen.at(-1)?.headers['host']).toBe(`site.invalid:${port}`);
  });

  test('http.json gives the JSON, and is unknown where there is none', async () => {
    const host = localHost(shellOf());
    expect(await read(httpJsonProbe, host, { url: at('/json') })).toMatchObject({ status: 200, body: { nodes: 3 } });
    expect(reasonOf(await read(httpJsonProbe, host, { url: at('/') }))).toContain('status 502');
  });
});

test('a host without curl and python3 is told what it needs', async () => {
  expect(reasonOf(await read(httpRequestProbe, localHost(only('bare')), { url: 'http://127.0.0.1/' }))).toContain(
    'curl',
  );
});

test('the plan is told about requests', () => {
  expect(httpRequestProbe.trace({ method: 'GET', url: 'http://x/' } as never)).toBe('GET http://x/');
});

test.each([
  [
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nA: 1\r\n\r\nbody\n\nmore',
    { status: 200, headers: { a: '1' }, body: 'body\n\nmore' },
  ],
  ['HTTP/2 204 \r\n\r\n', { status: 204, headers: {}, body: '' }],
  ['SSH-2.0-x\r\n', undefined],
  ['', undefined],
])('%j as an HTTP answer', (said, head) => {
  expect(parseHead(said)).toEqual(head);
});

describe('tcp.connect', () => {
  test.each([
    ['bash', () => dash],
    ['python3', withPython],
  ])('by %s', async (_tool, shellOf) => {
    const host = localHost(shellOf());
    expect(await read(tcpConnectProbe, host, { address: '127.0.0.1', port })).toMatchObject({ connected: true });
    expect(await read(tcpConnectProbe, host, { address: '127.0.0.1', port: refused })).toMatchObject({
      connected: false,
      error: 'refused',
    });
    expect(await read(tcpConnectProbe, host, { address: 'nosuch.invalid', port: 1 })).toMatchObject({
      error: 'unresolved',
    });
  });

  test('is unreadable without a tool, and without understandable words', async () => {
    const asked = { address: '127.0.0.1', port: 1 };
    expect(reasonOf(await read(tcpConnectProbe, localHost(only('bare')), asked))).toContain('needs bash');
    expect(reasonOf(await read(tcpConnectProbe, answering({ rc: 1, stderr: 'nc: invalid option' }), asked))).toContain(
      'invalid option',
    );
  });

  test.each([
    [124, '', 'timeout'],
    [1, 'bash: connect: Permission denied', 'denied'],
    [1, 'connect: No route to host', 'unreachable'],
    [1, '[Errno -2] Name or service not known', 'unresolved'],
    [1, '', undefined],
  ])('rc %i with %j', (rc, stderr, error) => {
    expect(connectError({ rc, stderr })).toBe(error);
  });
});

describe('net.route', () => {
  test.each([
    [
      { stdout: '8.8.8.8 via 192.0.2.1 dev eth0 src 192.0.2.2 uid 0 \n    cache \n' },
      { exists: true, prohibited: false, device: 'eth0', via: '192.0.2.1' },
    ],
    [{ stdout: 'local 127.0.0.1 dev lo src 127.0.0.1 uid 0 \n' }, { exists: true, device: 'lo' }],
    [
      { rc: 2, stderr: 'RTNETLINK answers: Permission denied\n' },
      { exists: false, prohibited: true, unreachable: false },
    ],
    [
      { rc: 2, stderr: 'ip: RTNETLINK answers: Permission denied\n' },
      { exists: false, prohibited: true },
    ],
    [
      { rc: 2, stderr: 'RTNETLINK answers: Invalid argument\n' },
      { prohibited: false, unreachable: true },
    ],
    [
      { rc: 2, stderr: 'RTNETLINK answers: Network is unreachable\n' },
      { exists: false, unreachable: true },
    ],
  ])('%j', async (answer, route) => {
    expect(await read(netRouteProbe, answering(answer), { to: '10.9.0.1' })).toMatchObject(route);
  });

  test('asks without brackets, resolves names on the host, and says what is missing', async () => {
    const host = answering({ rc: 127 });
    expect(reasonOf(await read(netRouteProbe, host, { to: '[::1]' }))).toContain('iproute');
    expect(host.asked[0]).toMatchObject({ variables: { to: '::1', kind: 'ip' } });
    expect(reasonOf(await read(netRouteProbe, localHost(dash), { to: 'nosuch.invalid' }))).toContain(
      'does not resolve',
    );
  });
});
