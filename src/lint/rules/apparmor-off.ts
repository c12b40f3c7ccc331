import { script } from '../example.ts';
import { commandRule, runs } from '../rule.ts';

export default commandRule({
  id: 'lint/apparmor-off',
  severity: 'error',
  title: 'an AppArmor profile, or all of them, switched off',
  reason:
    'Without its profile a program may do whatever its user may. One rule that is missing is no reason to drop all others.',
  instead: 'add the one rule: apparmor.local_rule, with the rule that apparmor.denials proposes',
  example: {
    bad: script('aa-complain /usr/sbin/nginx'),
    good: 'probes: { denials: { apparmor.denials: { command: nginx, since: 1h } } }\nconclude:\n  - { when: size(denials) > 0, message: "${{ denials.map(d, d.rule).join(\'; \') }}" }',
  },
  finds: ({ argv, writes }) => {
    const disabled = /^\/etc\/apparmor\.d\/(?:disable|force-complain)(?:\/|$)/;
    if (runs(argv, /^(?:ln|cp|mv|touch|install|tee)$/, disabled) || writes.some((file) => disabled.test(file)))
      return 'this keeps the profile from being loaded';
    if (runs(argv, /^aa-(?:disable|teardown|complain|remove-unknown)$/)) return `\`${argv[0]}\` ends a confinement`;
    if (runs(argv, 'apparmor_parser', /^-\w*R|^--remove$/)) return 'this takes the profile out of the kernel';
    const stops = runs(argv, 'systemctl', /^(?:stop|disable|mask)$/, /^apparmor(?:\.service)?$/);
    if (stops || runs(argv, 'service', 'apparmor', 'stop')) return 'this switches AppArmor off';
    return argv.some((word) => /(?:^|[\s"'])apparmor=0\b/.test(word)) && !/grep$/.test(argv[0] ?? '')
      ? 'this boots the host without AppArmor'
      : undefined;
  },
});
