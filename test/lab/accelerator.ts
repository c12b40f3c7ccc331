import { access, constants, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDir } from './cache.ts';
import type { Image } from './image.ts';
import { type Accelerator, machineArgs } from './qemu.ts';
import { runProgram } from './run-program.ts';

/**
 * KVM only where it really works: a device that opens may still hang or abort, so the image's kernel is started once, and
 * must come as far as its missing root. The answer is remembered until this machine reboots.
 */
export async function chooseAccelerator(image: Image): Promise<Accelerator> {
  const usable = await access('/dev/kvm', constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  );
  if (!usable) return 'tcg';
  const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
  const memory = join(cacheDir(), 'accelerators', boot);
  const known = await readFile(memory, 'utf8').catch(() => '');
  if (known === 'kvm' || known === 'tcg') return known;
  const accelerator = (await kernelStartsUnderKvm(image)) ? 'kvm' : 'tcg';
  await mkdir(join(cacheDir(), 'accelerators'), { recursive: true });
  await writeFile(memory, accelerator);
  return accelerator;
}

async function kernelStartsUnderKvm(image: Image): Promise<boolean> {
  const ended = await runProgram(
    'qemu-system-x86_64',
    [
      ...machineArgs('kvm'),
      ...['-no-reboot', '-serial', 'stdio', '-kernel', join(image.folder, 'vmlinuz')],
      ...['-append', 'console=ttyS0 panic=-1'],
    ],
    { timeoutMs: 15_000 },
  );
  return ended.stdout.includes('Unable to mount root');
}
