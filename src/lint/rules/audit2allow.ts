import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

export default commandRule({
  id: 'lint/audit2allow',
  severity: 'error',
  title: 'a policy module made of whatever the log holds',
  reason:
    'audit2allow turns every denial that it is given into a rule: those of an attack too, and those that a boolean or a label would cure with less. Over an unfiltered log, or with -a, nobody has read what it allows.',
  instead:
    "take the rules from selinux.remedies, which proves each on the host's own policy, and load the text with selinux.module",
  example: {
    bad: script('ausearch -m AVC --raw | audit2allow -M local'),
    good: 'fix:\n  - selinux.module:\n      name: mendgate_nginx\n      cil: (allow httpd_t http_cache_port_t (tcp_socket (name_connect)))',
  },
  finds: ({ argv, piped, writes }) => {
    if (!runs(argv, 'audit2allow')) return undefined;
    const makes = writes.length > 0 || runs(argv, 'audit2allow', /^-\w*[Mmo]|^--(?:module|output)/);
    // Without a module it only prints.
    if (runs(argv, 'audit2allow', /^(?:-\w*a|--all|-b|--boot)/))
      return makes ? 'this allows everything that was ever denied' : undefined;
    return makes || piped ? 'this makes rules of denials that nobody has read' : undefined;
  },
});
