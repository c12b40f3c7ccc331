import { existsSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { HostFailure } from '../../model/host-failure.ts';
import { limited } from '../limited.ts';
import { saysAlgorithms } from './algorithm-lists.ts';
import { type Applying, applying } from './applying.ts';
import { askSsh } from './ask-ssh.ts';
import { type InterpretContext, interpret, type Options } from './interpret.ts';
import { isOfNoAccount } from './of-no-account.ts';
import { ownAnswer } from './own-answer.ts';
import { isLoginName, isMachineName } from './parse-jump.ts';
import { type ConfigFile, type Directive, readDirectives } from './read-files.ts';
import { noSshConfig, type SshConfig, type SshConfigs, type SshTarget } from './ssh-config.ts';

export interface SshConfigOptions {
  /** Only this file; `none`: no file at all. Default: `~/.ssh/config`, then `/etc/ssh/ssh_config`. */
  readonly file?: string;
  readonly onWarning?: (message: string) => void;
  /** Default: the operator's. */
  readonly homeDirectory?: string;
  /** Default `ssh`. */
  readonly program?: string;
}

/** So many `ssh -G` at a time: each costs 4 ms of CPU. */
const atOnce = 4;

/**
 * ssh_config for all hosts of a run. The files are read once and looked through here; `ssh -G` is asked only for hosts of
 * which they say something that counts, since a process for each of a fleet costs more than reaching it.
 */
export function sshConfigs(options: SshConfigOptions = {}): SshConfigs {
  const homeDirectory = options.homeDirectory ?? homedir();
  const program = options.program ?? 'ssh';
  const sources = sourcesOf(options.file, homeDirectory);
  const ask = limited(atOnce);
  const answers = new Map<string, Promise<SshConfig>>();
  let directives: readonly Directive[] | undefined;
  let usual: Promise<Options | 'absent'> | undefined;
  let warned = false;

  const context = (
    target: SshTarget,
    isSaid: InterpretContext['isSaid'],
    usual?: InterpretContext['usual'],
  ): InterpretContext => ({
    target,
    isSaid,
    usual,
    ownName: userInfo().username,
    homeDirectory,
    environment: process.env,
  });

  async function resolve(target: SshTarget): Promise<SshConfig> {
    directives ??= readDirectives(sources.files, homeDirectory).filter((directive) => !isOfNoAccount(directive));
    if (directives.length === 0) return noSshConfig;
    const found = applying(directives, target, userInfo().username);
    if (found.directives.length === 0) return noSshConfig;
    checkNames(target);
    const said = await ask(() => askSsh(target, { program, file: sources.only }));
    const byUser = found.directives.flatMap(({ keyword, from }) => (from === 'user' ? [keyword] : []));
    const rest = {
      saidByUser: new Set(byUser.includes('include') && said !== 'absent' ? said.keys() : byUser),
      hasMatchExec: found.hasMatchExec,
    };
    if (said === 'absent')
      return {
        ...interpret(
          without(found, target),
          context(target, () => true),
        ),
        ...rest,
      };
    const isSaid = saidIn(found);
    return { ...interpret(said, context(target, isSaid, await usualOptions(isSaid))), ...rest };
  }

  /** What OpenSSH does without any file, asked once and only where a list of algorithms is to be compared with it. */
  async function usualOptions(isSaid: InterpretContext['isSaid']): Promise<Options | undefined> {
    if (!saysAlgorithms(isSaid)) return undefined;
    usual ??= ask(() => askSsh({ address: 'host' }, { program, file: 'none' }));
    const told = await usual;
    return told === 'absent' ? undefined : told;
  }

  function without(found: Applying, target: SshTarget): Options {
    const { options: own, undecided } = ownAnswer(found, target);
    if (undecided.length > 0 && !warned) {
      warned = true;
      const what = undecided.join(', ');
      options.onWarning?.(
        `there is no ssh program here: ${what} under conditions that only ssh can decide is left out`,
      );
    }
    return own;
  }

  return {
    of(target) {
      const key = JSON.stringify([target.address, target.user, target.port]);
      const known = answers.get(key) ?? resolve(target);
      answers.set(key, known);
      return known;
    },
  };
}

interface Sources {
  readonly files: readonly ConfigFile[];
  /** For `ssh -F`; absent: what ssh reads by itself. */
  readonly only?: string;
}

/** OpenSSH knows no home but that of the password file: with another the one file that counts is named to it. */
function sourcesOf(file: string | undefined, homeDirectory: string): Sources {
  if (file === 'none') return { files: [] };
  if (file !== undefined) return { files: [{ file, from: 'user' }], only: file };
  const own: ConfigFile = { file: join(homeDirectory, '.ssh', 'config'), from: 'user' };
  const system: ConfigFile = { file: '/etc/ssh/ssh_config', from: 'system' };
  if (homeDirectory === userInfo().homedir) return { files: [own, system] };
  const one = existsSync(own.file) ? own : system;
  return { files: [one], only: one.file };
}

/**
 * A canonical name or a `final` pass reads the files again with another name, and some files only ssh finds: what they
 * say is not foreseen.
 */
function saidIn(found: Applying): (keyword: string) => boolean {
  const names = new Set(found.directives.map(({ keyword }) => keyword));
  const unforeseen =
    names.has('canonicalizehostname') ||
    names.has('include') ||
    found.directives.some(({ conditions }) =>
      conditions.some(({ words }) => words.some((word) => /final|canonical/i.test(word))),
    );
  return (keyword) => unforeseen || names.has(keyword);
}

function checkNames({ address, user }: SshTarget): void {
  if (!isMachineName(address))
    throw new HostFailure('config', `${JSON.stringify(address)} is no name that ssh could look up`);
  if (user !== undefined && !isLoginName(user)) {
    throw new HostFailure('config', `${JSON.stringify(user)} is no user's name that ssh could take`);
  }
}
