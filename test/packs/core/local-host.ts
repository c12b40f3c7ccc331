import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Action } from '../../../src/model/action.ts';
import type { Answer, Command } from '../../../src/model/command.ts';
import { fillDefaults } from '../../../src/model/fill-defaults.ts';
import type { Json } from '../../../src/model/json.ts';
import type { Inspector, Probe } from '../../../src/model/probe.ts';
import { Unknown } from '../../../src/model/unknown.ts';
import { quote } from '../../../src/shell/quote.ts';
import { renderCommand } from '../../../src/shell/render.ts';

/** A shell to run scripts in, and the PATH they find. */
export interface Shell {
  readonly name: string;
  readonly argv: readonly [string, ...string[]];
  readonly path: string;
}

const path = process.env['PATH'] ?? '/usr/bin:/bin';

function busyboxAlone(): readonly Shell[] {
  const found = spawnSync('sh', ['-c', 'command -v busybox'], { encoding: 'utf8' }).stdout.trim();
  if (found === '') return [];
  // Nothing but BusyBox's own tools may be found.
  const applets = mkdtempSync(join(tmpdir(), 'mendgate-busybox-'));
  execFileSync(found, ['--install', '-s', applets]);
  process.on('exit', () => rmSync(applets, { recursive: true, force: true }));
  return [{ name: 'BusyBox alone', argv: [found, 'sh'], path: applets }];
}

/** What every script has to work in. */
export const shells: readonly Shell[] = [
  { name: 'dash', argv: ['dash'], path },
  // A bash whose stdin is a socket believes that rshd started it, and reads ~/.bashrc.
  { name: 'bash', argv: ['bash', '--norc', '--posix'], path },
  ...busyboxAlone(),
];

/** The host's own sh. */
export const dash: Shell = { name: 'dash', argv: ['dash'], path };

/** Runs a command on this machine as a lane does: as shell text on the shell's stdin, in a fixed environment. */
export function runHere(shell: Shell, command: Command): Promise<Answer> {
  const [program, ...args] = shell.argv;
  const begun = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: { PATH: shell.path, LC_ALL: 'C' }, stdio: ['pipe', 'pipe', 'pipe'] });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('close', (code) =>
      resolve({
        rc: code ?? 137,
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
        truncated: false,
        ms: performance.now() - begun,
      }),
    );
    child.stdin.end(`umask 077\n( eval ${quote(renderCommand(command))} ) </dev/null\n`);
  });
}

/** An inspector of this machine. */
export function localHost(shell: Shell): Inspector {
  return { since: 0, run: (command) => runHere(shell, command) };
}

/** An inspector that always gives this answer, and keeps what it was asked. */
export function answering(answer: Partial<Answer>): Inspector & { readonly asked: Command[] } {
  const asked: Command[] = [];
  return {
    since: 0,
    asked,
    run: async (command) => {
      asked.push(command);
      return { rc: 0, stdout: '', stderr: '', truncated: false, ms: 1, ...answer };
    },
  };
}

/** Reads a probe with its defaults filled in, as the engine does. */
export async function read(probe: Probe, host: Inspector, params: object): Promise<unknown> {
  return probe.read(host, fillDefaults(probe.params, params) as never);
}

/** The state an action sees; throws when it cannot. */
export async function inspect(action: Action, host: Inspector, params: object): Promise<Json> {
  const state = await action.inspect(host, fillDefaults(action.params, params) as never);
  if (state instanceof Unknown) throw new Error(state.reason);
  return state as Json;
}

export function diff(action: Action, state: unknown, params: object): Json | undefined {
  return action.diff(state as Json, fillDefaults(action.params, params) as never);
}

/** Runs commands in order; throws at the first that fails. */
export async function carryOut(shell: Shell, commands: readonly Command[]): Promise<void> {
  for (const command of commands) {
    const answer = await runHere(shell, command);
    if (answer.rc !== 0) throw new Error(`rc ${answer.rc}: ${answer.stderr}`);
  }
}

/** The commands that take a change back. */
export function undoing(action: Action, change: Json, before: Json): readonly Command[] {
  if (action.rollback.kind !== 'undo') throw new Error(`${action.name} has no undo`);
  return action.rollback.undo(change, before);
}

/** Reason of an unknown; throws when it is a value. */
export function reasonOf(value: unknown): string {
  if (value instanceof Unknown) return value.reason;
  throw new Error(`known: ${JSON.stringify(value)}`);
}

/** A directory that is gone when the callback ends. */
export async function inTempDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'mendgate-core-'));
  try {
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
