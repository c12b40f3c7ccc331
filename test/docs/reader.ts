import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { screenOf } from './screen.ts';
import { hostsMissing, startTwoHosts, type TwoHosts } from './two-hosts.ts';

/** Why nobody can follow the pages on this machine, or `undefined`. */
export const readerMissing: string | undefined =
  hostsMissing ??
  (spawnSync('python3', ['-c', 'import pty, os; os.waitstatus_to_exitcode']).status === 0
    ? undefined
    : 'python3 is not installed');

/** How a command ended on the reader's terminal. */
export interface CommandEnd {
  readonly code: number;
  /** Without the empty lines at its ends. */
  readonly screen: readonly string[];
}

/** Somebody with a terminal, a folder and two hosts, web01 and web02, whose ~/.ssh/config says how they are reached. */
export interface ReaderOfPages {
  readonly hosts: TwoHosts;
  /** What all commands so far have taken of the processors. */
  cpuSeconds(): number;
  make(path: string, text: string): void;
  /** Types a command; and what to type when this is asked. */
  type(command: string, answers?: readonly (readonly [question: string, answer: string])[]): Promise<CommandEnd>;
  stop(): Promise<void>;
}

/** `project`: the folder looks like this project's own, as for somebody who has cloned it. */
export async function startReader({ project }: { readonly project: boolean }): Promise<ReaderOfPages> {
  const base = mkdtempSync(join(tmpdir(), 'mendgate-reader-'));
  chmodSync(base, 0o755);
  const folder = join(base, 'folder');
  mkdirSync(folder);
  if (project)
    for (const name of ['docs', 'examples', 'runbooks', 'schemas']) symlinkSync(resolve(name), join(folder, name));
  const bin = join(base, 'bin');
  mkdirSync(bin);
  const main = `exec '${process.execPath}' '${resolve('dist/cli/main.js')}' "$@"`;
  writeFileSync(join(bin, 'mendgate'), `#!/bin/sh\n${main}\n`, { mode: 0o755 });
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\n[ "$1" = mendgate ] && shift && ${main}\n`, { mode: 0o755 });
  const hosts = await startTwoHosts();
  mkdirSync(join(base, '.ssh'));
  writeFileSync(join(base, '.ssh/config'), hosts.sshConfig, { mode: 0o600 });
  const env: NodeJS.ProcessEnv = {
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    HOME: base,
    TERM: 'xterm',
    LANG: 'C.UTF-8',
    TERMINAL_SIZE: '50x140',
    TERMINAL_SECONDS: '100',
  };
  let cpu = 0;
  return {
    cpuSeconds: () => cpu,
    make(path, text) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    },
    async type(command, answers = []) {
      const { code, screen, cpu: taken } = await onTerminal(command, answers, { cwd: folder, env });
      cpu += taken;
      return { code, screen: trimmed(screenOf(screen)) };
    },
    hosts,
    async stop() {
      await hosts.stop();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

interface Played {
  readonly code: number;
  readonly screen: string;
  readonly cpu: number;
}

function onTerminal(
  command: string,
  answers: readonly (readonly [question: string, answer: string])[],
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Played> {
  const play = JSON.stringify(answers.map(([question, answer]) => [question, 'type', `${answer}\r`]));
  return new Promise((done, fail) => {
    execFile('python3', [resolve('test/cli/terminal.py'), play, 'sh', '-c', command], options, (error, stdout) =>
      error ? fail(error) : done(JSON.parse(stdout) as Played),
    );
  });
}

function trimmed(lines: readonly string[]): readonly string[] {
  return lines.slice(
    lines.findIndex((line) => line !== ''),
    lines.findLastIndex((line) => line !== '') + 1,
  );
}
