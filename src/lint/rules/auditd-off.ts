import { script } from '../example.ts';
import { commandRule, type Finding, runs } from '../rule.ts';
import type { View } from '../view.ts';

const message = 'nobody can tell any more what was denied, or who did what';

export default commandRule({
  id: 'lint/auditd-off',
  severity: 'error',
  title: 'the audit log switched off',
  reason:
    "The audit log is where denials stand, and the only one that an application cannot write into. Without it nothing is proved, this runbook's own work too.",
  instead: 'leave it on; against floods of one record, exclude that record: auditctl -a never,exclude -F msgtype=…',
  example: {
    bad: script('systemctl stop auditd'),
    good: 'probes: { denials: { selinux.denials: { command: nginx, since: 1h } } }\nverify: { that: size(denials) == 0 }',
  },
  finds: ({ argv }) => {
    if (runs(argv, 'systemctl', /^(?:stop|disable|mask|kill)$/, /^auditd(?:\.service)?$/)) return message;
    if (runs(argv, 'service', 'auditd', 'stop')) return message;
    if (runs(argv, 'auditctl', /^-e0?$/, '0') || runs(argv, 'auditctl', '-e0')) return message;
    return runs(argv, 'auditctl', '-D') ? 'this deletes all audit rules' : undefined;
  },
  also: ({ calls }: View) =>
    calls.flatMap(({ role, call, params, path }): readonly Finding[] => {
      const off = params['state'] === 'stopped' || params['enabled'] === false;
      const isAudit = /^auditd(?:\.service)?$/.test(String(params['name']));
      return role === 'fix' && call === 'service.state' && isAudit && off ? [{ path: [...path, call], message }] : [];
    }),
});
