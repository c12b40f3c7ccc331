import { unitOfCgroup } from '../core/cgroup.ts';
/** One nginx process as /proc shows it. */
export interface NginxProcess {
  readonly pid: number;
  readonly parent: number;
  readonly uid: number;
  /** Its user's name; the number as text where the host knows no name. */
  readonly user: string;
  /** Epoch seconds; see {@link NginxProcesses.exactTimes}. */
  readonly started: number;
  readonly title: string;
  /** Empty without the right to see it. */
  readonly binary: string;
  readonly folder: string;
  /** SELinux context or AppArmor confinement, as the kernel writes it; empty where there is none. */
  readonly label: string;
  /** systemd's unit, empty when none of the system's units holds it. */
  readonly unit: string;
}

export interface NginxProcesses {
  /** The one that answers here: the given pid file's, else root's before others', the oldest of those. */
  readonly master: NginxProcess | undefined;
  /** Masters outside containers. */
  readonly masters: number;
  /** Of `master`, without those that are shutting down. */
  readonly workers: readonly NginxProcess[];
  /** Processes of other users are hidden from us: "none found" proves nothing. */
  readonly hidden: boolean;
  /** The pid file was asked for and could not be read. */
  readonly pidFileUnread: boolean;
  /** The host's clock, epoch seconds. */
  readonly now: number;
  /** True: start times are right within 20 ms. False: up to a second too early. */
  readonly exactTimes: boolean;
  readonly selinux: boolean;
  readonly apparmor: boolean;
}

interface Draft {
  pid: number;
  parent: number;
  uid: number;
  ticks: number;
  depth: number;
  title: string;
  binary: string;
  folder: string;
  label: string;
  unit: string;
}

const maxProcesses = 2000;

/** Reads what `processesScript` printed. Lines it does not know are others' and left alone. */
export function parseProcesses(output: string): NginxProcesses {
  const drafts: Draft[] = [];
  const users = new Map<number, string>();
  const kernel = new Set<string>();
  let clock: ReturnType<typeof readClock>;
  let asked: number | undefined;
  let hidden = false;
  let pidFileUnread = false;
  for (const line of output.split('\n')) {
    const rest = line.slice(2);
    const last = drafts.at(-1);
    switch (line.slice(0, 2)) {
      case 'B ':
        clock ??= readClock(rest);
        break;
      case 'H':
        hidden = true;
        break;
      case 'K':
        pidFileUnread = true;
        break;
      case 'I ':
        asked = Number(rest);
        break;
      case 'L ':
        kernel.add(rest);
        break;
      case 'P ': {
        const numbers = /^(\d+) (\d+) (\d+) (\d+) (\d+)$/.exec(rest)?.slice(1).map(Number);
        const [pid = 0, parent = 0, uid = 0, ticks = 0, depth = 1] = numbers ?? [];
        if (numbers && drafts.length < maxProcesses)
          drafts.push({ pid, parent, uid, ticks, depth, title: '', binary: '', folder: '', label: '', unit: '' });
        break;
      }
      case 'T ':
        if (last) last.title = rest.trimEnd();
        break;
      case 'X ':
        if (last) last.binary = rest.replace(/ \(deleted\)$/, '');
        break;
      case 'W ':
        if (last) last.folder = rest;
        break;
      case 'A ':
        if (last) last.label = rest.trimEnd();
        break;
      case 'C ':
        if (last) last.unit ||= unitOfCgroup(rest);
        break;
      case 'U ': {
        const [uid, name] = rest.split(' ');
        if (name) users.set(Number(uid), name);
        break;
      }
    }
  }
  const processes = drafts
    .filter((draft) => draft.depth <= 1)
    .map(
      ({ ticks, depth: _depth, ...draft }): NginxProcess => ({
        ...draft,
        user: users.get(draft.uid) ?? String(draft.uid),
        started: clock ? clock.base + ticks / clock.hz : 0,
      }),
    );
  return {
    ...chooseMaster(processes, asked, pidFileUnread),
    hidden,
    pidFileUnread,
    now: clock?.now ?? 0,
    exactTimes: clock?.exact ?? false,
    selinux: kernel.has('selinux'),
    apparmor: kernel.has('apparmor'),
  };
}

function chooseMaster(processes: readonly NginxProcess[], asked: number | undefined, pidFileUnread: boolean) {
  const titled = processes.filter((process) => process.title.startsWith('nginx: master process'));
  // With `master_process off` one process does everything, and has no title of nginx's own.
  const pids = new Set(processes.map((process) => process.pid));
  const single = processes.filter((process) => !process.title.startsWith('nginx: ') && !pids.has(process.parent));
  const masters = titled.length > 0 ? titled : single;
  const inOrder = [...masters].sort(
    (a, b) => Number(a.uid !== 0) - Number(b.uid !== 0) || a.started - b.started || a.pid - b.pid,
  );
  const master = pidFileUnread
    ? undefined
    : asked === undefined
      ? inOrder[0]
      : masters.find((process) => process.pid === asked);
  const children = processes.filter((process) => process.parent === master?.pid);
  const workers = children.filter((process) => process.title === 'nginx: worker process');
  return { master, masters: masters.length, workers: master && titled.length === 0 ? [master] : workers };
}

function readClock(text: string) {
  const found = /^(\d+) (\d+\.\d+) (\d+)(\.\d+)?\S* (\d+)$/.exec(text);
  if (!found) return undefined;
  const [, boot, up, seconds, fraction, hz] = found;
  const exact = fraction !== undefined;
  const base = exact ? Number(`${seconds}${fraction}`) - Number(up) : Number(boot);
  return { base, hz: Number(hz) || 100, exact, now: Number(`${seconds}${fraction ?? ''}`) };
}
