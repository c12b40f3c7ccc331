/**
 * What nginx is never let at, however it is configured: with these a web server that was broken into is root, or acts for
 * whoever is logged in. (`knownTraps` are the same for booleans.) Services without a domain of their own, initrc_t and
 * unconfined_service_t, are not among them: hand-made units run there.
 */
interface Refusal {
  readonly types: RegExp;
  readonly why: string;
}

const engine = 'whoever reaches a container engine is root on this host';
const machines = 'whoever reaches it can start machines with this host’s disks and devices';
const bus = 'it hands messages on to systemd and polkit, which act as root';

const domains: readonly Refusal[] = [
  {
    types:
      /^(?:container_(?:runtime|engine|kubelet)|docker|dockerd(?:_user)?|podman(?:_user)?|containerd|crio|kubelet|spc|lxc|lxd|incusd?|buildkitd?)_t$/,
    why: engine,
  },
  { types: /^(?:lib)?virt\w{0,60}_t$/, why: machines },
  {
    types: /^(?:kernel|init|udev|systemd(?:_(?!socket_proxyd_)\w{1,60})?)_t$/,
    why: 'it is the system itself, not an application',
  },
  { types: /^\w{1,60}_dbusd_t$/, why: bus },
  {
    types: /^(?:unconfined|sysadm|staff|user|guest|xguest)_t$/,
    why: 'everything runs there that somebody started in a login, key agents too; start the application as a service',
  },
  {
    types:
      /^(?:policykit|snappy|snapd|rpm|semanage|firewalld|NetworkManager|sshd|crond|lvm|multipathd|iscsid|auditd)_t$/,
    why: 'it acts as root for whoever may talk to it',
  },
];

/** Why no rule lets nginx connect to processes of this domain. */
export function domainNeverOpened(type: string): string | undefined {
  return domains.find(({ types }) => types.test(type))?.why;
}

/** Why no rule lets nginx write sockets with this label. `docker_var_run_t` and `docker_runtime_t` are docker_t's. */
export function labelNeverOpened(type: string): string | undefined {
  if (/^container_(?:var_run|runtime|var_lib)_t$/.test(type)) return engine;
  const stem = type.replace(/_(?:var_run|runtime|run|var_lib|tmp|tmpfs)_t$/, '_t');
  return stem === type ? undefined : domainNeverOpened(stem);
}
