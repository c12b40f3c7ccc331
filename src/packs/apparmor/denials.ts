import { unreadable } from '../../model/probe.ts';
import type { TypeOf } from '../../model/schema.ts';
import type { Unknown } from '../../model/unknown.ts';
import { type DenialRecord, parseDenial } from './denial-record.ts';
import { ruleFor } from './rule-for.ts';

/** One kind of denial; what `apparmor.denials` lists. */
export const denialSchema = {
  type: 'object',
  properties: {
    epoch_ms: { type: 'integer', description: 'When it was logged last, epoch ms' },
    profile: { type: 'string', description: 'The profile that refused' },
    operation: { type: 'string', description: 'What was tried: open, connect, create, …' },
    kind: { type: 'string', enum: ['file', 'network', 'other'], description: 'What kind of rule would allow it' },
    path: { type: 'string', description: 'The file or socket' },
    family: { type: 'string', description: 'Address family of a network denial: inet, inet6, unix' },
    sock_type: { type: 'string', description: 'Type of the socket of a network denial: stream, dgram' },
    protocol: { type: 'integer', description: 'Its protocol; 0 = the usual one of that type' },
    enforced: { type: 'boolean', description: 'It was refused; false: only noted, the profile is in complain mode' },
    requested_mask: { type: 'string', description: 'The rights that were asked for: r, w, wr, create, …' },
    command: { type: 'string', description: 'Name of the process' },
    count: { type: 'integer', description: 'How often in the window' },
    rule: {
      type: 'string',
      description: 'The narrow rule that allows it: a TCP socket, or one Unix socket; empty where there is none',
    },
    allows: { type: 'string', description: 'What that rule opens, in words; empty where there is none' },
  },
  required: ['epoch_ms', 'profile', 'operation', 'kind', 'enforced', 'count', 'rule', 'allows'],
} as const;

export type Denial = TypeOf<typeof denialSchema>;

const maxDenials = 500;

/** What the script's output says. An empty list only when AppArmor is off or some current log was really read. */
export function readDenials(output: string, changeMs: number | undefined): readonly Denial[] | Unknown {
  const lines = output.split('\n');
  if (lines.includes('K off')) return [];
  const from = /^Z (\d{1,12})$/m.exec(output)?.[1];
  if (from === undefined) return unreadable('the host did not tell its time');
  const auditd = lines.includes('K auditd');
  // With auditd the kernel's own log gets nothing; without it audit.log is old.
  const read = lines.some((line) =>
    (auditd ? /^S (?:audit\.log|journal) read$/ : /^S (?:journal|dmesg) read$/).test(line),
  );
  if (!read) {
    const said = lines.filter((line) => line.startsWith('S ')).map((line) => line.slice(2));
    return unreadable(`no log with AppArmor's denials can be read (needs root): ${said.join(', ')}`);
  }
  const fromMs = changeMs ?? Number(from) * 1000;
  const records = new Map<string, DenialRecord>();
  for (const line of lines) {
    const record = line.startsWith('E ') ? parseDenial(line.slice(2)) : undefined;
    if (record && record.epoch_ms >= fromMs)
      records.set(`${record.epoch_ms} ${record.serial} ${kindOf(record)}`, record);
  }
  return mergeDenials([...records.values()]);
}

/** Each kind once, newest first. */
export function mergeDenials(records: readonly DenialRecord[]): readonly Denial[] {
  const merged = new Map<string, Denial>();
  for (const { serial: _serial, ...record } of [...records].sort((a, b) => a.epoch_ms - b.epoch_ms)) {
    const key = kindOf(record);
    const count = (merged.get(key)?.count ?? 0) + 1;
    merged.delete(key);
    merged.set(key, { ...record, count, ...ruleFor(record) });
  }
  return [...merged.values()].reverse().slice(0, maxDenials);
}

function kindOf(record: Omit<DenialRecord, 'serial'>): string {
  const { profile, operation, kind, path = '', family = '', sock_type = '', protocol = -1 } = record;
  const { enforced, requested_mask = '', command = '' } = record;
  return JSON.stringify([
    profile,
    operation,
    kind,
    path,
    family,
    sock_type,
    protocol,
    enforced,
    requested_mask,
    command,
  ]);
}
