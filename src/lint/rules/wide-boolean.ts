import { commandRule, type Finding, runs } from '../rule.ts';
import type { View } from '../view.ts';

/** What each of them opens besides. */
const wide: Readonly<Record<string, string>> = {
  nis_enabled: 'every daemon may connect to any port, and bind many',
  allow_ypbind: 'every daemon may connect to any port, and bind many',
  daemons_enable_cluster_mode: 'every daemon may do what cluster software does',
  httpd_use_openstack: "the web server may do what the cloud's services do",
  httpd_can_connect_ftp: 'the web server may connect to FTP servers and all ephemeral ports',
  httpd_unified: 'the web server may write and run all of its content',
  httpd_execmem: 'the web server may run memory that it has written',
};

const list = Object.keys(wide).join('|');
const switchedOn = new RegExp(`^(${list})(?:=(?:1|on|true))?$`);

export default commandRule({
  id: 'lint/wide-boolean',
  severity: 'error',
  title: 'a boolean that happens to help, and opens far more',
  reason:
    'Some booleans allow a connection by the way: nis_enabled lets every daemon of the host connect anywhere. They are found by trying, or by an audit2why that lists all that would do.',
  instead: 'let selinux.remedies choose: it names the remedy that opens least, with what it opens',
  example: {
    bad: 'fix:\n  - selinux.boolean: { name: nis_enabled, value: true }',
    good: 'fix:\n  - selinux.boolean: { name: httpd_can_network_relay, value: true }',
  },
  finds: ({ argv }) => {
    const name = argv.flatMap((word) => switchedOn.exec(word)?.[1] ?? [])[0];
    if (name === undefined || !runs(argv, 'setsebool') || runs(argv, 'setsebool', /^(?:0|off|false)$/))
      return undefined;
    return `\`${name}\`: ${wide[name]}`;
  },
  also: ({ calls }: View) =>
    calls.flatMap(({ role, call, params, path }): readonly Finding[] => {
      const name = String(params['name']);
      if (role === 'probe' || call !== 'selinux.boolean' || params['value'] === false || !Object.hasOwn(wide, name))
        return [];
      return [{ path: [...path, call, 'name'], message: `\`${name}\`: ${wide[name]}` }];
    }),
});
