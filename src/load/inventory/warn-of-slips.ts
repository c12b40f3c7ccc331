import { clipped } from '../../model/clipped.ts';
import { foldNames } from '../../model/fold-names.ts';
import type { Host } from '../../model/inventory.ts';
import type { Draft } from './draft.ts';
import { type Findings, fileStart, type Place } from './place.ts';
import type { Resolved } from './resolve-inventory.ts';

/**
 * Warns of what is allowed and yet most likely a slip: one machine under two names, a host named like a group, a become user who is
 * nobody's, no hosts.
 */
export function warnOfSlips({ inventory, unusedBecomeUsers }: Resolved, draft: Draft, findings: Findings): void {
  const start = fileStart(inventory.sources[0] ?? '-i');
  const placeOf = ({ name }: Pick<Host, 'name'>): Place => draft.hosts.get(name)?.place ?? start;
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
  for (const [user, hosts] of unusedBecomeUsers) {
    // Root is whom `become: true` means anyway.
    if (user === 'root') continue;
    findings.warning(placeOf({ name: hosts[0] ?? '' }), 'inventory/unused-become-user', {
      message: `ansible_become_user of ${clipped(foldNames(hosts))} has no effect without ansible_become: \`become: true\` in a runbook, and -b, are root`,
      help: 'name the user in the runbook (become: USER) or by --become-user; ansible_become: true counts where the runbook is silent',
    });
  }
  if (inventory.hosts.length === 0)
    findings.warning(start, 'inventory/no-hosts', { message: 'the inventory has no hosts' });
}
