import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const main = resolve('dist/cli/main.js');
const flagship = 'runbooks/nginx-502-permission-denied.yaml';

/** Packages that cost too much to load where they are not used. */
const heavy = ['ssh2', 'ajv', 'yaml', 'listr2', '@marcbachmann/cel-js', 're2js'];

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'mendgate-start-'));
  // Writes down every module that the process resolves.
  writeFileSync(
    join(dir, 'hooks.mjs'),
    `import { appendFileSync } from 'node:fs';
     export async function resolve(name, context, next) {
       const found = await next(name, context);
       appendFileSync(process.env.LOADED, found.url + '\\n');
       return found;
     }`,
  );
  writeFileSync(
    join(dir, 'register.mjs'),
    `import { register } from 'node:module'; register('./hooks.mjs', import.meta.url);`,
  );
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function loadedBy(...args: readonly string[]): readonly string[] {
  const log = join(dir, `${args[0]}.log`);
  writeFileSync(log, '');
  execFileSync(process.execPath, ['--import', join(dir, 'register.mjs'), main, ...args], {
    env: { ...process.env, LOADED: log },
  });
  const urls = readFileSync(log, 'utf8').split('\n');
  const ours = urls.filter((url) => url.includes('/dist/')).map((url) => readFileSync(new URL(url), 'utf8'));
  // A package comes as its own files, or inlined in ours by the build.
  return heavy.filter(
    (name) =>
      urls.some((url) => url.includes(`/node_modules/${name}/`)) ||
      ours.some((text) => text.includes(`\n// node_modules/${name}/`)),
  );
}

/**
 * ms of CPU, user and system, the least of several runs, on a machine on which an empty script takes 50: others use this
 * one too, and two busy neighbours make every process a third slower.
 */
function cpuOf(...args: readonly string[]): number {
  const rounds = Array.from({ length: 9 }, () => ({ empty: timesOf('-e', ''), own: timesOf(main, ...args) }));
  const empty = Math.min(...rounds.map((round) => round.empty));
  return Math.min(...rounds.map((round) => round.own)) / Math.max(1, empty / 50);
}

function timesOf(...args: readonly string[]): number {
  const shell = ['-c', '"$@" >/dev/null || exit; times', 'bash', process.execPath, ...args];
  // The last line of `times` has the user and system time of all children.
  const [user = '', system = ''] = (
    execFileSync('bash', shell, { encoding: 'utf8' }).trim().split('\n').at(-1) ?? ''
  ).split(' ');
  return ms(user) + ms(system);
}

function ms(time: string): number {
  const [, minutes = '0', seconds = '0'] = /^(\d+)m([\d.]+)s$/.exec(time) ?? [];
  return Number(minutes) * 60_000 + Number(seconds) * 1000;
}

describe('starting', () => {
  it('loads nothing heavy for --version and --help', () => {
    expect(loadedBy('--version')).toEqual([]);
    expect(loadedBy('--help')).toEqual([]);
  });

  it('loads no ssh2, no listr2 and no ajv to validate', () => {
    expect(loadedBy('validate', flagship).filter((name) => ['ssh2', 'listr2', 'ajv'].includes(name))).toEqual([]);
  });

  it('takes at most 90 ms of CPU for --version', () => {
    expect(cpuOf('--version')).toBeLessThanOrEqual(90);
  });

  it('takes at most 200 ms of CPU to validate the flagship', () => {
    expect(cpuOf('validate', flagship)).toBeLessThanOrEqual(200);
  });
});
