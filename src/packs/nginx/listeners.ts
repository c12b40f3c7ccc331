import { unitOfCgroup } from '../core/cgroup.ts';
import { hexToAddress } from './proc-net.ts';

/** One listening socket. */
export interface Listener {
  /** IP address, `0.0.0.0` and `::` for all; or the path of a Unix socket. */
  readonly address: string;
  /** 0 for a Unix socket. */
  readonly port: number;
  /** Absent when we may not look into its process. */
  readonly pid?: number;
  readonly process?: string;
  /** Empty when no unit of the system holds it, or that cannot be told. */
  readonly unit: string;
}

export interface ListeningHost {
  /** This machine's addresses. */
  readonly addresses: ReadonlySet<string>;
  readonly listeners: readonly Listener[];
  /** Unit → systemd's ActiveState, of those that were asked about. */
  readonly units: ReadonlyMap<string, string>;
  readonly systemd: boolean;
}

interface Owner {
  name: string;
  unit: string;
}

/** Reads what `listenersScript` printed. */
export function parseListeners(output: string): ListeningHost {
  const addresses = new Set<string>();
  const sockets: { readonly inode: string; readonly address: string; readonly port: number }[] = [];
  const holders = new Map<string, number>();
  const owners = new Map<number, Owner>();
  const units = new Map<string, string>();
  let systemd = true;
  const owner = (pid: number): Owner => {
    const known = owners.get(pid) ?? { name: '', unit: '' };
    owners.set(pid, known);
    return known;
  };
  for (const line of output.split('\n')) {
    const fields = line.slice(2).split(' ');
    const [first = '', second = ''] = fields;
    switch (line.slice(0, 2)) {
      case 'A ':
        addresses.add(first);
        break;
      case '6 ': {
        const address = hexToAddress(first, 'network');
        if (address !== undefined) addresses.add(address);
        break;
      }
      case 'T ': {
        const [hex = '', port = ''] = first.split(':');
        const address = hexToAddress(hex, 'host');
        if (address !== undefined) sockets.push({ inode: second, address, port: Number.parseInt(port, 16) });
        break;
      }
      case 'X ':
        sockets.push({ inode: first, address: fields.slice(1).join(' '), port: 0 });
        break;
      case 'O ':
        // Of several holders the oldest number is usually the one that made it.
        if (!holders.has(first) || Number(second) < (holders.get(first) ?? 0)) holders.set(first, Number(second));
        break;
      case 'P ':
        owner(Number(first)).name = fields.slice(1).join(' ');
        break;
      case 'C ':
        owner(Number(first)).unit ||= unitOfCgroup(fields.slice(1).join(' '));
        break;
      case 'U ':
        units.set(first, second);
        break;
      case 'S ':
        systemd = false;
        break;
    }
  }
  const listeners = sockets.map(({ inode, address, port }): Listener => {
    const pid = holders.get(inode);
    if (pid === undefined) return { address, port, unit: '' };
    const { name, unit } = owner(pid);
    return { address, port, pid, process: name, unit };
  });
  return { addresses, listeners, units, systemd };
}
