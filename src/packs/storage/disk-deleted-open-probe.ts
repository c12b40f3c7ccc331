import { defineProbe, unreadable } from '../../model/probe.ts';
import { fieldFunctions } from '../core/fields.ts';
import { absolutePath } from '../core/params.ts';
import { whyNot } from '../core/why-not.ts';
import { parseDeletedOpen } from './deleted-open.ts';

/** `-links 0` behind a followed link of /proc is a file without a name, which neither lsof nor GNU find is needed for. */
const script = `${fieldFunctions}
[ "$(id -u)" = 0 ] || { echo 'only root sees what others hold open (become: true)' >&2; exit 1; }
device=$(stat -c %d -- "$mount") || exit 1
find -L /proc/[0-9]*/fd -maxdepth 1 -type f -links 0 -exec stat -L -c '%d %i %b %n' {} + 2>/dev/null |
  sort -k3,3rn | while read -r on inode blocks file; do
    [ "$on" = "$device" ] || continue
    of=\${file#/proc/}; of=\${of%%/*}
    name=$(readlink "$file" 2>/dev/null) || continue
    plain held "$inode $blocks $of"
    printf '%s' "$name" | hex path
    head -c 64 "/proc/$of/comm" 2>/dev/null | hex process
    head -c 4096 "/proc/$of/cgroup" 2>/dev/null | hex cgroup
  done
plain done 1
`;

export default defineProbe({
  name: 'disk.deleted_open',
  summary: 'Files of a file system that were deleted and still take space, because a process holds them open.',
  params: {
    type: 'object',
    properties: { mount: { ...absolutePath, description: 'Where the file system is mounted' } },
    required: ['mount'],
  },
  result: {
    type: 'object',
    properties: {
      bytes: { type: 'integer', description: 'Bytes that they hold together, each file once' },
      files: {
        type: 'array',
        description: 'Those of 1 MiB or more, the largest first, each file once',
        items: {
          type: 'object',
          properties: {
            path: { type: 'string', description: 'The path it had' },
            bytes: { type: 'integer', description: 'Bytes it holds on disk' },
            pid: { type: 'integer', description: 'A process that holds it' },
            process: { type: 'string', description: 'Name of that process' },
            unit: { type: 'string', description: 'systemd’s unit of that process; empty when it is of none' },
          },
          required: ['path', 'bytes', 'pid', 'process', 'unit'],
        },
      },
    },
    required: ['bytes', 'files'],
  },
  reads: () => ['disk', 'service'],
  fingerprint: ({ files }) => files.map(({ path, unit }) => ({ path, unit })),
  async read(host, { mount }) {
    const answer = await host.run({ script, variables: { mount } });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, 'cannot see deleted files'));
    return parseDeletedOpen(answer.stdout) ?? unreadable('cannot see deleted files: the look broke off');
  },
});
