import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** The POSIX shells of this machine, each as a program with its first arguments. */
export const shells = [
  { name: 'dash', program: '/bin/dash', args: [] },
  { name: 'bash', program: '/bin/bash', args: ['--posix'] },
  { name: 'BusyBox ash', program: '/bin/busybox', args: ['sh'] },
].filter(({ program }) => existsSync(program));

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
