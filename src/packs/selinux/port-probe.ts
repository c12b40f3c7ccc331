import { defineProbe, unreadable } from '../../model/probe.ts';
import { baseRecord, effectiveRecord, exactRecord, portTableScript, readPortTable } from './port-table.ts';
import { portNumber, protocolName } from './schemas.ts';

export default defineProbe({
  name: 'selinux.port',
  summary: 'The SELinux type of a port, and which record gives it.',
  params: {
    type: 'object',
    properties: { port: portNumber, protocol: protocolName },
    required: ['port'],
  },
  result: {
    type: 'object',
    properties: {
      type: { type: 'string', description: 'The type that counts; port_t when no record covers the port' },
      local: { type: 'boolean', description: 'A local record exists for exactly this port' },
      local_type: { type: 'string', description: 'The type of that local record' },
      exact: {
        type: 'boolean',
        description: 'A record exists for exactly this port, local or of the policy: semanage then wants -m, else -a',
      },
      base_type: { type: 'string', description: 'The type that the policy itself gives' },
      ranges: {
        type: 'array',
        items: { type: 'string' },
        description: 'The records that cover the port, e.g. "3000 http_port_t (local)", the deciding one first',
      },
    },
    required: ['type', 'local', 'exact', 'base_type', 'ranges'],
  },
  reads: ({ port, protocol }) => [`selinux.port:${protocol}/${port}`],
  async read(host, { port, protocol }) {
    const answer = await host.run({ script: portTableScript, timeoutMs: 120_000 });
    const table = readPortTable(answer.stdout);
    if ('unreadable' in table) return unreadable(table.unreadable);
    const local = exactRecord(table.local, protocol, port);
    const base = exactRecord(table.base, protocol, port);
    const covering = [
      ...table.local.map((record) => ({ record, note: ' (local)' })),
      ...[...table.base].sort((a, b) => a.high - a.low - (b.high - b.low)).map((record) => ({ record, note: '' })),
    ].filter(({ record }) => record.protocol === protocol && record.low <= port && port <= record.high);
    return {
      type: effectiveRecord(table, protocol, port)?.type ?? 'port_t',
      local: local !== undefined,
      ...(local ? { local_type: local.type } : {}),
      exact: local !== undefined || base !== undefined,
      base_type: baseRecord(table, protocol, port)?.type ?? 'port_t',
      ranges: covering.map(({ record, note }) => {
        const range = record.low === record.high ? `${record.low}` : `${record.low}-${record.high}`;
        return `${range} ${record.type}${note}`;
      }),
    };
  },
});
