import { defineProbe, unreadable } from '../../model/probe.ts';
import { fieldFunctions } from '../core/fields.ts';
import { whyNot } from '../core/why-not.ts';
import { parseJournalFiles } from './journal-files.ts';

/** Names of archived files have an @ or end in ~ (systemd-journald.service(8)); only those does a vacuum delete. */
const script = `${fieldFunctions}
[ "$(id -u)" = 0 ] || { echo 'needs root (become: true)' >&2; exit 1; }
for folder in /var/log/journal /run/log/journal; do
  [ -d "$folder" ] || continue
  plain folder "$folder"
  plain mount "$(df -Pk -- "$folder" | sed -n '2s/^.*% \\//\\//p')"
  find "$folder" -type f \\( -name '*.journal' -o -name '*.journal~' \\) -exec stat -c 'file:%b %n' {} + 2>/dev/null
  break
done
plain done 1
`;

export default defineProbe({
  name: 'journal.usage',
  summary: 'How much systemd’s journal holds, where, and how much of that a vacuum could take.',
  params: { type: 'object', properties: {} },
  result: {
    type: 'object',
    properties: {
      exists: { type: 'boolean', description: 'There is a journal' },
      persistent: { type: 'boolean', description: 'It lies in /var/log/journal, so it outlives a reboot' },
      path: { type: 'string', description: 'Its directory; empty without one' },
      mount: { type: 'string', description: 'File system it lies on; empty without one' },
      bytes: { type: 'integer', description: 'Bytes on disk' },
      archived_bytes: {
        type: 'integer',
        description: 'Bytes of archived files: all that journalctl --vacuum-… deletes',
      },
    },
    required: ['exists', 'persistent', 'path', 'mount', 'bytes', 'archived_bytes'],
  },
  reads: () => ['disk', 'journal', 'file:/var/log/journal/*'],
  fingerprint: ({ path, mount }) => ({ path, mount }),
  async read(host) {
    const answer = await host.run({ script });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, 'cannot look at the journal’s files'));
    return parseJournalFiles(answer.stdout) ?? unreadable('cannot look at the journal’s files: the look broke off');
  },
});
