import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Answer, Command } from '../../../src/model/command.ts';
import type { Inspector } from '../../../src/model/probe.ts';

/** The shells that hosts have for /bin/sh; bash stands for hosts where that is bash. */
export const shells: readonly (readonly string[])[] = [['dash'], ['busybox', 'sh'], ['bash', '--norc', '--posix']];

/** A directory that stands for a host's root: files as given, programs that print what a real one printed. */
export class FakeRoot {
  readonly path = mkdtempSync(join(tmpdir(), 'mendgate-selinux-'));
  readonly #programs = new Set<string>();

  file(name: string, content: string | Buffer): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }

  /** A program in the host's PATH, as sh text. */
  program(name: string, script: string): void {
    this.#programs.add(name);
    this.file(`bin/${name}`, `#!/bin/sh\n${script}\n`);
    chmodSync(join(this.path, 'bin', name), 0o755);
  }

  /** Runs a command as the probe lane would, with the host's fixed places moved below this root. */
  run(shell: readonly string[], command: Command): Answer {
    const env = { PATH: `${this.path}/bin:/usr/bin:/bin`, LC_ALL: 'C', ROOT: this.path };
    const [program = 'sh', ...args] = shell;
    const result = spawnSync(program, [...args, '-c', this.#text(command)], {
      env,
      input: typeof command.stdin === 'string' ? command.stdin : '',
      encoding: 'utf8',
    });
    return { rc: result.status ?? 255, stdout: result.stdout, stderr: result.stderr, truncated: false, ms: 1 };
  }

  /** An inspector over {@link run}. */
  inspector(shell: readonly string[]): Inspector {
    return { since: 0, run: async (command) => this.run(shell, command) };
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }

  #text(command: Command): string {
    const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
    if ('argv' in command) return command.argv.map(quote).join(' ');
    const variables = Object.entries(command.variables ?? {}).map(([name, value]) => `${name}=${quote(value)}\n`);
    const script = command.script
      .replaceAll('/sys/fs/selinux', `${this.path}/selinux`)
      .replaceAll('proc=${proc:-/proc}', `proc=${this.path}/proc`)
      .replaceAll(/(^|[ "=(-])\/(etc|var\/lib)\//gm, `$1${this.path}/$2/`);
    // BusyBox prefers its own applets to programs in PATH; a function comes before both.
    const functions = [...this.#programs].map((name) => `${name}() { "$ROOT/bin/${name}" "$@"; }\n`);
    return functions.join('') + variables.join('') + script;
  }
}
