import { defineProbe, unreadable } from '../../model/probe.ts';
import { type Fields, fieldFunctions, parseFields, text, word, words } from '../core/fields.ts';
import { firstLine, whyNot } from '../core/why-not.ts';
import { type Daemons, daemonUnits, readDaemons } from './daemons.ts';
import { type Following, readChrony, readNtp, readTimesyncd } from './follows.ts';

/** Programs that take a step of the clock badly: databases and members of clusters. */
const sensitive =
  'postgres|postmaster|mysqld|mariadbd|mongod|oracle|ora_pmon_.*|db2sysc|redis-server|etcd|consul|cockroach|corosync|ceph-mon|ceph-osd|beam.smp|influxd';

/** Nothing is asked of a daemon that does not run: timedatectl would have others started. */
const script = `${fieldFunctions}
shown=$(systemctl show -p Id,LoadState,ActiveState,UnitFileState -- ${daemonUnits.join(' ')} 2>&1); rc=$?
plain rc "$rc"
printf '%s\\n' "$shown" | hex units
[ "$rc" = 0 ] || exit 0
case $shown in
  *'Id=chrony'*)
    chronyc -c -n tracking 2>&1 | hex tracking
    chronyc -c -n sources 2>/dev/null | hex sources ;;
esac
if systemctl -q is-active systemd-timesyncd.service; then
  timedatectl timesync-status --no-pager 2>&1 | hex timesync
  [ -e /run/systemd/timesync/synchronized ] && plain flag 1
fi
command -v ntpq >/dev/null 2>&1 && ntpq -pn 2>&1 | hex peers
plain virtual "$(systemd-detect-virt --vm 2>/dev/null)"
plain container "$(systemd-detect-virt --container 2>/dev/null)"
[ "$(sed -n 3p /etc/adjtime 2>/dev/null)" = LOCAL ] && plain local_rtc 1
for name in /proc/[0-9]*/comm; do { read -r comm < "$name" && printf '%s\\n' "$comm"; } 2>/dev/null; done |
  grep -xE '${sensitive}' | sort -u | while read -r comm; do plain sensitive "$comm"; done
:`;

const names = { type: 'array', items: { type: 'string' } } as const;

export default defineProbe({
  name: 'time.sync',
  summary: 'What keeps the host’s clock, whether it follows a source, and how far the clock is off.',
  params: { type: 'object', properties: {} },
  result: {
    type: 'object',
    properties: {
      installed: { ...names, description: 'Units of time daemons that are there and not masked' },
      masked: { ...names, description: 'Units of time daemons that are masked' },
      running: { ...names, description: 'Those that run; two fight over the clock' },
      starter: { type: 'string', description: 'Which one to start where none runs; empty where a person must choose' },
      synchronized: { type: 'boolean', description: 'The daemon that runs follows a source' },
      offset: { type: 'number', description: 'Seconds that the clock is off, by that source; absent when unknown' },
      sources: {
        type: 'array',
        description: 'Its sources',
        items: {
          type: 'object',
          properties: {
            name: { type: 'string', description: 'Address or name' },
            reachable: { type: 'boolean', description: 'Some of its last eight answers came' },
            selected: { type: 'boolean', description: 'The daemon follows it' },
          },
          required: ['name', 'reachable', 'selected'],
        },
      },
      steppable: { type: 'boolean', description: 'The daemon can be told to step the clock (chronyd)' },
      virtual: { type: 'string', description: 'Kind of virtual machine: kvm, vmware, …; none' },
      container: { type: 'boolean', description: 'It is a container: the clock is its host’s' },
      local_rtc: { type: 'boolean', description: 'The hardware clock is taken for local time' },
      sensitive: { ...names, description: 'Running programs that take a step of the clock badly: databases, clusters' },
    },
    required: [
      'installed',
      'masked',
      'running',
      'starter',
      'synchronized',
      'sources',
      'steppable',
      'virtual',
      'container',
      'local_rtc',
      'sensitive',
    ],
  },
  reads: () => ['time', ...daemonUnits.map((unit) => `service:${unit.replace(/\.service$/, '')}`)],
  fingerprint: ({ installed, masked, running, starter, synchronized, container }) => ({
    installed,
    masked,
    running,
    starter,
    synchronized,
    container,
  }),
  async read(host) {
    const answer = await host.run({ script });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, 'cannot look at the clock'));
    const fields = parseFields(answer.stdout);
    const shown = text(fields, 'units') ?? '';
    if (word(fields, 'rc') !== '0')
      return unreadable(`cannot look for time daemons: ${firstLine(shown) || 'no systemctl'}`);
    const daemons = readDaemons(shown);
    if (daemons === undefined) return unreadable('cannot look for time daemons: systemctl gave no answer');
    const following = followingOf(daemons, fields);
    if (following === undefined)
      return unreadable(`${daemons.running[0]} runs, and does not tell what it follows${said(daemons, fields)}`);
    const { kind, ...units } = daemons;
    const { container, virtual } = {
      container: word(fields, 'container') ?? 'none',
      virtual: word(fields, 'virtual') ?? 'none',
    };
    return {
      ...units,
      ...following,
      steppable: kind === 'chrony',
      virtual,
      container: container !== 'none',
      local_rtc: word(fields, 'local_rtc') === '1',
      sensitive: words(fields, 'sensitive'),
    };
  },
});

/** What the daemon that runs tells; without one nothing is followed. Absent where it runs and cannot be asked. */
function followingOf({ kind }: Daemons, fields: Fields): Following | undefined {
  const told = (name: string): string => text(fields, name) ?? '';
  switch (kind) {
    case undefined:
      return { synchronized: false, sources: [] };
    case 'chrony':
      return readChrony(told('tracking'), told('sources'));
    case 'timesyncd':
      return readTimesyncd(told('timesync'), word(fields, 'flag') === '1');
    case 'ntp':
      return readNtp(told('peers'));
    case 'openntpd':
      return undefined;
  }
}

function said({ kind }: Daemons, fields: Fields): string {
  const name = kind === 'chrony' ? 'tracking' : kind === 'timesyncd' ? 'timesync' : 'peers';
  const line = firstLine(text(fields, name) ?? '');
  return line === '' ? '' : `: ${line}`;
}
