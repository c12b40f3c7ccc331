import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

export default commandRule({
  id: 'lint/unreviewed-module',
  severity: 'error',
  title: 'a policy module whose rules nobody sees',
  reason:
    'A compiled module (.pp) says nothing about what it allows: neither the runbook nor its plan can be reviewed.',
  instead: 'load the rules as text: selinux.module: { name: …, cil: … }; the plan shows them, and undo takes them away',
  example: {
    bad: script('semodule -i /root/local.pp'),
    good: 'fix:\n  - selinux.module:\n      name: mendgate_nginx\n      cil: (allow httpd_t http_cache_port_t (tcp_socket (name_connect)))',
  },
  finds: ({ argv }) =>
    runs(argv, 'semodule', /^(?:-\w*i.*|--install.*)$/) ? 'nobody can see what this module allows' : undefined,
});
