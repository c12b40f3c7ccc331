import { existsSync, statSync, writeFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import { HostFailure } from '../../model/host-failure.ts';
import { listenForAskpass, writeAskpass } from './askpass.ts';
import {
  type ControlDirectory,
  makeControlDirectory,
  mayExecute,
  sweepControlDirectories,
} from './control-directory.ts';
import { type LoginDesk, loginDesk } from './login-desk.ts';
import type { OpensshOptions } from './openssh-transport.ts';
import { configText } from './ssh-arguments.ts';
import { askVersion, laterOptionsOf } from './ssh-version.ts';

/** What all hosts of a run share, made with the first. */
export interface Workshop {
  readonly directory: ControlDirectory;
  /** Files for `ssh -F`: where nobody can answer, and where somebody can. */
  readonly config: { readonly silent: string; readonly asking: string };
  /** Its ssh can ask us: the program for that may be executed where it lies. */
  readonly canAsk: boolean;
  readonly desk: LoginDesk;
  /** For masters: see ssh-version.ts. */
  readonly later: Readonly<Record<string, string>>;
  /** Of each master; which login it is for comes on top. */
  readonly env: NodeJS.ProcessEnv;
  close(): void;
}

/** Ends what earlier runs left behind, then makes a control directory with what ssh needs in it. */
export async function setUpWorkshop(
  options: OpensshOptions,
  clock: Clock,
  onWarning: (message: string) => void,
): Promise<Workshop> {
  checkOwnConfig(options.sshConfigFile);
  await sweepControlDirectories(clock);
  const directory = makeControlDirectory();
  const desk = loginDesk(options.ask, onWarning);
  const askpass = writeAskpass(directory.path);
  const server = await listenForAskpass(directory.ownSocket, desk.answer);
  const configFile = configFileOf(options);
  const writeConfig = (name: string, batch: boolean): string => {
    const written = join(directory.path, name);
    const text = configText({
      hostKeyPolicy: options.hostKeyPolicy ?? 'strict',
      knownHostsFiles: options.knownHostsFiles,
      batch,
      connectTimeoutMs: options.connectTimeoutMs,
      configFile,
    });
    writeFileSync(written, text, { mode: 0o600 });
    return written;
  };
  return {
    directory,
    config: { silent: writeConfig('silent', true), asking: writeConfig('asking', false) },
    canAsk: mayExecute(askpass),
    desk,
    later: laterOptionsOf(askVersion()),
    env: {
      ...process.env,
      // The messages that are read here.
      LC_ALL: 'C',
      SSH_ASKPASS: askpass,
      SSH_ASKPASS_REQUIRE: 'force',
      // Before 8.4 ssh has no such variable, and wants a display before it asks a program.
      DISPLAY: process.env['DISPLAY'] ?? ':none',
    },
    close() {
      server.close();
      directory.remove();
    },
  };
}

/** ssh knows no home but that of the password file: with another, the one file that counts is named to it. */
function configFileOf({ sshConfigFile }: OpensshOptions): string | undefined {
  if (sshConfigFile !== undefined) return sshConfigFile === 'none' ? sshConfigFile : resolve(sshConfigFile);
  if (homedir() === userInfo().homedir) return undefined;
  const own = join(homedir(), '.ssh', 'config');
  return existsSync(own) ? own : '/etc/ssh/ssh_config';
}

/** ssh looks after this only where it finds the file by itself; ours names it. */
function checkOwnConfig(configFile: string | undefined): void {
  if (configFile !== undefined) return;
  const file = join(userInfo().homedir, '.ssh', 'config');
  try {
    const { mode, uid } = statSync(file);
    if ((mode & 0o022) === 0 && (uid === 0 || uid === process.getuid?.())) return;
  } catch {
    return;
  }
  throw new HostFailure('config', `others may write ${file}`, `chmod go-w ${file}`);
}
