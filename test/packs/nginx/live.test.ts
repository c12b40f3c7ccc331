import { chmodSync, existsSync, mkdirSync, rmSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, Command } from '../../../src/model/command.ts';
import type { Json } from '../../../src/model/json.ts';
import type { Inspector } from '../../../src/model/probe.ts';
import type { UpstreamError } from '../../../src/packs/nginx/merge-errors.ts';
import backends from '../../../src/packs/nginx/nginx-backends-probe.ts';
import config from '../../../src/packs/nginx/nginx-config-probe.ts';
import current from '../../../src/packs/nginx/nginx-current-action.ts';
import upstreamErrors from '../../../src/packs/nginx/nginx-upstream-errors-probe.ts';
import upstreams from '../../../src/packs/nginx/nginx-upstreams-probe.ts';
import worker from '../../../src/packs/nginx/nginx-worker-probe.ts';
import { diff, inspect, localHost, read, reasonOf, runHere, shells } from '../core/local-host.ts';
import { noNginx, type PrivateNginx, startNginx } from './private-nginx.ts';

const site = `server { listen unix:@/http.sock; server_name a.example;
 location /closed { proxy_pass http://127.0.0.1:1; }
 location /shut { proxy_pass http://unix:@/shut.sock:/x; }
 location /gone { fastcgi_pass unix:@/gone.sock; }
 location /named { proxy_pass http://localhost:1; }
}
`;

describe.skipIf(noNginx !== undefined)('a real nginx', () => {
  let nginx: PrivateNginx;
  let shut: Server;

  beforeAll(async () => {
    nginx = await startNginx(site);
    const path = `${nginx.folder}/shut.sock`;
    shut = createServer().listen(path);
    await new Promise((resolve) => shut.once('listening', resolve));
    chmodSync(path, 0);
    await nginx.get('/closed');
    await nginx.get('/shut');
    await nginx.get('/gone');
  });
  afterAll(() => {
    shut?.close();
    nginx?.stop();
  });

  const asked = () => ({ pid_file: nginx.pidFile });

  describe.each(shells)('seen through $name', (shell) => {
    const host = localHost(shell);

    test('has a master, workers and a user', async () => {
      const found = await read(worker, host, asked());
      expect(found).toMatchObject({ running: true, config: `${nginx.folder}/nginx.conf` });
      expect((found as { worker_pids: number[] }).worker_pids).toHaveLength(2);
    });

    test('tells its files and logs without being asked to test them', async () => {
      rmSync(`${nginx.folder}/proxy`, { recursive: true, force: true });
      expect(await read(config, host, asked())).toMatchObject({
        path: `${nginx.folder}/nginx.conf`,
        files: [
          { path: `${nginx.folder}/nginx.conf` },
          { path: `${nginx.folder}/conf.d/site.conf`, size: site.replaceAll('@', nginx.folder).length },
        ],
        error_logs: [{ kind: 'file', target: `${nginx.folder}/logs/error.log`, level: 'info' }],
        user: 'daemon',
        includes_missing: [],
        faults: [],
        truncated: false,
      });
      expect(existsSync(`${nginx.folder}/proxy`)).toBe(false);
      mkdirSync(`${nginx.folder}/proxy`);
    });

    test('passes requests to these backends', async () => {
      const found = await read(upstreams, host, asked());
      expect(found).toMatchObject([
        { peer: '127.0.0.1:1', source: `${nginx.folder}/conf.d/site.conf:2`, server: 'a.example' },
        { peer: `unix:${nginx.folder}/shut.sock`, path: `${nginx.folder}/shut.sock` },
        { peer: `unix:${nginx.folder}/gone.sock`, scheme: 'fastcgi' },
        { peer: 'localhost:1', address: 'localhost' },
      ]);
      expect(await read(backends, host, { upstreams: found })).toMatchObject([
        { upstream: '127.0.0.1:1', local: true, listening: false, active: false, unit: '' },
        { listening: true, pid: process.pid },
        { listening: false },
        { upstream: 'localhost:1', local: true, listening: false },
      ]);
    });

    test('logged why it could not connect', async () => {
      const found = (await read(upstreamErrors, host, { ...asked(), since: '1h' })) as readonly UpstreamError[];
      const byErrno = (errno: number) => found.filter((error) => error.errno === errno);
      expect(byErrno(111)).toMatchObject([{ sync: false, level: 'error', kind: 'tcp' }]);
      expect(byErrno(13)).toMatchObject([{ sync: true, level: 'crit', path: `${nginx.folder}/shut.sock` }]);
      expect(byErrno(2)).toMatchObject([{ sync: true, path: `${nginx.folder}/gone.sock` }]);
      expect(Math.abs(Date.now() - (byErrno(13)[0]?.epoch_ms ?? 0))).toBeLessThan(60_000);
    });

    test('reloads once for a new file, then never again', async () => {
      // Where times have no fractions, what was loaded within the same second is loaded once more.
      const settled = diff(current, await inspect(current, host, asked()), asked());
      if (settled !== undefined) await carryOut(host, settled);
      expect(diff(current, await inspect(current, host, asked()), asked())).toBeUndefined();
      nginx.write('more.conf', `server { listen unix:${nginx.folder}/more.sock; }\n`);
      // As an archive or `cp -p` leaves it: its content's date is old, but it is new here.
      utimesSync(`${nginx.folder}/conf.d/more.conf`, 1_600_000_000, 1_600_000_000);
      const change = diff(current, await inspect(current, host, asked()), asked()) ?? {};
      expect(current.describe(change)).toContain(`${nginx.folder}/conf.d/more.conf`);
      const before = await read(worker, host, asked());
      expect(await carryOut(host, change)).toMatchObject({ rc: 0 });
      expect(existsSync(`${nginx.folder}/more.sock`)).toBe(true);
      expect(await read(worker, host, asked())).not.toEqual(before);
      expect(diff(current, await inspect(current, host, asked()), asked())).toBeUndefined();
      unlinkSync(`${nginx.folder}/conf.d/more.conf`);
      // A file that is gone counts too; and this is what a rollback does after it has put files back.
      const again = diff(current, await inspect(current, host, asked()), asked()) ?? {};
      expect(await carryOut(host, again)).toMatchObject({ rc: 0 });
      expect(existsSync(`${nginx.folder}/more.sock`)).toBe(false);
    });

    test('is not told to reload what it would refuse', async () => {
      nginx.write('bad.conf', 'server { listen nowhere:x; }\n');
      const before = await read(worker, host, asked());
      const change = diff(current, await inspect(current, host, asked()), asked()) ?? {};
      const signals = () => nginx.log().split('(SIGHUP)').length;
      const sent = signals();
      const answer = await carryOut(host, change);
      expect(answer.rc).not.toBe(0);
      expect(signals()).toBe(sent);
      expect(answer.stderr).toContain('bad.conf');
      expect(await read(worker, host, asked())).toEqual(before);
      unlinkSync(`${nginx.folder}/conf.d/bad.conf`);
      await carryOut(host, change);
    });
  });

  test('the log of yesterday is read when the window reaches into it', async () => {
    const [shell] = shells;
    if (!shell) return;
    const rotated = `${nginx.folder}/logs/error.log.1`;
    const old = new Date(Date.now() - 2000).toISOString();
    const stamp = `${old.slice(0, 10).replaceAll('-', '/')} ${old.slice(11, 19)}`;
    writeFileSync(
      rotated,
      `${stamp} [crit] 1#1: *1 connect() to 9.9.9.9:9 failed (13: Permission denied) while connecting to upstream, x\n`,
    );
    const utc: Inspector = { since: 0, run: (command) => runHere(shell, { ...command, env: { TZ: 'UTC' } }) };
    const errors = async (since: string) => JSON.stringify(await read(upstreamErrors, utc, { ...asked(), since }));
    expect(await errors('1h')).toContain('9.9.9.9');
    expect(await errors('1s')).not.toContain('9.9.9.9');
  });

  test('a pid file that is not there is no answer', async () => {
    const [shell] = shells;
    if (shell)
      expect(reasonOf(await read(config, localHost(shell), { pid_file: `${nginx.folder}/no.pid` }))).toMatch(
        /pid file/,
      );
  });

  async function carryOut(host: Inspector, change: Json): Promise<Answer> {
    const [command] = current.apply(change) as readonly [Command];
    return host.run(command);
  }
});
