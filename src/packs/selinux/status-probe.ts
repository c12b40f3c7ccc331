import { defineProbe } from '../../model/probe.ts';
import { lineOf, linesOf } from './answer-lines.ts';

/** Prints `KEY VALUE` lines; a line that is missing was not readable. Works for every user, without any tool. */
const script = `
fs=\${fs:-/sys/fs/selinux} config=\${config:-/etc/selinux/config}
show() { v=''; { read -r v < "$2"; } 2>/dev/null; [ -z "$v" ] || printf '%s %s\\n' "$1" "$v"; }
[ -d "$fs" ] && [ -e "$fs/enforce" ] && echo 'mounted yes' || echo 'mounted no'
show enforce "$fs/enforce"; show version "$fs/policyvers"; show mls "$fs/mls"; show deny_unknown "$fs/deny_unknown"
sed -n -e 's/^SELINUX=[[:space:]]*/configured /p' -e 's/^SELINUXTYPE=[[:space:]]*/policy /p' "$config" 2>/dev/null
command -v getenforce >/dev/null 2>&1 && echo "getenforce $(getenforce 2>/dev/null)"
[ ! -e /run/ostree-booted ] || echo 'image_based yes'
if [ "$(id -u)" -eq 0 ]; then
  for m in /var/lib/selinux/*/active/modules/*/permissive_* /etc/selinux/*/active/modules/*/permissive_*; do
    [ -d "$m" ] && echo "permissive \${m##*/permissive_}"
  done
  echo 'permissive-read yes'
fi
exit 0
`;

export default defineProbe({
  name: 'selinux.status',
  summary: 'Whether SELinux enforces, and which policy.',
  params: { type: 'object', properties: {} },
  result: {
    type: 'object',
    properties: {
      mode: {
        type: 'string',
        enum: ['enforcing', 'permissive', 'disabled'],
        description: 'What the kernel does now; disabled also when it has no SELinux',
      },
      configured: { type: 'string', description: 'What /etc/selinux/config asks for at the next boot' },
      policy: { type: 'string', description: 'Name of the policy, e.g. targeted; empty without SELinux' },
      policy_version: { type: 'integer', description: 'Version of the loaded policy’s format' },
      mls: { type: 'boolean', description: 'Contexts have a level' },
      deny_unknown: { type: 'boolean', description: 'Permissions that the policy does not know are denied' },
      fs_mounted: { type: 'boolean', description: 'selinuxfs can be read, so the kernel can be asked' },
      permissive_domains: {
        type: 'array',
        items: { type: 'string' },
        description: 'Domains made permissive by `semanage permissive`; left out without root',
      },
      image_based: {
        type: 'boolean',
        description: 'An ostree system: persistent changes would freeze its policy at today’s version',
      },
    },
    required: ['mode', 'policy', 'fs_mounted', 'image_based'],
  },
  reads: () => ['selinux.policy', 'file:/etc/selinux/config'],
  async read(host) {
    const answer = await host.run({ script });
    return readStatus(answer.stdout);
  },
});

/** What the script's lines say. */
function readStatus(stdout: string) {
  const version = lineOf(stdout, 'version');
  const mls = lineOf(stdout, 'mls');
  const denyUnknown = lineOf(stdout, 'deny_unknown');
  const configured = lineOf(stdout, 'configured')?.trim();
  const mode = modeOf(lineOf(stdout, 'enforce'), lineOf(stdout, 'getenforce'));
  return {
    mode,
    policy: mode === 'disabled' ? '' : (lineOf(stdout, 'policy')?.trim() ?? ''),
    fs_mounted: lineOf(stdout, 'mounted') === 'yes',
    image_based: lineOf(stdout, 'image_based') === 'yes',
    ...(configured === undefined ? {} : { configured }),
    ...(version !== undefined && /^\d{1,4}$/.test(version) ? { policy_version: Number(version) } : {}),
    ...(mls === undefined ? {} : { mls: mls === '1' }),
    ...(denyUnknown === undefined ? {} : { deny_unknown: denyUnknown === '1' }),
    ...(lineOf(stdout, 'permissive-read') === 'yes'
      ? { permissive_domains: [...new Set(linesOf(stdout, 'permissive'))] }
      : {}),
  };
}

function modeOf(enforce: string | undefined, getenforce: string | undefined): 'enforcing' | 'permissive' | 'disabled' {
  if (enforce === '1' || (enforce === undefined && getenforce === 'Enforcing')) return 'enforcing';
  if (enforce === '0' || (enforce === undefined && getenforce === 'Permissive')) return 'permissive';
  return 'disabled';
}
