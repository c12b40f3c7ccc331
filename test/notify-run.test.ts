import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createNotifier, type Notification } from '../src/uses/notify-run.ts';
import { mendgate } from './e2e/cli.ts';
import { stamp } from './reporters/events.ts';
import { allSamples } from './reporters/samples.ts';

interface Heard {
  readonly url: string;
  readonly bodies: {
    readonly type: string | undefined;
    readonly authorization: string | undefined;
    readonly body: Notification;
  }[];
}

/** A web server that answers so; it goes when the test ends. */
async function serve(status: number): Promise<Heard> {
  const bodies: Heard['bodies'] = [];
  const server = createServer((request: IncomingMessage, answer) => {
    let text = '';
    request.on('data', (chunk) => {
      text += String(chunk);
    });
    request.on('end', () => {
      const { 'content-type': type, authorization } = request.headers;
      bodies.push({ type, authorization, body: JSON.parse(text) as Notification });
      answer.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook/secret-token`, bodies };
}

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-notify-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('a URL gets the end of the run by POST, a program gets it on stdin', async () => {
  const heard = await serve(204);
  const file = join(folderOf(), 'told');
  const notifier = createNotifier([heard.url, ['sh', '-c', 'cat >"$1"', 'sh', file]]);
  for (const event of stamp(allSamples)) await notifier.sink(event);
  expect(await notifier.send()).toEqual([]);
  const [first] = heard.bodies;
  expect(first?.type).toBe('application/json');
  expect(first?.body).toMatchObject({
    type: 'run.finished',
    runbook: { id: expect.any(String) },
    hosts: expect.any(Object),
  });
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(first?.body);
});

test('what goes wrong is said without the address’s own secrets', async () => {
  const refusing = await serve(500);
  const notifier = createNotifier([
    refusing.url,
    'http://127.0.0.1:1/hook/secret-token',
    ['sh', '-c', 'exit 3', 'secret-token'],
    ['/no/such/program', 'secret-token'],
  ]);
  for (const event of stamp(allSamples)) await notifier.sink(event);
  const problems = await notifier.send();
  expect(problems).toEqual([
    expect.stringMatching(/^127\.0\.0\.1:\d+ answered 500$/),
    expect.stringMatching(/^127\.0\.0\.1:1 could not be told/),
    'sh failed (exit code 3)',
    '/no/such/program failed (ENOENT)',
  ]);
});

test('who and the password in a URL are sent as Basic Authorization, and shown nowhere', async () => {
  const heard = await serve(204);
  const refusing = await serve(401);
  const withPassword = (url: string): string => url.replace('//', '//me:p%40ss@');
  const notifier = createNotifier([withPassword(heard.url), withPassword(refusing.url)]);
  for (const event of stamp(allSamples)) await notifier.sink(event);
  expect(await notifier.send()).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+ answered 401$/)]);
  expect(heard.bodies[0]?.authorization).toBe(`Basic ${Buffer.from('me:p@ss').toString('base64')}`);
});

test('an answer that points elsewhere is told as what it is, and nothing is sent there', async () => {
  const heard = await serve(302);
  const notifier = createNotifier([heard.url]);
  for (const event of stamp(allSamples)) await notifier.sink(event);
  expect(await notifier.send()).toEqual([expect.stringMatching(/answered 302, which points elsewhere/)]);
  expect(heard.bodies).toHaveLength(1);
});

test.each(['http://', 'ftp://x', '/no/such/program', 'no-such-program-anywhere', '"', './test'])(
  'what nobody can be told with is refused before the run: %s',
  async (target) => {
    const folder = folderOf();
    const args = ['run', 'test/e2e/state-file.yaml', '-i', 'here,', '-c', 'local', '--yes', '-e', `root=${folder}`];
    const { code, stderr } = await mendgate([...args, '--state-dir', join(folder, 'state'), '--notify', target]);
    expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining('--notify: ') });
    expect(existsSync(join(folder, 'state'))).toBe(false);
  },
);

test('a run ends as it would have, whatever becomes of the notification', async () => {
  const folder = folderOf();
  const args = ['run', 'test/e2e/state-file.yaml', '-i', 'here,', '-c', 'local', '-C', '-e', `root=${folder}`];
  const state = ['--state-dir', join(folder, 'state')];
  const plain = await mendgate([...args, ...state]);
  const told = await mendgate([
    ...[...args, ...state, '--notify', 'sh -c "cat >/dev/null; exit 9"'],
    ...['--notify', `sh -c 'cat >"${folder}/told"'`],
  ]);
  expect(told.code).toBe(plain.code);
  expect(told.stderr).toContain('warning: --notify: sh failed (exit code 9); the run itself is over');
  expect(JSON.parse(readFileSync(join(folder, 'told'), 'utf8'))).toMatchObject({
    type: 'run.finished',
    exitCode: plain.code,
  });
});
