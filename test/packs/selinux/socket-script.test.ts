import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { gatherScript } from '../../../src/packs/selinux/gather-script.ts';
import { readFacts } from '../../../src/packs/selinux/policy-facts.ts';
import { FakeRoot, shells } from './shell-kit.ts';

let root: FakeRoot;
beforeEach(() => {
  root = new FakeRoot();
  root.file('selinux/enforce', '1');
  root.file('selinux/mls', '1');
  for (const [name, permission] of [
    ['dir', 'search'],
    ['sock_file', 'write'],
    ['unix_stream_socket', 'connectto'],
  ]) {
    root.file(`selinux/class/${name}/index`, '7');
    root.file(`selinux/class/${name}/perms/${permission}`, '1');
  }
});
afterEach(() => root.remove());

describe.each(shells.map((shell) => [shell[0], shell] as const))(
  'a socket’s surroundings, under %s',
  (_name, shell) => {
    it('are looked at: what else the directory holds, and what nginx may do to the labels that the rules want', () => {
      const directory = `${root.path}/run/app`;
      for (const name of ['app.sock', "it's $odd (name)", 'sub/db.sock', 'sub/deep/er.sock']) {
        root.file(`run/app/${name}`, '');
      }
      root.program(
        'matchpathcon',
        `[ "$1" = -n ] && shift
      for path; do case $path in
        */db.sock) echo system_u:object_r:mysqld_var_run_t:s0 ;;
        */app.sock) echo system_u:object_r:app_run_t:s0 ;;
        */er.sock) echo system_u:object_r:too_deep_t:s0 ;;
        *) echo '<<none>>' ;;
      esac; done`,
      );
      root.program('ss', 'exit 0');
      root.program('systemctl', 'exit 0');
      const { stdout } = root.run(shell, {
        // Its own test of what lies below /run, for a /run that is somewhere else.
        script: gatherScript.replace('    /run/*|/var/run/*)', `    ${root.path}/run/*)`),
        variables: {
          worker: 'system_u:system_r:httpd_t:s0',
          names: '',
          types: '',
          targets: '',
          paths: `${directory}/app.sock`,
          tcp_ports: '',
          connects: 'no',
        },
      });
      expect(stdout).toContain('\naccess system_u:system_r:httpd_t:s0 app_run_t sock_file write');
      const [socket] = readFacts(stdout, 'httpd_t').sockets;
      expect(socket?.expected).toBe('app_run_t');
      expect(socket?.within).toEqual(['app_run_t', 'mysqld_var_run_t']);
    });
  },
);
