import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

export default commandRule({
  id: 'lint/permissive-domain',
  severity: 'error',
  title: 'a domain made permissive, and left so',
  reason:
    '`semanage permissive -a` is kept as a policy module (permissive_DOMAIN_t) and outlives reboots. It may be good for collecting what else would be denied, if its end is armed before it begins.',
  instead:
    'let selinux.remedies foresee the second denial; or arm the way back first: systemd-run --on-active=120 semanage permissive -d DOMAIN_t',
  example: {
    bad: script('semanage permissive -a httpd_t'),
    good: script('systemd-run --on-active=120 semanage permissive -d httpd_t\nsemanage permissive -a httpd_t'),
  },
  finds: ({ argv }, { commands }) => {
    if (!runs(argv, 'semanage', 'permissive', /^(?:-a|--add)$/)) return undefined;
    const armed = commands.some((other) => runs(other.argv, 'semanage', 'permissive', /^(?:-d|--delete)$/));
    return armed ? undefined : 'this domain stays permissive: nothing here ends it';
  },
});
