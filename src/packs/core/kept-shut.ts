/**
 * Sockets through which whoever may write them rules the host, or another user's programs. Nothing of ours opens them for a
 * web server: what guards them is the last thing in the way.
 */
const engine = 'whoever reaches it can start containers as root';
const machines = 'whoever reaches it can start virtual machines as root';
const bus = 'whoever reaches it talks to the system’s services, or to a user’s';

const sockets: readonly { readonly path: RegExp; readonly why: string }[] = [
  { path: /\/(?:docker|cri-dockerd|podman|containerd|crio|balena-engine)\.sock$/, why: engine },
  { path: /^\/(?:run|var\/lib)\/(?:docker|podman|containerd|crio|lxd|incus|buildkit)\//, why: engine },
  { path: /^\/var\/snap\/lxd\//, why: engine },
  { path: /\/libvirt-sock(?:-admin)?$|^\/run\/libvirt\//, why: machines },
  { path: /^\/run\/(?:user\/\d{1,10}\/bus|dbus\/\S{1,200})$/, why: bus },
  { path: /\/snapd(?:-snap)?\.socket$/, why: 'whoever reaches it can install programs as root' },
  { path: /\/supervisor\.sock$/, why: 'whoever reaches it can start programs as root' },
];

const groups: ReadonlyMap<string, string> = new Map([
  ['docker', engine],
  ['podman', engine],
  ['lxd', engine],
  ['incus', engine],
  ['libvirt', machines],
]);

/** Why nothing opens this very socket, whatever its label or mode. */
export function socketKeptShut(path: string, group?: string): string | undefined {
  const real = path.replace(/\/{2,}/g, '/').replace(/^\/var\/run\//, '/run/');
  return sockets.find((refusal) => refusal.path.test(real))?.why ?? groups.get(group ?? '');
}

/** Why nobody is let into a directory on the way: it is a person's, or root's own. */
export function homeKeptShut(directories: readonly string[]): string | undefined {
  const home = directories.find((directory) => /^\/(?:root|home\/[^/]{1,64})$/.test(directory));
  return home === undefined ? undefined : `${home} is somebody's home; move the socket below /run`;
}
