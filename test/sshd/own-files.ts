import { spawnSync } from 'node:child_process';

/**
 * For `within` of `startSshd`: a mount namespace whose /etc and /usr/local/bin may be written without the machine seeing it,
 * and whose markers and locks are its own. `prepare` is shell text that runs in there first. Only for root. See `inCage` for
 * its files.
 */
export function ownFiles(prepare = ':'): readonly string[] {
  const script = [
    'set -e',
    'mkdir -p /var/lib/mendgate /run/mendgate',
    'mount -t tmpfs -o mode=0700 tmpfs /var/lib/mendgate',
    'mkdir /var/lib/mendgate/upper /var/lib/mendgate/work',
    'mount -t overlay -o lowerdir=/etc,upperdir=/var/lib/mendgate/upper,workdir=/var/lib/mendgate/work overlay /etc',
    'mount -t tmpfs -o mode=0700 tmpfs /var/lib/mendgate',
    'mount -t tmpfs -o mode=0700 tmpfs /run/mendgate',
    'mount -t tmpfs -o mode=0755 tmpfs /usr/local/bin',
    prepare,
    'exec "$@"',
  ];
  return ['unshare', '-m', '--propagation', 'private', 'sh', '-c', script.join('\n'), 'host'];
}

/** Why there can be no such namespace here, or `undefined`. */
export const ownFilesMissing: string | undefined = missing();

function missing(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can make a mount namespace';
  const [program = '', ...args] = [...ownFiles(), 'true'];
  const { status, stderr } = spawnSync(program, args);
  return status === 0 ? undefined : `overlays are impossible here: ${String(stderr).trim()}`;
}
