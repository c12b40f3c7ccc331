import { defineProbe, unreadable } from '../../model/probe.ts';
import { bytes, fieldFunctions, parseFields } from '../core/fields.ts';
import { absolutePath } from '../core/params.ts';
import { whyNot } from '../core/why-not.ts';
import { fileSystemOf, parseDf } from './df.ts';

/** `df -P` is POSIX; `-i` is known to coreutils and BusyBox. */
const script = `${fieldFunctions}
df -Pk -- "$path" | hex blocks
df -Pi -- "$path" | hex inodes
hex mounts </proc/self/mounts
:`;

export default defineProbe({
  name: 'disk.usage',
  summary: 'How full the file system of a path is, in bytes and in inodes.',
  params: {
    type: 'object',
    properties: { path: { ...absolutePath, description: 'Any path on the file system' } },
    required: ['path'],
  },
  result: {
    type: 'object',
    properties: {
      path: { type: 'string', description: 'The path asked for' },
      mount: { type: 'string', description: 'Where the file system is mounted' },
      source: { type: 'string', description: 'Device, or what stands for it: /dev/vda1, tmpfs' },
      type: { type: 'string', description: 'ext4, xfs, btrfs, …; empty when the host does not tell' },
      read_only: { type: 'boolean', description: 'It is mounted read-only' },
      size: { type: 'integer', description: 'Bytes in all' },
      used: { type: 'integer', description: 'Bytes in use' },
      available: { type: 'integer', description: 'Bytes left for users; what is reserved for root is not among them' },
      used_percent: { type: 'integer', description: 'As df shows it: rounded up, without what is reserved for root' },
      inodes: { type: 'integer', description: 'Inodes in all; 0 where there is no such limit (btrfs)' },
      inodes_used: { type: 'integer', description: 'Inodes in use' },
      inodes_percent: { type: 'integer', description: 'Inodes in use, rounded up; 0 where there is no such limit' },
    },
    required: [
      'path',
      'mount',
      'source',
      'type',
      'read_only',
      'size',
      'used',
      'available',
      'used_percent',
      'inodes',
      'inodes_used',
      'inodes_percent',
    ],
  },
  reads: ({ path }) => ['disk', `file:${path}`],
  // Bytes move from second to second.
  fingerprint: ({ mount, source, type, read_only }) => ({ mount, source, type, read_only }),
  async read(host, { path }) {
    const answer = await host.run({ script, variables: { path } });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, `cannot look at ${path}`));
    const fields = parseFields(answer.stdout);
    const blocks = parseDf(bytes(fields, 'blocks')?.toString('utf8') ?? '');
    if (blocks === undefined) return unreadable(whyNot(answer, `df does not tell the file system of ${path}`));
    const nodes = parseDf(bytes(fields, 'inodes')?.toString('utf8') ?? '');
    const { mount, source } = blocks;
    const mounted = fileSystemOf(bytes(fields, 'mounts')?.toString('utf8') ?? '', mount);
    return {
      path,
      mount,
      source,
      type: mounted?.type ?? '',
      read_only: mounted?.readOnly ?? false,
      size: blocks.total * 1024,
      used: blocks.used * 1024,
      available: blocks.available * 1024,
      used_percent: percent(blocks.used, blocks.available),
      inodes: nodes?.total ?? 0,
      inodes_used: nodes?.used ?? 0,
      inodes_percent: nodes === undefined ? 0 : percent(nodes.used, nodes.available),
    };
  },
});

/** df's own reckoning: of what users can have, rounded up. */
function percent(used: number, available: number): number {
  return used + available === 0 ? 0 : Math.ceil((100 * used) / (used + available));
}
