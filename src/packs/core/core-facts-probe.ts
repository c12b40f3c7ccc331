import { defineProbe, unreadable } from '../../model/probe.ts';
import { bytes, fieldFunctions, integer, parseFields, word } from './fields.ts';
import { osFamilies, osFamily, parseOsRelease } from './os-release.ts';
import { whyNot } from './why-not.ts';

const script = `${fieldFunctions}
for f in /etc/os-release /usr/lib/os-release; do
  if [ -r "$f" ]; then hex os_release <"$f"; break; fi
done
read -r machine_id 2>/dev/null </etc/machine-id && plain machine_id "$machine_id"
read -r boot_id 2>/dev/null </proc/sys/kernel/random/boot_id && plain boot_id "$boot_id"
plain user "$(id -un 2>/dev/null)"
plain uid "$(id -u)"
plain kernel "$(uname -r)"
plain hostname "$(uname -n)"
plain clock "$(date '+%s %z')"
if [ -e /run/ostree-booted ]; then plain ostree 1; fi
:`;

export default defineProbe({
  name: 'core.facts',
  summary: 'What the host is: distribution, kernel, who is asking, and its clock.',
  params: { type: 'object', properties: {} },
  result: {
    type: 'object',
    properties: {
      family: { type: 'string', enum: osFamilies, description: 'Kind of distribution, by its package tools' },
      id: { type: 'string', description: 'ID of os-release: debian, ubuntu, rhel, rocky, fedora, alpine, …' },
      version: { type: 'string', description: 'VERSION_ID of os-release; empty on rolling distributions' },
      name: { type: 'string', description: 'PRETTY_NAME of os-release' },
      id_like: { type: 'array', items: { type: 'string' }, description: 'ID_LIKE of os-release' },
      kernel: { type: 'string', description: 'Kernel release' },
      hostname: { type: 'string', description: 'Name the host has for itself' },
      user: { type: 'string', description: 'User who runs the probes here (after become)' },
      uid: { type: 'integer', description: 'That user, as a number; 0 is root' },
      machine_id: { type: 'string', description: 'Id that survives reboots; absent where there is none' },
      boot_id: { type: 'string', description: 'Id of this boot' },
      epoch: { type: 'integer', description: "The host's clock, in seconds since 1970" },
      utc_offset: { type: 'integer', description: "Seconds that the host's local time is ahead of UTC" },
      ostree: { type: 'boolean', description: 'An image-based system (ostree, bootc): /usr is read-only' },
    },
    required: [
      'family',
      'id',
      'version',
      'name',
      'id_like',
      'kernel',
      'hostname',
      'user',
      'uid',
      'epoch',
      'utc_offset',
      'ostree',
    ],
  },
  reads: () => ['facts'],
  fingerprint: ({ id, version, machine_id }) => ({ id, version, machine_id: machine_id ?? '' }),
  async read(host) {
    const answer = await host.run({ script });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, 'the host told nothing about itself'));
    const fields = parseFields(answer.stdout);
    const release = parseOsRelease(bytes(fields, 'os_release')?.toString('utf8') ?? '');
    const clock = /^(\d{1,12}) ([+-])(\d\d)(\d\d)$/.exec(word(fields, 'clock') ?? '');
    const uid = integer(fields, 'uid');
    const kernel = word(fields, 'kernel');
    if (clock === null || uid === undefined || kernel === undefined) {
      return unreadable('the host does not tell its clock, user or kernel: date, id and uname are needed');
    }
    const [, epoch, sign, hours, minutes] = clock;
    const machineId = word(fields, 'machine_id');
    const bootId = word(fields, 'boot_id');
    return {
      ...release,
      family: osFamily(release.id, release.id_like),
      kernel,
      hostname: word(fields, 'hostname') ?? '',
      user: word(fields, 'user') ?? String(uid),
      uid,
      ...(machineId === undefined ? {} : { machine_id: machineId }),
      ...(bootId === undefined ? {} : { boot_id: bootId }),
      epoch: Number(epoch),
      utc_offset: (sign === '-' ? -1 : 1) * (Number(hours) * 3600 + Number(minutes) * 60),
      ostree: word(fields, 'ostree') === '1',
    };
  },
});
