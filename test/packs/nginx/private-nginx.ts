import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const nginxProgram = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find((path) =>
  existsSync(path),
);

/** Why tests with a real nginx do not run here; undefined when they do. */
export const noNginx = nginxProgram === undefined ? 'nginx is not installed' : undefined;

/** A running nginx of the test's own, in a folder of its own; it listens on a Unix socket only. */
export interface PrivateNginx {
  readonly folder: string;
  readonly pidFile: string;
  /** Writes `conf.d/NAME`. */
  write(name: string, text: string): void;
  /** Status of a GET. */
  get(path: string): Promise<number>;
  /** Text of the error log. */
  log(): string;
  stop(): void;
}

/** Starts it; `sites` become files of conf.d. `locations` of the one server come from `site`. */
export async function startNginx(site: string): Promise<PrivateNginx> {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-nginx-'));
  chmodSync(folder, 0o755);
  mkdirSync(join(folder, 'conf.d'));
  mkdirSync(join(folder, 'logs'));
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (kind) => `${kind}_temp_path ${folder}/${kind};`,
  );
  writeFileSync(
    join(folder, 'nginx.conf'),
    `user daemon;\npid ${folder}/nginx.pid;\nerror_log logs/error.log info;\nworker_processes 2;\nevents {}\nhttp {\n access_log off;\n ${temp.join('\n ')}\n include conf.d/*.conf;\n}\n`,
  );
  const write = (name: string, text: string) => writeFileSync(join(folder, 'conf.d', name), text);
  write('site.conf', site.replaceAll('@', folder));
  execFileSync(nginxProgram ?? '', ['-c', join(folder, 'nginx.conf'), '-p', folder], { stdio: 'pipe' });
  const pidFile = join(folder, 'nginx.pid');
  await until(() => existsSync(pidFile) && existsSync(join(folder, 'http.sock')));
  const pid = Number(readFileSync(pidFile, 'utf8'));
  return {
    folder,
    pidFile,
    write,
    get: (path) => statusOf(join(folder, 'http.sock'), path),
    log: () => readFileSync(join(folder, 'logs', 'error.log'), 'utf8'),
    stop() {
      process.kill(pid, 'SIGTERM');
      // Until its children are gone the folder is not empty for good.
      spawnSync('sh', ['-c', `n=0; while [ -d /proc/${pid} ] && [ $n -lt 50 ]; do sleep 0.1; n=$((n + 1)); done`]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function statusOf(socketPath: string, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request({ socketPath, path, agent: false }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end();
  });
}

/** Looks again until it holds; gives up after five seconds. */
async function until(holds: () => boolean): Promise<void> {
  for (let look = 0; look < 250 && !holds(); look += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  if (!holds()) throw new Error('nginx did not come up');
}
