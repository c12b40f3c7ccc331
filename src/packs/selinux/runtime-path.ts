/** `/var/run` is a link to `/run` on every host with systemd: programs write either, and the kernel knows one. */
export function runtimePath(path: string): string {
  return path.startsWith('/var/run/') ? path.slice('/var'.length) : path;
}

/** Whether two spellings mean one path. */
export function samePath(one: string, other: string): boolean {
  return runtimePath(one) === runtimePath(other);
}

/** Whether it lies below the runtime directory, which is made anew at each boot and holds no data. */
export function isRuntimePath(path: string): boolean {
  return runtimePath(path).startsWith('/run/');
}

/** Whether it is the runtime directory itself, where every program may put something. */
export function isRuntimeRoot(directory: string): boolean {
  return directory === '/run' || directory === '/var/run';
}

const systems =
  /^\/run\/(?:systemd|dbus|udev|user|lock|log|mount|initramfs|credentials|lvm|cryptsetup|blkid|netns|utmp|sudo|faillock)(?:\/|$)/;

/** Whether a directory below /run, at any depth, is the system's own or one that many programs share. */
export function isSystems(directory: string): boolean {
  return systems.test(runtimePath(directory));
}
