import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mendgate } from '../e2e/cli.ts';
import { noNginx, type PrivateNginx, startNginx } from '../packs/nginx/private-nginx.ts';
import { makeCertificate, type Validity } from '../packs/tls/make-certificate.ts';
import { ownFiles, ownFilesMissing } from '../sshd/own-files.ts';
import { freePort, type Sshd, sshdMissing, startSshd } from '../sshd/sshd.ts';

const missing = sshdMissing ?? ownFilesMissing ?? noNginx;

/** A certbot whose authority is a file that lies ready: it copies what stands beside it into the lineage. */
const certbot = `#!/bin/sh
echo "$*" >>/etc/letsencrypt/asked
cp /etc/letsencrypt/next.pem /etc/letsencrypt/live/a.example/fullchain.pem
cp /etc/letsencrypt/next.key /etc/letsencrypt/live/a.example/privkey.pem
`;
const fresh: Validity = { from: -1, to: 89 };
const nearEnd: Validity = { from: -80, to: 9 };

/** A real nginx behind a real sshd; the host has an /etc/letsencrypt of its own. */
describe.skipIf(missing !== undefined)(
  `a certificate near its end${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let sshd: Sshd;
    let nginx: PrivateNginx;
    let dir: string;
    let port: number;
    let letsencrypt: string;

    const put = (name: string, validity: Validity, files = { certificate: 'cert.pem', key: 'key.pem' }) => {
      const made = makeCertificate(name, validity);
      writeFileSync(join(letsencrypt, files.certificate), made.certificate);
      writeFileSync(join(letsencrypt, files.key), made.key);
    };

    beforeEach(async () => {
      dir = mkdtempSync(join(tmpdir(), 'mendgate-tls-'));
      letsencrypt = join(dir, 'letsencrypt');
      mkdirSync(join(letsencrypt, 'live/a.example'), { recursive: true });
      mkdirSync(join(letsencrypt, 'renewal'));
      writeFileSync(join(dir, 'certbot'), certbot);
      chmodSync(join(dir, 'certbot'), 0o755);
      put('a.example', nearEnd);
      port = await freePort();
      nginx = await startNginx(
        `server { listen unix:@/http.sock; listen 127.0.0.1:${port} ssl; server_name a.example;\n ssl_certificate ${letsencrypt}/cert.pem; ssl_certificate_key ${letsencrypt}/key.pem; }`,
      );
      const tool = join(dir, 'certbot');
      sshd = await startSshd({
        within: ownFiles(
          `mkdir /etc/letsencrypt; mount --bind ${letsencrypt} /etc/letsencrypt; cp ${tool} /usr/local/bin/certbot`,
        ),
      });
      const reach = `{ address: 127.0.0.1, port: ${sshd.port}, user: root }`;
      writeFileSync(join(dir, 'hosts.yaml'), `inventory: one\nhosts:\n  web: { connect: ${reach} }\n`);
    }, 60_000);
    afterEach(async () => {
      nginx?.stop();
      await sshd?.stop();
      rmSync(dir, { recursive: true, force: true });
    });

    const run = (...more: readonly string[]) =>
      mendgate([
        ...['run', 'runbooks/tls-certificate-near-expiry.yaml', '-i', join(dir, 'hosts.yaml')],
        ...['-e', `pid_file=${nginx.pidFile}`, '--private-key', sshd.keyFile, '--known-hosts', sshd.knownHostsFile],
        ...['--state-dir', join(dir, 'state'), ...more],
      ]);
    /** What a client sees. */
    const served = () =>
      new Promise<string>((resolve, reject) => {
        const socket = connect({ host: '127.0.0.1', port, servername: 'a.example', rejectUnauthorized: false }, () => {
          resolve(socket.getPeerX509Certificate()?.toString().trim() ?? '');
          socket.destroy();
        });
        socket.once('error', reject);
      });
    const onDisk = (file = 'cert.pem') => readFileSync(join(letsencrypt, file), 'utf8').trim();

    it('is loaded where it was renewed and nobody reloaded nginx; the second run finds nothing to do', async () => {
      const before = await served();
      put('a.example', fresh);
      const dry = await run('--dry-run');
      expect(dry.code, dry.stdout + dry.stderr).toBe(0);
      expect(dry.stdout).toContain('nginx shows an older certificate than the file it names');
      expect(await served()).toBe(before);
      const real = await run('--yes');
      expect(real.code, real.stdout + real.stderr).toBe(0);
      expect(real.stdout).toContain('fixed');
      expect(await served()).toBe(onDisk());
      const again = await run('--yes');
      expect(again.code, again.stdout + again.stderr).toBe(0);
      expect(again.stdout).toContain('healthy');
    }, 120_000);

    it('is left to a person where no tool keeps it', async () => {
      const end = await run('--dry-run');
      expect(end.code).toBe(2);
      expect(end.stdout).toContain(`Nothing renews ${letsencrypt}/cert.pem: a person must.`);
    }, 60_000);

    it('whose key is another one is never loaded', async () => {
      put('a.example', fresh);
      writeFileSync(join(letsencrypt, 'key.pem'), makeCertificate('a.example', fresh).key);
      const before = await served();
      const end = await run('--yes');
      expect(end.code).toBe(2);
      expect(end.stdout).toContain('its key is not the one in');
      expect(await served()).toBe(before);
    }, 60_000);

    it('is renewed by the tool that keeps it, only when the run may do what cannot be taken back', async () => {
      // nginx runs outside of the host's mounts, so its files are named as both see them.
      writeFileSync(
        join(letsencrypt, 'renewal/a.example.conf'),
        `fullchain = ${letsencrypt}/live/a.example/fullchain.pem\n[renewalparams]\nauthenticator = webroot\n`,
      );
      put('a.example', nearEnd, { certificate: 'live/a.example/fullchain.pem', key: 'live/a.example/privkey.pem' });
      put('a.example', fresh, { certificate: 'next.pem', key: 'next.key' });
      nginx.write(
        'site.conf',
        `server { listen unix:${nginx.folder}/http.sock; listen 127.0.0.1:${port} ssl; server_name a.example;\n ssl_certificate ${letsencrypt}/live/a.example/fullchain.pem; ssl_certificate_key ${letsencrypt}/live/a.example/privkey.pem; }`,
      );
      execFileSync('kill', ['-HUP', readFileSync(nginx.pidFile, 'utf8').trim()]);
      const old = onDisk('live/a.example/fullchain.pem');
      await expect.poll(served).toBe(old);
      const refused = await run('--yes');
      expect(refused.code, refused.stdout + refused.stderr).toBe(5);
      expect(existsSync(join(letsencrypt, 'asked'))).toBe(false);
      const real = await run('--yes', '--allow-irreversible');
      expect(real.code, real.stdout + real.stderr).toBe(0);
      expect(readFileSync(join(letsencrypt, 'asked'), 'utf8')).toBe(
        'renew --cert-name a.example --non-interactive --no-random-sleep-on-renew\n',
      );
      expect(await served()).toBe(onDisk('next.pem'));
    }, 120_000);
  },
);
