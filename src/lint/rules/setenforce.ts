import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

export default commandRule({
  id: 'lint/setenforce',
  severity: 'error',
  title: 'SELinux switched to permissive for the whole host',
  reason:
    'Every domain of the host loses its confinement at once, and nothing puts it back but a reboot or somebody who remembers. It also hides which rule was missing.',
  instead:
    'ask what is denied and allow just that: selinux.remedies, then selinux.boolean, selinux.port or selinux.module',
  example: {
    bad: script('setenforce 0'),
    good: 'fix:\n  - selinux.boolean: { name: httpd_can_network_relay, value: true }',
  },
  finds: ({ argv }) =>
    runs(argv, 'setenforce', /^(?:0|permissive)$/i) ? 'this takes SELinux away from the whole host' : undefined,
});
