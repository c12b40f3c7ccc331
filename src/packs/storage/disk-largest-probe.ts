import { defineProbe, unreadable } from '../../model/probe.ts';
import { absolutePath } from '../core/params.ts';
import { whyNot } from '../core/why-not.ts';
import { parseTree } from './tree-lines.ts';

/**
 * One walk over one file system. A name with a line end could forge a line, so such paths are left out. A file of several
 * names counts once. Blocks are of 512 bytes: what a sparse file really holds.
 */
const script = String.raw`
[ "$(id -u)" = 0 ] || { echo 'needs root (become: true)' >&2; exit 1; }
[ -d "$mount" ] || { echo 'no such directory' >&2; exit 1; }
end='
'
found=$(find "$mount" -xdev ! -path "*$end*" -exec stat -c '%b %h %i %Y %f %n' {} + 2>/dev/null | awk '
  {
    blocks = $1; links = $2; inode = $3; time = $4; mode = $5
    path = $0
    for (i = 0; i < 5; i++) path = substr(path, index(path, " ") + 1)
    folder = path
    sub(/\/[^\/]*$/, "", folder)
    if (folder == "") folder = "/"
    entries[folder]++
    if (links > 1 && mode ~ /^8/) { if (inode in seen) next; seen[inode] = 1 }
    all += blocks
    if (mode !~ /^8/) next
    own[folder] += blocks
    if (blocks >= 2048) print "F", blocks, time, path
  }
  END {
    for (folder in entries) {
      if (own[folder] >= 2048) print "D", own[folder], entries[folder], folder
      if (entries[folder] >= 1000) print "E", entries[folder], own[folder] + 0, folder
    }
    printf "A %.0f 0 /\n", all
  }')
for kind in A F D E; do printf '%s\n' "$found" | grep "^$kind " | sort -k2,2rn | head -n "$top"; done
:`;

const place = { type: 'string', description: 'Path' } as const;

export default defineProbe({
  name: 'disk.largest',
  summary: 'Which files and directories of a file system hold most bytes, and which directories most entries.',
  params: {
    type: 'object',
    properties: {
      mount: { ...absolutePath, description: 'Where to begin; other file systems below it are left out' },
      top: { type: 'integer', minimum: 1, maximum: 100, default: 10, description: 'How many of each' },
    },
    required: ['mount'],
  },
  result: {
    type: 'object',
    properties: {
      bytes: { type: 'integer', description: 'Bytes of all that was found; less than used: something is hidden' },
      files: {
        type: 'array',
        description: 'Largest files, from 1 MiB on',
        items: {
          type: 'object',
          properties: {
            path: place,
            bytes: { type: 'integer', description: 'Bytes it holds on disk' },
            mtime: { type: 'integer', description: 'Last change of its content, in seconds since 1970' },
          },
          required: ['path', 'bytes', 'mtime'],
        },
      },
      directories: {
        type: 'array',
        description: 'Directories by the bytes of the files right in them, from 1 MiB on',
        items: {
          type: 'object',
          properties: {
            path: place,
            bytes: { type: 'integer', description: 'Bytes of the files right in it' },
            entries: { type: 'integer', description: 'Entries right in it' },
          },
          required: ['path', 'bytes', 'entries'],
        },
      },
      crowded: {
        type: 'array',
        description: 'Directories by their entries, from 1000 on: what eats inodes',
        items: {
          type: 'object',
          properties: {
            path: place,
            entries: { type: 'integer', description: 'Entries right in it' },
            bytes: { type: 'integer', description: 'Bytes of the files right in it' },
          },
          required: ['path', 'entries', 'bytes'],
        },
      },
    },
    required: ['bytes', 'files', 'directories', 'crowded'],
  },
  reads: () => ['disk', 'file'],
  fingerprint: () => null,
  async read(host, { mount, top }) {
    const answer = await host.run({ script, variables: { mount, top: String(top) } });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, `cannot look through ${mount}`));
    return parseTree(answer.stdout) ?? unreadable(`cannot look through ${mount}: stat(1) or awk(1) did not work there`);
  },
});
