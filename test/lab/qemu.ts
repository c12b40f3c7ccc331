import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';

/** How instructions are carried out: by the processor itself, or by software. */
export type Accelerator = 'kvm' | 'tcg';

export interface MachineOptions {
  /** The guest's own folder: console, log and disk. */
  readonly folder: string;
  /** A folder with a short path: a unix socket's path has at most 107 bytes. */
  readonly sockets: string;
  readonly kernel: string;
  readonly initrd: string;
  readonly disk: string;
  readonly kernelArgs: string;
  readonly accelerator: Accelerator;
  /** Forwarded from 127.0.0.1 to the guest's port 22. */
  readonly sshPort: number;
  /** Forwarded from 127.0.0.1 to the guest's port 80. */
  readonly httpPort: number;
  /** Name of the snapshot inside the disk to go on from; absent: a cold boot. */
  readonly loadSnapshot?: string;
}

/** Everything that decides what a snapshot's memory looks like; a change needs a new snapshot. */
export function machineArgs(accelerator: Accelerator): readonly string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-machine', 'q35', '-smp', '2', '-m', '768'],
    ...(accelerator === 'kvm' ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg,thread=multi', '-cpu', 'max']),
  ];
}

/** All arguments of one guest's qemu. */
export function qemuArgs(options: MachineOptions): readonly string[] {
  const forward = (port: number, to: number) => `hostfwd=tcp:127.0.0.1:${port}-:${to}`;
  return [
    ...machineArgs(options.accelerator),
    ...['-kernel', options.kernel, '-initrd', options.initrd],
    ...['-append', `root=/dev/vda rw console=ttyS0 net.ifnames=0 audit=1 quiet panic=-1 ${options.kernelArgs}`],
    // A guest's disk is thrown away: no flush need reach this machine's disk.
    ...['-drive', `file=${options.disk},if=none,id=disk,format=qcow2,cache=unsafe,discard=unmap`],
    ...['-device', 'virtio-blk-pci,drive=disk'],
    // restrict: the guest reaches nothing; only the two forwards lead in.
    ...['-netdev', `user,id=net,restrict=on,${forward(options.sshPort, 22)},${forward(options.httpPort, 80)}`],
    ...['-device', 'virtio-net-pci,netdev=net'],
    ...['-object', 'rng-random,filename=/dev/urandom,id=rng', '-device', 'virtio-rng-pci,rng=rng'],
    ...['-serial', `file:${join(options.folder, 'console.log')}`],
    ...['-qmp', `unix:${join(options.sockets, 'qmp.sock')},server=on,wait=off`],
    ...(options.loadSnapshot === undefined ? [] : ['-loadvm', options.loadSnapshot]),
  ];
}

/**
 * Starts qemu at low priority and gives its process id. `dieWithUs`: the kernel ends it when this process ends, however
 * that happens.
 */
export function startMachine(options: MachineOptions, dieWithUs: boolean): number {
  const log = openSync(join(options.folder, 'qemu.log'), 'w');
  try {
    const guard = dieWithUs ? ['setpriv', '--pdeathsig', 'KILL'] : [];
    const child = spawn('nice', ['-n', '10', ...guard, 'qemu-system-x86_64', ...qemuArgs(options)], {
      detached: !dieWithUs,
      stdio: ['ignore', log, log],
    });
    child.unref();
    if (child.pid === undefined) throw new Error('qemu could not be started');
    return child.pid;
  } finally {
    closeSync(log);
  }
}
