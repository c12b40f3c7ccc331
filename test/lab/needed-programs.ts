import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { mustRun } from './run-program.ts';

const packageOf: ReadonlyMap<string, string> = new Map([
  ['qemu-system-x86_64', 'qemu-system-x86'],
  ['qemu-img', 'qemu-utils'],
  ['mmdebstrap', 'mmdebstrap'],
  ['mke2fs', 'e2fsprogs'],
  ['setfiles', 'policycoreutils'],
  ['ssh', 'openssh-client'],
]);

/** The Debian packages whose programs are not on this machine. */
export async function missingPackages(): Promise<readonly string[]> {
  const missing: string[] = [];
  for (const [program, name] of packageOf) if (!(await isOnPath(program))) missing.push(name);
  return missing;
}

/** Installs what is missing when it may (root on Debian); otherwise throws with the line to type. */
export async function provideNeededPrograms(say: (line: string) => void): Promise<void> {
  const missing = await missingPackages();
  if (missing.length === 0) return;
  const line = `apt-get install --no-install-recommends ${missing.join(' ')}`;
  if (process.getuid?.() !== 0 || !(await isOnPath('apt-get'))) {
    throw new Error(`the lab needs programs that are not installed; as root: ${line}`);
  }
  say(line);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await mustRun('apt-get', ['update', '-qq'], { env });
  await mustRun('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { env });
}

async function isOnPath(program: string): Promise<boolean> {
  // A login without root's PATH has no sbin, where mke2fs and setfiles are.
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']) {
    const found = await access(join(folder, program), constants.X_OK).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}
