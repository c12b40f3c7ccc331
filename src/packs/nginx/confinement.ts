import type { NginxProcesses } from './processes.ts';

/** What the kernel holds a process to. */
export interface Confinement {
  /** SELinux type; empty when SELinux is off. */
  readonly domain: string;
  /** Whole SELinux context; empty when SELinux is off. */
  readonly context: string;
  /** AppArmor profile; empty when unconfined. */
  readonly apparmor: string;
  readonly apparmor_mode: 'enforce' | 'complain' | '';
}

/** Takes /proc/PID/attr/current apart: `system_u:system_r:httpd_t:s0`, `nginx (enforce)`, `unconfined` or nothing. */
export function readConfinement(label: string): Confinement {
  const selinux = /^[\w.-]+:[\w.-]+:([\w.-]+)(?::.*)?$/.exec(label);
  if (selinux) return { domain: selinux[1] ?? '', context: label, apparmor: '', apparmor_mode: '' };
  const apparmor = /^(.*) \(([a-z]+)\)$/.exec(label);
  const none = { domain: '', context: '', apparmor: '', apparmor_mode: '' } as const;
  if (!apparmor || apparmor[2] === 'unconfined') return none;
  return { ...none, apparmor: apparmor[1] ?? '', apparmor_mode: apparmor[2] === 'complain' ? 'complain' : 'enforce' };
}

/** Why the confinement cannot be told, although the kernel confines; `undefined` when it can. */
export function whyUnconfirmed({ selinux, apparmor }: NginxProcesses, label: string): string | undefined {
  if (label !== '') return undefined;
  if (selinux) return 'SELinux is on, but the worker’s context in /proc cannot be read: needs root';
  return apparmor ? 'AppArmor is on, but the worker’s profile in /proc cannot be read: needs root' : undefined;
}
