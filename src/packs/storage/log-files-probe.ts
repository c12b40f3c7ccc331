import { defineProbe, unreadable } from '../../model/probe.ts';
import { absolutePath } from '../core/params.ts';
import { whyNot } from '../core/why-not.ts';
import { parseLogFiles } from './log-files.ts';

const script = `
[ "$(id -u)" = 0 ] || { echo 'only root sees who holds a log open (become: true)' >&2; exit 1; }
end='
'
device=$(stat -c %d -- "$mount") || exit 1
find -L /proc/[0-9]*/fd -maxdepth 1 -type f -exec stat -L -c 'O %d %i' {} + 2>/dev/null | grep "^O $device " | sort -u
set --
while IFS= read -r folder; do [ -d "$folder" ] && set -- "$@" "$folder"; done <<FOLDERS
$folders
FOLDERS
[ $# = 0 ] || find "$@" -type f ! -path "*$end*" -exec stat -c '%d %i %b %h %Y %n' {} + 2>/dev/null |
  grep "^$device " | awk '$3 >= 2048 { print "L", $0 }' | sort -k4,4n | tail -n 200
echo END
`;

export default defineProbe({
  name: 'log.files',
  summary: 'Log files of 1 MiB or more on a file system: which are rotated generations, compressed, or open.',
  params: {
    type: 'object',
    properties: {
      mount: { ...absolutePath, description: 'Where the file system is mounted' },
      directories: {
        type: 'array',
        items: { ...absolutePath, description: 'Absolute path' },
        maxItems: 50,
        default: ['/var/log'],
        description: 'Where logs lie; the journal’s own files are left out',
      },
    },
    required: ['mount'],
  },
  result: {
    type: 'array',
    description: 'The 200 largest, the smallest of them first',
    items: {
      type: 'object',
      properties: {
        path: { type: 'string', description: 'Path' },
        bytes: { type: 'integer', description: 'Bytes it holds on disk' },
        mtime: { type: 'integer', description: 'Last change of its content, in seconds since 1970' },
        rotated: { type: 'boolean', description: 'By its name a generation that nobody writes to any more' },
        compressed: { type: 'boolean', description: 'By its name compressed' },
        open: { type: 'boolean', description: 'Some process has it open' },
        packable: {
          type: 'boolean',
          description:
            'A rotated generation that can be compressed without loss: not open, not compressed, of one name',
        },
      },
      required: ['path', 'bytes', 'mtime', 'rotated', 'compressed', 'open', 'packable'],
    },
  },
  reads: ({ directories }) => ['disk', ...directories.map((folder) => `file:${folder}/*`)],
  fingerprint: (files) => files.map(({ path, rotated, open }) => ({ path, rotated, open })),
  async read(host, { mount, directories }) {
    const answer = await host.run({ script, variables: { mount, folders: directories.join('\n') } });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, 'cannot look at logs'));
    return parseLogFiles(answer.stdout) ?? unreadable('cannot look at logs: the look broke off');
  },
});
