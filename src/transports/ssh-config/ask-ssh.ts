import { spawn } from 'node:child_process';
import { HostFailure } from '../../model/host-failure.ts';
import { safeLine } from '../../model/safe-text.ts';
import type { Options } from './interpret.ts';
import type { SshTarget } from './ssh-config.ts';

const answerWithinMs = 10_000;
const mostBytes = 256 * 1024;

export interface AskSshOptions {
  /** The ssh program. */
  readonly program: string;
  /** The only file to read; `undefined`: those that ssh reads by itself. */
  readonly file: string | undefined;
}

/** What `ssh -G` prints for a target; `absent`: there is no ssh program. Rejects with a `HostFailure` of phase `config`. */
export function askSsh(target: SshTarget, { program, file }: AskSshOptions): Promise<Options | 'absent'> {
  const args = [
    ...(file === undefined ? [] : ['-F', file]),
    ...(target.user === undefined ? [] : ['-l', target.user]),
    ...(target.port === undefined ? [] : ['-p', String(target.port)]),
    // As we log in; with a session in mind ssh refuses a file that says ForkAfterAuthentication.
    '-N',
    '-G',
    '--',
    target.address,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: answerWithinMs,
      killSignal: 'SIGKILL',
    });
    let answer = '';
    let complaint = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (answer.length < mostBytes) answer += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (complaint.length < mostBytes) complaint += chunk.toString('utf8');
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'EACCES') resolve('absent');
      else reject(new HostFailure('config', `ssh -G cannot be run: ${error.message}`));
    });
    child.once('close', (code, killedBy) => {
      if (code === 0) resolve(parseOptions(answer));
      else if (killedBy === null) reject(refusal(complaint, code));
      else reject(new HostFailure('config', `ssh -G gave no answer within ${answerWithinMs / 1000} s`, hangs));
    });
  });
}

const hangs = 'a `Match exec` or a canonical name in ssh_config may be waiting';

function refusal(complaint: string, code: number | null): HostFailure {
  const lines = complaint.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('Pseudo-terminal'));
  const said = safeLine(lines.slice(0, 3).join('; ').slice(0, 500));
  return new HostFailure('config', `ssh does not accept its configuration: ${said || `exit code ${code ?? '?'}`}`);
}

function parseOptions(answer: string): Options {
  const options = new Map<string, string[]>();
  for (const line of answer.split(/\r?\n/)) {
    const [, keyword, value] = /^(\S+)[ \t]?(.*)$/.exec(line) ?? [];
    if (keyword === undefined) continue;
    const values = options.get(keyword.toLowerCase()) ?? [];
    values.push(value ?? '');
    options.set(keyword.toLowerCase(), values);
  }
  return options;
}
