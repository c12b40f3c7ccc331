import { script } from '../example.ts';
import { commandRule, type Finding, runs } from '../rule.ts';
import type { View } from '../view.ts';

const message = 'the next reboot takes this back, and the fault returns';

export default commandRule({
  id: 'lint/boolean-not-persistent',
  severity: 'warning',
  title: 'a boolean that is off again after the next reboot',
  reason:
    'setsebool without -P changes the running policy only. As a fix it is one until the next reboot, which nobody connects with it.',
  instead: 'selinux.boolean: { name: …, value: true }, which is persistent unless told otherwise',
  example: {
    bad: script('setsebool httpd_can_network_relay on'),
    good: 'fix:\n  - selinux.boolean: { name: httpd_can_network_relay, value: true }',
  },
  finds: ({ argv }, { call }) =>
    call.role === 'fix' && runs(argv, 'setsebool') && !runs(argv, 'setsebool', /^-\w*P/) ? message : undefined,
  also: ({ calls }: View) =>
    calls.flatMap(({ role, call, params, path }): readonly Finding[] =>
      role === 'fix' && call === 'selinux.boolean' && params['persistent'] === false
        ? [{ path: [...path, call, 'persistent'], message }]
        : [],
    ),
});
