import { defineProbe, unreadable } from '../../model/probe.ts';
import { lineOf, linesOf } from './answer-lines.ts';
import { kernelFunctions, parseAccess } from './kernel-access.ts';
import { portNumber, protocolName, typeName } from './schemas.ts';

/**
 * Prints `process DOMAIN COMM` for what runs, the kernel's answers about name_bind for each domain, and
 * `listener DOMAIN PID COMM` for who listens on the port; `ss no` when that could not be asked.
 */
const script = `${kernelFunctions}
[ -e "$fs/enforce" ] && echo 'selinux yes' || { echo 'selinux no'; exit 0; }
running='' seen=''
for p in /proc/[0-9]*; do
  context='' comm=''
  { read -r context < "$p/attr/current"; read -r comm < "$p/comm"; } 2>/dev/null
  case $context in *:*:*) ;; *) continue ;; esac
  d=\${context#*:}; d=\${d#*:}; d=\${d%%:*}
  case " $running " in *" $d "*) ;; *) running="$running $d" ;; esac
  case "$seen" in *"|$d $comm|"*) ;; *) seen="$seen|$d $comm|"; echo "process $d $comm" ;; esac
done
for d in $running; do
  for t in "$type" ssh_port_t dns_port_t; do ask "$d" "$t" "\${protocol}_socket" name_bind; done
done
case $protocol in udp) flags=-lunpZ ;; *) flags=-ltnpZ ;; esac
if command -v ss >/dev/null 2>&1; then
  ss $flags 2>/dev/null | sed -n "s/^[A-Z]* *[0-9]* *[0-9]* *[^ ]*:$port .*((\\"\\([^\\"]*\\)\\",pid=\\([0-9]*\\),proc_ctx=[^:,)]*:[^:,)]*:\\([^:,)]*\\).*/listener \\3 \\2 \\1/p"
else
  echo 'ss no'
fi
exit 0
`;

export default defineProbe({
  name: 'selinux.port_users',
  summary: 'Which running services may bind a port type, and who listens on a port: who would suffer from a new label.',
  params: {
    type: 'object',
    properties: { port: portNumber, protocol: protocolName, type: typeName },
    required: ['port', 'type'],
  },
  result: {
    type: 'object',
    properties: {
      running: {
        type: 'array',
        items: { type: 'string' },
        description: 'Running domains that own the type, with their programs; unconfined ones own nothing',
      },
      listeners: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            domain: { type: 'string', description: 'SELinux type of the process' },
            pid: { type: 'integer', description: 'Process id' },
            comm: { type: 'string', description: 'Name of the program' },
          },
          required: ['domain', 'pid', 'comm'],
        },
        description: 'Who listens on the port now; other users’ processes need root',
      },
    },
    required: ['running', 'listeners'],
  },
  reads: ({ protocol }) => ['selinux.policy', `${protocol}:*`, 'processes'],
  async read(host, { port, protocol, type }) {
    const answer = await host.run({ script, variables: { port: String(port), protocol, type }, timeoutMs: 60_000 });
    return readPortUsers(answer.stdout, type);
  },
});

/** What the script's lines say. */
export function readPortUsers(stdout: string, type: string) {
  if (lineOf(stdout, 'selinux') !== 'yes') return unreadable('SELinux is disabled: ports have no owners');
  if (lineOf(stdout, 'ss') === 'no') return unreadable('ss(8) is needed: install the package iproute (iproute2)');
  const answers = linesOf(stdout, 'access').flatMap((line) => parseAccess(line) ?? []);
  const may = (domain: string, target: string) =>
    answers.some((answer) => answer.source === domain && answer.target === target && answer.allowed === 'yes');
  const programs = new Map<string, string[]>();
  for (const line of linesOf(stdout, 'process')) {
    const space = line.indexOf(' ');
    const domain = line.slice(0, space);
    if (!may(domain, type) || (may(domain, 'ssh_port_t') && may(domain, 'dns_port_t'))) continue;
    programs.set(domain, [...(programs.get(domain) ?? []), line.slice(space + 1)]);
  }
  const listeners = linesOf(stdout, 'listener').flatMap((line) => {
    const [, domain = '', pid = '', comm = ''] = /^([\w.]{1,127}) (\d{1,10}) (.{0,64})$/.exec(line) ?? [];
    return domain === '' ? [] : [{ domain, pid: Number(pid), comm }];
  });
  return { running: [...programs].map(([domain, names]) => `${domain} (${names.join(', ')})`), listeners };
}
