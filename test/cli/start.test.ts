import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
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

/** URLs of the modules that a process loads. */
function modulesOf(...args: readonly string[]): readonly string[] {
  const log = join(dir, `${args[0]}.log`);
  writeFileSync(log, '');
  execFileSync(process.execPath, ['--import', join(dir, 'register.mjs'), main, ...args], {
    env: { ...process.env, LOADED: log },
  });
  return [...new Set(readFileSync(log, 'utf8').split('\n'))];
}

function loadedBy(...args: readonly string[]): readonly string[] {
  const urls = modulesOf(...args);
  const ours = urls.filter((url) => url.includes('/dist/')).map((url) => readFileSync(new URL(url), 'utf8'));
  // A package comes as its own files, or inlined in ours by the build.
  return heavy.filter(
    (name) =>
      urls.some((url) => url.includes(`/node_modules/${name}/`)) ||
      ours.some((text) => text.includes(`\n// node_modules/${name}/`)),
  );
}

/** KiB of code that a process loads from files; those of Node itself are none. */
function codeOf(...args: readonly string[]): number {
  const files = modulesOf(...args).filter((url) => url.startsWith('file:') && !url.startsWith(`file://${dir}`));
  return files.reduce((sum, url) => sum + statSync(new URL(url)).size, 0) / 1024;
}

/** Of a process in user mode; `undefined`: nobody counts them here. */
function instructionsOf(...args: readonly string[]): number | undefined {
  const counted = join(dir, 'perf.csv');
  const perf = ['stat', '-x', ',', '-o', counted, '-e', 'instructions:u', '--', process.execPath, ...args];
  const { status } = spawnSync('perf', perf, { stdio: 'ignore' });
  const [, count] = /^(\d+),/m.exec(status === 0 ? readFileSync(counted, 'utf8') : '') ?? [];
  return count === undefined ? undefined : Number(count);
}

/** ms of CPU, user and system. */
function timeOf(...args: readonly string[]): number {
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

/** How many times what an empty script costs: the median over some pairs, each pair one after the other. */
function timesEmpty(costOf: (...args: readonly string[]) => number, pairs: number, args: readonly string[]): number {
  const ratios = Array.from({ length: pairs }, () => costOf(main, ...args) / Math.max(1, costOf('-e', '')));
  return ratios.sort((a, b) => a - b)[Math.floor(pairs / 2)] ?? Number.NaN;
}

describe('starting', () => {
  it('loads nothing heavy for --version and --help', () => {
    expect(loadedBy('--version')).toEqual([]);
    expect(loadedBy('--help')).toEqual([]);
  });

  it('loads no ssh2, no listr2 and no ajv to validate', () => {
    expect(loadedBy('validate', flagship).filter((name) => ['ssh2', 'listr2', 'ajv'].includes(name))).toEqual([]);
  });

  // `code`: KiB. What they cost is told in empty scripts: by the instructions that the processor counts, which busy
  // neighbours do not change (they differ by 2 % from run to run); where nobody counts them, by CPU time, which differs by 20 %.
  it.each([
    { args: ['--version'], code: 110, instructions: 1.45, time: 2.2 },
    { args: ['validate', flagship], code: 780, instructions: 2.8, time: 5 },
  ])('costs little for $args.0', ({ args, code, instructions, time }) => {
    expect(codeOf(...args)).toBeLessThanOrEqual(code);
    const counted = (...of: readonly string[]): number => instructionsOf(...of) ?? Number.NaN;
    if (instructionsOf('-e', '') !== undefined) expect(timesEmpty(counted, 3, args)).toBeLessThanOrEqual(instructions);
    else expect(timesEmpty(timeOf, 9, args)).toBeLessThanOrEqual(time);
  });
});
