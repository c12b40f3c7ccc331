import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { laneFunctions } from '../../src/shell/frame.ts';

/** The POSIX shells of this machine, each as a program with its first arguments. */
export const shells = [
  { name: 'dash', program: '/bin/dash', args: [] },
  { name: 'bash', program: '/bin/bash', args: ['--posix'] },
  { name: 'BusyBox ash', program: '/bin/busybox', args: ['sh'] },
].filter(({ program }) => existsSync(program));

/** What a lane's scripts find, for a shell that is none. */
export const asLane = `umask 077
read -r mg_stat </proc/$$/stat
read -r mg_b </proc/sys/kernel/random/boot_id
${laneFunctions}
`;

/** Runs a script that a shell reads from its stdin. */
export function runShell(
  { program, args }: { readonly program: string; readonly args: readonly string[] },
  script: string,
): { readonly rc: number | null; readonly stdout: Buffer; readonly stderr: Buffer } {
  const { status, stdout, stderr } = spawnSync(program, [...args], {
    input: script,
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
  });
  return { rc: status, stdout, stderr };
}
