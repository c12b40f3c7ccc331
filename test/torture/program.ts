import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** A built mendgate that nobody builds anew while hours of tests run. */
export interface Program {
  /** Its command line's file. */
  readonly main: string;
}

export function copyProgram(folder: string): Program {
  if (!existsSync('dist/cli/main.js')) throw new Error('there is no dist/: npm run build');
  mkdirSync(folder, { recursive: true });
  for (const each of ['dist', 'generated', 'schemas', 'runbooks', 'package.json']) {
    cpSync(each, join(folder, each), { recursive: true });
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return { main: join(folder, 'dist/cli/main.js') };
}

/** One life of the command line. */
export interface Life {
  readonly pid: number;
  readonly startedAt: number;
  /** Ends it as the out-of-memory killer would. */
  kill(): void;
  readonly end: Promise<LifeEnd>;
}

export interface LifeEnd {
  /** `null`: killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly ms: number;
}

export interface Surroundings {
  /** A program with arguments that executes it elsewhere: in a namespace. */
  readonly within?: readonly string[];
  readonly env?: { readonly [name: string]: string };
  /** Modules that Node loads first; see without-markers.mjs. */
  readonly preload?: readonly string[];
}

/** Starts the command line, not waiting for it. */
export function startLife({ main }: Program, args: readonly string[], surroundings: Surroundings = {}): Life {
  const { within = [], env = {}, preload = [] } = surroundings;
  const loads = preload.flatMap((module) => ['--import', resolve(module)]);
  const [file = '', ...rest] = [...within, process.execPath, ...loads, main, ...args];
  const startedAt = performance.now();
  const { MENDGATE_LOCK_DIR: _, ...inherited } = process.env;
  const child = spawn(file, rest, { env: { ...inherited, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const end = new Promise<LifeEnd>((settle, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      const ms = performance.now() - startedAt;
      const settled = (): void => {
        child.stdout.destroy();
        child.stderr.destroy();
        settle({ code, stdout, stderr, ms });
      };
      // What a killed one leaves behind may hold its streams for long.
      const patience = setTimeout(settled, code === null ? 20 : 2000);
      child.once('close', () => {
        clearTimeout(patience);
        settled();
      });
    });
  });
  return { pid: child.pid ?? 0, startedAt, kill: () => void child.kill('SIGKILL'), end };
}
