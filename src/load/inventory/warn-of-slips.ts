import type { Host, Inventory } from '../../model/inventory.ts';
import type { Draft } from './draft.ts';
import { type Findings, fileStart, type Place } from './place.ts';

/** Warns of what is allowed and yet most likely a slip: one machine under two names, a host named like a group, no hosts. */
export function warnOfSlips(inventory: Inventory, draft: Draft, findings: Findings): void {
  const start = fileStart(inventory.sources[0] ?? '-i');
  const placeOf = (host: Host): Place => draft.hosts.get(host.name)?.place ?? start;
  const machines = new Map<string, Host>();
  for (const host of inventory.hosts) {
    const { address, port, transport } = host.connect;
    const machine = transport === 'local' ? 'this machine' : `${address.toLowerCase()} port ${port}`;
    const first = machines.get(machine);
    if (first) {
      findings.warning(placeOf(host), 'inventory/same-address', {
        message: `\`${host.name}\` and \`${first.name}\` are one machine: both are ${machine}`,
        help: 'keep one name; fixes of both at the same time would meet on that machine',
      });
    } else machines.set(machine, host);
    if (inventory.groups.has(host.name)) {
      findings.warning(placeOf(host), 'inventory/host-and-group', {
        message: `\`${host.name}\` names a host and a group`,
        help: 'in a pattern the host is taken; rename one of them',
      });
    }
  }
  if (inventory.hosts.length === 0)
    findings.warning(start, 'inventory/no-hosts', { message: 'the inventory has no hosts' });
}
