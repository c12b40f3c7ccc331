import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import endpoint from '../../../src/packs/tls/tls-endpoint-probe.ts';
import file from '../../../src/packs/tls/tls-file-probe.ts';
import renewal from '../../../src/packs/tls/tls-renewal-probe.ts';
import renewed from '../../../src/packs/tls/tls-renewed-action.ts';
import { freePort } from '../../sshd/sshd.ts';
import { inspect, inTempDirectory, localHost, read, reasonOf, runHere, shells } from '../core/local-host.ts';
import { makeCertificate } from './make-certificate.ts';

const made = makeCertificate('a.example', { from: -1, to: 29.5 });
const other = makeCertificate('b.example', { from: -1, to: 29.5 }, 'rsa');
const withOpenssl = shells.filter(({ name }) => name !== 'BusyBox alone');

describe.each(shells)('tls.file through $name', (shell) => {
  const host = localHost(shell);
  const hasOpenssl = withOpenssl.includes(shell);

  test('tells a certificate and its key from others', async () => {
    await inTempDirectory(async (folder) => {
      const at = (name: string) => join(folder, name);
      writeFileSync(at('chain.pem'), made.certificate + other.certificate);
      writeFileSync(at('windows.pem'), made.certificate.replaceAll('\n', '\r\n'));
      writeFileSync(at('own.key'), made.key);
      writeFileSync(at('other.key'), other.key);
      writeFileSync(at('no.key'), 'nothing\n');
      const look = (certificate: string, key = '') =>
        read(file, host, { certificate: at(certificate), key: key && at(key) });
      expect(await look('chain.pem', 'own.key')).toMatchObject({
        usable: true,
        days_left: 29,
        chain: 2,
        in_order: false,
        key_type: 'ec',
      });
      expect(await look('windows.pem')).toMatchObject({ usable: true, names: ['a.example'] });
      expect(await look('none.pem')).toMatchObject({ usable: false, why_not: 'there is no such file', valid: false });
      expect(await look('own.key')).toMatchObject({ usable: false, why_not: 'there is no certificate in it' });
      expect(await look('chain.pem', 'none.key')).toMatchObject({
        usable: false,
        why_not: `its key ${at('none.key')} is missing`,
      });
      if (!hasOpenssl) return;
      expect(await look('chain.pem', 'other.key')).toMatchObject({
        usable: false,
        why_not: `its key is not the one in ${at('other.key')}`,
      });
      expect(await look('chain.pem', 'no.key')).toMatchObject({
        usable: false,
        why_not: `${at('no.key')} holds no private key`,
      });
    });
  });

  test('never sends a private key, not even out of the certificate’s own file', async () => {
    await inTempDirectory(async (folder) => {
      const both = join(folder, 'both.pem');
      writeFileSync(both, made.key + made.certificate);
      const sent: string[] = [];
      const watched = {
        since: 0,
        run: async (command: Parameters<typeof host.run>[0]) => {
          const answer = await runHere(shell, command);
          sent.push(answer.stdout + answer.stderr);
          return answer;
        },
      };
      expect(await read(file, watched, { certificate: both, key: both })).toMatchObject({ usable: true });
      const secret = made.key.split('\n')[1] ?? '';
      expect(sent.join('')).not.toContain(secret);
      expect(sent.join('')).not.toContain(Buffer.from(secret).toString('hex'));
    });
  });
});

describe.each(withOpenssl)('tls.endpoint through $name', (shell) => {
  const host = localHost(shell);
  let server: ChildProcess;
  let port: number;
  let folder: string;
  let done: () => void;
  beforeAll(async () => {
    port = await freePort();
    await new Promise<void>((ready, fail) => {
      void inTempDirectory((dir) => {
        folder = dir;
        const at = (name: string, text: string) => {
          writeFileSync(join(folder, name), text);
          return join(folder, name);
        };
        const ec = ['-cert', at('ec.pem', made.certificate), '-key', at('ec.key', made.key)];
        const rsa = ['-dcert', at('rsa.pem', other.certificate), '-dkey', at('rsa.key', other.key)];
        server = spawn('openssl', ['s_server', '-accept', `127.0.0.1:${port}`, ...ec, ...rsa]);
        server.stdout?.on('data', (text: Buffer) => text.toString().includes('ACCEPT') && ready());
        server.once('error', fail);
        return new Promise<void>((resolve) => {
          done = resolve;
        });
      });
    });
  });
  afterAll(() => {
    server?.kill();
    done?.();
  });

  test.each([
    ['any', 'a.example', { names: ['a.example'], matches_name: true }],
    ['ec', 'b.example', { names: ['a.example'], matches_name: false }],
    ['rsa', 'b.example', { names: ['b.example'], matches_name: true, key_type: 'rsa' }],
  ])('sees what the server shows for a key of kind %s', async (key_type, name, expected) => {
    const found = await read(endpoint, host, { address: '127.0.0.1', port, name, key_type });
    expect(found).toMatchObject({ answered: true, valid: true, days_left: 29, chain: 1, ...expected });
  });

  test('says why nobody answers', async () => {
    expect(await read(endpoint, host, { address: '127.0.0.1', port: await freePort() })).toMatchObject({
      answered: false,
      error: 'connection refused',
    });
    const plain = createServer((socket) => socket.end('SSH-2.0-x\r\n')).listen(0, '127.0.0.1');
    await new Promise((resolve) => plain.once('listening', resolve));
    const at = plain.address();
    const found = await read(endpoint, host, {
      address: '127.0.0.1',
      port: typeof at === 'object' && at ? at.port : 0,
    });
    plain.close();
    expect(found).toMatchObject({ answered: false, error: 'it does not speak TLS' });
  });
});

test('tls.endpoint does not know without openssl', async () => {
  for (const shell of shells.filter((each) => !withOpenssl.includes(each))) {
    expect(reasonOf(await read(endpoint, localHost(shell), { address: '127.0.0.1', port: 1 }))).toContain(
      'needs openssl',
    );
  }
});

describe.each(shells)('what renews a certificate, through $name', (shell) => {
  test('is looked for without a word on standard error', async () => {
    const answers: string[] = [];
    const host = {
      since: 0,
      run: async (command: Parameters<ReturnType<typeof localHost>['run']>[0]) => {
        const answer = await runHere(shell, command);
        answers.push(answer.stderr);
        return answer;
      },
    };
    expect(await read(renewal, host, { certificates: ['/nowhere/a b.pem'] })).toMatchObject([{ tool: 'none' }]);
    expect(answers).toEqual(['']);
  });

  test('is started only where its program is', async () => {
    await inTempDirectory(async (folder) => {
      writeFileSync(join(folder, 'a.pem'), made.certificate);
      const asked = { certificate: join(folder, 'a.pem'), tool: 'certbot', name: 'a', days: 21 };
      await expect(inspect(renewed, localHost(shell), asked)).rejects.toThrow('certbot is not installed');
      mkdirSync(join(folder, 'bin'));
      writeFileSync(join(folder, 'bin/certbot'), '#!/bin/sh\n');
      chmodSync(join(folder, 'bin/certbot'), 0o755);
      const host = localHost({ ...shell, path: `${join(folder, 'bin')}:${shell.path}` });
      expect(await inspect(renewed, host, asked)).toEqual({ days_left: 29, program: join(folder, 'bin/certbot') });
    });
  });
});
