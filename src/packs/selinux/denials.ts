import type { TypeOf } from '../../model/schema.ts';
import type { Avc } from './avc.ts';
import { typeOf } from './context.ts';
import { className, contextText, permissionName } from './schemas.ts';

/** One denial, however often it came. */
export const denialSchema = {
  type: 'object',
  properties: {
    epoch_ms: { type: 'integer', description: 'When it came last; ms since 1970 on the host’s clock' },
    first_ms: { type: 'integer', description: 'When it came first within the window' },
    count: { type: 'integer', description: 'How often it came' },
    serial: { type: 'integer', description: 'Serial number of the last audit event; 0 when the source has none' },
    source: { ...contextText, description: 'Context of the process' },
    source_type: { type: 'string', description: 'Type of the process, e.g. httpd_t' },
    target: { ...contextText, description: 'Context of the object' },
    target_type: { type: 'string', description: 'Type of the object, e.g. ntop_port_t' },
    class: className,
    permissions: { type: 'array', items: permissionName, description: 'What was denied' },
    comm: { type: 'string', description: 'Name of the process' },
    pid: { type: 'integer', description: 'Process id of the last one' },
    port: { type: 'integer', description: 'The port that was connected to or bound' },
    path: { type: 'string', description: 'The whole path, where the kernel tells it' },
    name: { type: 'string', description: 'The last component of the path' },
    permissive: { type: 'boolean', description: 'Logged but allowed: SELinux or the domain is permissive' },
  },
  required: [
    'epoch_ms',
    'first_ms',
    'count',
    'serial',
    'source',
    'source_type',
    'target',
    'target_type',
    'class',
    'permissions',
    'comm',
    'pid',
    'permissive',
  ],
} as const;
export type Denial = TypeOf<typeof denialSchema>;

/** One denial for what is the same access, newest first. Granted records are left out. */
export function mergeDenials(records: readonly Avc[]): readonly Denial[] {
  const merged = new Map<string, Denial>();
  for (const avc of records) {
    if (!avc.denied) continue;
    const key = accessKey(avc);
    const former = merged.get(key);
    merged.set(key, former ? join(former, avc) : denialOf(avc));
  }
  return [...merged.values()].sort((a, b) => b.epoch_ms - a.epoch_ms || b.serial - a.serial);
}

function accessKey(avc: Avc): string {
  const permissions = [...avc.permissions].sort().join(' ');
  return JSON.stringify([
    typeOf(avc.source),
    typeOf(avc.target),
    avc.class,
    permissions,
    avc.port ?? 0,
    avc.path ?? '',
    avc.name ?? '',
    avc.permissive,
  ]);
}

function denialOf(avc: Avc): Denial {
  const { denied: _denied, ...rest } = avc;
  return {
    ...rest,
    first_ms: avc.epoch_ms,
    count: 1,
    source_type: typeOf(avc.source),
    target_type: typeOf(avc.target),
  };
}

function join(former: Denial, avc: Avc): Denial {
  const newer = avc.epoch_ms >= former.epoch_ms ? denialOf(avc) : former;
  return { ...newer, first_ms: Math.min(former.first_ms, avc.epoch_ms), count: former.count + 1 };
}
