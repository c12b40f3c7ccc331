import { spawnSync } from 'node:child_process';

/**
 * Options that the operator's ssh_config may set and a master must not have, of versions that some machines' ssh is older
 * than: a program that does not know one refuses it. By the version that brought them.
 */
const laterOptions: readonly (readonly [major: number, minor: number, option: string, value: string])[] = [
  // Its lines would stand between those by which we tell how far it came.
  [8, 5, 'LogVerbose', 'none'],
  // It would go its own way, and nobody could end it.
  [8, 7, 'ForkAfterAuthentication', 'no'],
];

/** Those that an ssh knows, by what its `ssh -V` says. */
export function laterOptionsOf(said: string): Readonly<Record<string, string>> {
  const [, major = '0', minor = '0'] = /OpenSSH_(?:for_Windows_)?(\d+)\.(\d+)/.exec(said) ?? [];
  const version = Number(major) * 1000 + Number(minor);
  const known = laterOptions.filter(([since, point]) => version >= since * 1000 + point);
  return Object.fromEntries(known.map(([, , option, value]) => [option, value]));
}

/** What `ssh -V` says; nothing, where there is no ssh. */
export function askVersion(): string {
  return (
    spawnSync('ssh', ['-V'], { encoding: 'utf8', timeout: 5000, stdio: ['ignore', 'ignore', 'pipe'] }).stderr ?? ''
  );
}
