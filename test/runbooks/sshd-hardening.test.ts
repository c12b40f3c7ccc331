import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownFilesHostMissing as missing, type OwnFilesHost, startOwnFilesHost } from './own-files-host.ts';

/** The sshd that is mended is the one that we come through: a real one, with files of its own. */
describe.skipIf(missing !== undefined)(
  `sshd that demands too little${missing === undefined ? '' : ` (${missing})`}`,
  () => {
    let host: OwnFilesHost;
    let folder: string;
    beforeEach(async () => {
      const dir = mkdtempSync(join(tmpdir(), 'mendgate-hardening-'));
      folder = join(dir, 'conf.d');
      mkdirSync(folder);
      writeFileSync(join(folder, '50-cloud-init.conf'), 'PasswordAuthentication yes\n');
      const config = [`Include ${folder}/*.conf`, 'X11Forwarding yes', 'MaxAuthTries 6', 'LoginGraceTime 30'];
      host = await startOwnFilesHost('sshd-hardening-drift', dir, { config });
    }, 60_000);
    afterEach(async () => {
      await host?.stop();
    });

    /** Every file that sshd reads, by name. */
    const files = () =>
      Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
    /** What the running sshd offers to somebody who shows no key: not what its files say. */
    const offered = () => {
      const { sshd } = host;
      const to = ['-p', String(sshd.port), '-o', `UserKnownHostsFile=${sshd.knownHostsFile}`, '-o', 'BatchMode=yes'];
      try {
        execFileSync('ssh', ['-F', 'none', ...to, '-o', 'PreferredAuthentications=none', 'root@127.0.0.1', 'true'], {
          stdio: 'pipe',
        });
        return 'anybody gets in';
      } catch (error) {
        return /Permission denied \((.*)\)/.exec(String((error as { readonly stderr?: Buffer }).stderr))?.[1];
      }
    };

    it('is shown, tightened, proved by a new login, healthy then, and taken back exactly', async () => {
      const before = files();
      const way = offered();
      expect(way).toContain('password');
      const dry = await host.run('--dry-run');
      expect(dry.code, dry.stdout + dry.stderr).toBe(0);
      expect(dry.stdout).toContain(`PasswordAuthentication is yes (${folder}/50-cloud-init.conf:1)`);
      expect(dry.stdout).toContain('reverts by itself after 2m00s');
      expect([files(), offered()]).toEqual([before, way]);

      const looked = host.runs();
      const real = await host.run('--yes');
      expect(real.code, real.stdout + real.stderr).toBe(0);
      expect(offered()).toBe('publickey');
      const own = files()['00-mendgate.conf'];
      expect(own).toMatch(/^#.*\nPermitRootLogin prohibit-password\nPasswordAuthentication no\n/);
      expect(own).not.toContain('LoginGraceTime');
      expect({ ...files(), '00-mendgate.conf': undefined }).toEqual({ ...before, '00-mendgate.conf': undefined });

      const [made = ''] = host.runs().filter((name) => !looked.includes(name));
      const again = await host.run('--yes');
      expect(again.code, again.stdout + again.stderr).toBe(0);
      expect(again.stdout).toContain('healthy');

      const undone = await host.undo(made);
      expect(undone.code, undone.stdout + undone.stderr).toBe(0);
      expect([files(), offered()]).toEqual([before, way]);
    }, 180_000);

    it('is left alone where that would shut out this very login', async () => {
      const before = files();
      const end = await host.run('--yes', '-e', 'root_login=no');
      expect(end.code, end.stdout + end.stderr).toBe(2);
      expect(end.stdout).toContain('That would lock us out: this login came as root, and root may log in no more');
      expect(files()).toEqual(before);
    }, 60_000);

    it('is as before when we could log in no more, though its files are fine', async () => {
      const before = files();
      const way = offered();
      // What is left only the system's ssh speaks, which is not to be used.
      const end = await host.run('--yes', '-c', 'ssh', '-e', 'weak=["curve25519*","ecdh*","diffie*","mlkem*"]');
      expect(end.code, end.stdout + end.stderr).toBe(2);
      expect(end.stdout).toMatch(/rolled back|over a new connection/);
      expect([files(), offered()]).toEqual([before, way]);
    }, 120_000);

    it('is as before when sshd refuses the file', async () => {
      const before = files();
      const end = await host.run('--yes', '-e', 'weak=["*"]');
      expect(end.code, end.stdout + end.stderr).toBe(2);
      expect(files()).toEqual(before);
    }, 120_000);

    it('is left to a person where a Match block allows more', async () => {
      writeFileSync(join(folder, '90-backup.conf'), 'Match User backup\n  PasswordAuthentication yes\n');
      const end = await host.run('--dry-run');
      expect(end.stdout).toContain(`PasswordAuthentication yes for User backup (${folder}/90-backup.conf:2)`);
      const accepted = await host.run('--dry-run', '-e', 'accepted_exceptions=["User backup"]');
      expect(accepted.stdout).not.toContain('User backup');
    }, 60_000);
  },
);
