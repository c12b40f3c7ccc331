import type { Disk } from './image.ts';

/** What kind of host a guest is. */
export interface GuestKind {
  readonly summary: string;
  readonly disk: Disk;
  /** Which security module the kernel starts, on its command line. */
  readonly kernelArgs: string;
  /** Shell text, run once as root before the snapshot is taken. */
  readonly prepare: string;
}

const selinux = 'security=selinux selinux=1';

/** Shell text that fails unless the kind is what its name says. */
function mode(expected: string): string {
  return `[ "$(getenforce)" = ${expected} ]`;
}

export const guestKinds = {
  selinux: { summary: 'SELinux enforcing', disk: 'full', kernelArgs: selinux, prepare: mode('Enforcing') },
  permissive: {
    summary: 'SELinux permissive, now and after a reboot',
    disk: 'full',
    kernelArgs: selinux,
    prepare: `sed -i 's/^SELINUX=.*/SELINUX=permissive/' /etc/selinux/config && setenforce 0 && ${mode('Permissive')}`,
  },
  disabled: {
    summary: 'SELinux off, its tools installed; no other security module',
    disk: 'full',
    // This kernel knows no selinux=0; a list without it does the same.
    kernelArgs: 'lsm=lockdown,yama,bpf',
    prepare: `sed -i 's/^SELINUX=.*/SELINUX=disabled/' /etc/selinux/config && ${mode('Disabled')}`,
  },
  apparmor: {
    summary: 'AppArmor with an enforcing profile for nginx',
    disk: 'full',
    kernelArgs: 'security=apparmor apparmor=1',
    prepare:
      "sed -i 's/^SELINUX=.*/SELINUX=disabled/' /etc/selinux/config && aa-status | grep -A9 'enforce mode' | grep -q nginx",
  },
  minimal: {
    summary: 'SELinux enforcing without semanage, sesearch, ausearch and auditd',
    disk: 'minimal',
    kernelArgs: selinux,
    prepare: mode('Enforcing'),
  },
} as const satisfies Record<string, GuestKind>;

export type KindName = keyof typeof guestKinds;

/** Narrows text from a command line or a file. */
export function isKindName(text: string): text is KindName {
  return Object.hasOwn(guestKinds, text);
}
