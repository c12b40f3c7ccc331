import { script } from '../example.ts';
import { commandRule, type Finding, runs } from '../rule.ts';
import type { View } from '../view.ts';

const units = /^(?:firewalld|nftables|iptables|ip6tables|ufw)(?:\.service)?$/;
const message = 'everything that listens on this host can be reached then';

export default commandRule({
  id: 'lint/firewall-off',
  severity: 'error',
  title: 'the firewall switched off',
  reason:
    'Every service of the host is open to whoever can reach it, not only the one in question, and nothing says for how long.',
  instead: 'open the one port for the one zone or source: firewall-cmd --zone=… --add-port=…',
  example: {
    bad: script('systemctl stop firewalld'),
    good: script('firewall-cmd --zone=internal --add-port=8081/tcp'),
  },
  finds: ({ argv }) => {
    if (runs(argv, 'systemctl', /^(?:stop|disable|mask)$/, units)) return message;
    if (runs(argv, 'service', units, 'stop')) return message;
    if (runs(argv, /^ip6?tables$/, /^(?:-F|--flush)$/) || runs(argv, 'nft', 'flush', 'ruleset')) return message;
    if (runs(argv, /^ip6?tables$/, /^(?:-P|--policy)$/, /^(?:INPUT|FORWARD)$/, 'ACCEPT')) return message;
    return runs(argv, 'ufw', /^(?:disable|reset)$/) ? message : undefined;
  },
  also: ({ calls }: View) =>
    calls.flatMap(({ role, call, params, path }): readonly Finding[] => {
      const off = params['state'] === 'stopped' || params['enabled'] === false;
      return role === 'fix' && call === 'service.state' && off && units.test(String(params['name']))
        ? [{ path: [...path, call], message }]
        : [];
    }),
});
