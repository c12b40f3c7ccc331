import { describe, expect, it } from 'vitest';
import { parseAvc } from '../../../src/packs/selinux/avc.ts';
import { mergeDenials } from '../../../src/packs/selinux/denials.ts';
import { readFacts } from '../../../src/packs/selinux/policy-facts.ts';
import { findRemedies } from '../../../src/packs/selinux/remedies.ts';
import { isComplete, readUpstreams } from '../../../src/packs/selinux/upstreams.ts';
import { factsOf, httpd, type SimulatedPolicy, type SimulatedSocket } from './simulated-policy.ts';

const fedora: SimulatedPolicy = { family: 'fedora' };
const debian: SimulatedPolicy = { family: 'refpolicy' };

function remedies(policy: SimulatedPolicy, socket: SimulatedSocket, audit: readonly string[] = []) {
  const listed = [{ kind: 'unix', peer: `unix:${socket.path}`, path: socket.path }];
  return findRemedies(readFacts(factsOf({ ...policy, sockets: [socket] }), httpd), {
    worker: httpd,
    denials: mergeDenials(audit.flatMap((line) => parseAvc(line) ?? [])),
    upstreams: readUpstreams(listed),
    complete: isComplete(listed),
    prefer: 'least-reach',
  });
}
const rules = ({ sockets, modules }: ReturnType<typeof remedies>) => [
  ...sockets.flatMap((socket) => socket.modules.map(({ cil }) => cil)),
  ...modules.map(({ cil }) => cil),
];
const labels = ({ sockets }: ReturnType<typeof remedies>) =>
  sockets.flatMap(({ fcontexts }) =>
    fcontexts.map(({ path, type, rule }) => `${rule ? 'rule' : 'put back'} ${path} ${type}`),
  );
const why = ({ unsolved }: ReturnType<typeof remedies>) => unsolved.map((each) => each.why).join();

const db = { path: '/run/mysqld/mysqld.sock', listener: 'mysqld_t' };
const service = 'mysqld_var_run_t';

describe('a socket whose owner the rules know', () => {
  it('gets its own label back, and what nginx may not do to that becomes a rule', () => {
    const socket = { ...db, directoryType: service, directoryExpected: service, type: 'var_run_t', expected: service };
    const found = remedies(fedora, socket);
    expect(labels(found)).toEqual([`put back /var/run/mysqld/mysqld\\.sock ${service}`]);
    expect(rules(found)).toEqual([`(allow httpd_t ${service} (sock_file (write)))\n`]);
    expect(found.sockets[0]?.title).toBe(
      `put back the label ${service} of /run/mysqld/mysqld.sock, and allow httpd_t write on ${service}`,
    );
    expect(found.sockets[0]?.reach_text).toContain(`writing to every socket labelled ${service}`);
    expect(found.sockets[0]?.files).toEqual([]);
  });

  it('its directory gets its own label back too, and at the next boot', () => {
    const socket = {
      ...db,
      directoryType: 'var_run_t',
      directoryExpected: service,
      type: 'var_run_t',
      expected: service,
    };
    const found = remedies(fedora, socket);
    expect(labels(found)).toEqual([`put back /var/run/mysqld ${service}`]);
    expect(found.sockets[0]?.title).toContain('/run/mysqld, and the labels of what is in it');
    expect(found.sockets[0]?.files.map(({ path }) => path)).toEqual(['/etc/tmpfiles.d/mendgate-mysqld.conf']);
  });

  it('needs no semanage, and no package, for what restorecon does', () => {
    const web = 'httpd_var_run_t';
    const socket = {
      path: '/run/php-fpm/www.sock',
      listener: 'httpd_t',
      directoryType: 'var_run_t',
      directoryExpected: web,
      type: 'var_run_t',
      expected: web,
    };
    const found = remedies({ ...fedora, semanage: false }, socket);
    expect(labels(found)).toEqual([`put back /var/run/php-fpm ${web}`]);
    expect(rules(found)).toEqual([]);
    expect([found.packages, found.unsolved, found.sockets[0]?.proved_by]).toEqual([[], [], 'kernel']);
  });

  it('stays as it is in a directory with a general label, and gets a rule', () => {
    const socket = { ...db, directoryType: 'var_run_t', type: service, expected: service };
    const found = remedies(fedora, socket);
    expect([labels(found), rules(found)]).toEqual([[], [`(allow httpd_t ${service} (sock_file (write)))\n`]]);
    expect(found.modules[0]?.reach_text).toBe(
      `writing to every socket labelled ${service} for every httpd_t process, as far as its rights allow`,
    );
  });

  it('behind a directory of nobody that nginx may not enter: no rule would be narrow', () => {
    const socket = { ...db, directoryType: 'initrc_runtime_t', type: 'mysqld_runtime_t', expected: 'mysqld_runtime_t' };
    const found = remedies(debian, socket);
    expect([labels(found), rules(found)]).toEqual([[], []]);
    expect(why(found)).toContain('directory of its own');
  });

  it.each(['tmp_t', 'user_home_t'])('behind a directory that was moved there as %s: no rule opens that', (type) => {
    const socket = { ...db, directoryType: type, type: service, expected: service };
    const closed = `access ${httpd} system_u:object_r:${type}:s0 dir search 1 0 ffffffff 0 ffffffff 7 0`;
    expect(rules(remedies({ ...debian, lines: [closed] }, socket))).not.toContainEqual(expect.stringContaining(type));
  });
});

describe('a directory that is somebody else’s', () => {
  it.each<[string, Omit<SimulatedSocket, 'path'>]>([
    ['by its label', { directoryType: service, type: 'var_run_t' }],
    ['by the rules', { directoryType: 'var_run_t', directoryExpected: service, type: 'var_run_t' }],
    ['by the label of its socket', { directoryType: 'var_run_t', type: service }],
    ['by what else is in it', { directoryType: 'var_run_t', type: 'var_run_t', within: ['var_run_t', service] }],
    ['of a container', { directoryType: 'var_run_t', type: 'container_file_t' }],
  ])('is never given the web server’s label: %s', (_title, kind) => {
    for (const policy of [fedora, debian]) {
      const found = remedies(policy, { path: '/run/mysqld/app.sock', ...kind, listener: 'httpd_t' });
      expect([labels(found), rules(found)]).toEqual([[], []]);
      expect(why(found)).toMatch(/\/run\/mysqld belongs to \w+, or holds what does: .*directory of its own/);
    }
  });

  it.each([
    '/run/systemd/resolve/app.sock',
    '/run/systemd/app/app.sock',
    '/run/dbus/app.sock',
    '/run/user/1000/app.sock',
    '/run/user/1000/app/app.sock',
    '/run/lock/app/app.sock',
    '/run/udev/app.sock',
    '/var/run/lock/app.sock',
    '/run/app.sock',
  ])('is not relabelled where it is the system’s or everybody’s: %s', (path) => {
    const found = remedies(fedora, { path, directoryType: 'var_run_t', type: 'var_run_t', listener: 'httpd_t' });
    expect(labels(found)).toEqual([]);
    expect(found.unsolved).toHaveLength(1);
  });

  it.each(['/run/lockers/app.sock', '/run/user-portal/app.sock', '/run/systemd-app/app.sock'])(
    'is not taken for the system’s by its first letters: %s',
    (path) => {
      const found = remedies(debian, { path, directoryType: 'var_run_t', type: 'var_run_t', listener: 'httpd_t' });
      expect(labels(found)).toEqual([`rule ${path.slice(0, path.lastIndexOf('/'))}(/.*)? httpd_runtime_t`]);
    },
  );
});

describe('what is never opened', () => {
  const web = { directoryType: 'httpd_var_run_t', type: 'httpd_var_run_t' };

  it.each([
    ['container_runtime_t', /container engine is root/],
    ['docker_t', /container engine is root/],
    ['dockerd_t', /container engine is root/],
    ['spc_t', /container engine is root/],
    ['virtd_t', /start machines/],
    ['virtqemud_t', /start machines/],
    ['init_t', /system itself/],
    ['kernel_t', /system itself/],
    ['systemd_logind_t', /system itself/],
    ['system_dbusd_t', /systemd and polkit/],
    ['unconfined_t', /in a login/],
    ['policykit_t', /acts as root/],
  ])('connecting to %s, and it is said why', (listener, reason) => {
    const policy = {
      ...fedora,
      lines: [
        `access ${httpd} system_u:system_r:${listener}:s0 unix_stream_socket connectto 1 0 ffffffff 0 ffffffff 7 0`,
      ],
    };
    for (const label of [web, { directoryType: 'var_run_t', type: 'var_run_t' }]) {
      const found = remedies(policy, { path: '/run/app/app.sock', ...label, listener });
      expect([labels(found), rules(found)]).toEqual([[], []]);
      expect(found.unsolved).toEqual([
        { access: 'reach the socket /run/app/app.sock', why: expect.stringMatching(reason) },
      ]);
      expect(why(found)).toContain(listener);
    }
  });

  it.each(['unconfined_service_t', 'initrc_t', 'tomcat_t', 'container_t', 'systemd_socket_proxyd_t'])(
    'but applications are: %s',
    (listener) => {
      const found = remedies(fedora, { path: '/run/app/app.sock', ...web, listener });
      expect(rules(found)).toEqual([`(allow httpd_t ${listener} (unix_stream_socket (connectto)))\n`]);
    },
  );

  it('says that the domain of hand-made units is that of many programs', () => {
    const text = (listener: string) =>
      remedies(fedora, { path: '/run/app/app.sock', ...web, listener }).modules[0]?.reach_text;
    expect(text('initrc_t')).toContain('initrc_t: every service without a domain of its own');
    expect(text('tomcat_t')).toBe(
      'connections from every httpd_t process to the sockets of any tomcat_t process, as far as their labels and rights allow',
    );
  });

  it.each([
    'container_var_run_t',
    'docker_var_run_t',
    'virt_var_run_t',
    'system_dbusd_var_run_t',
    'systemd_logind_var_run_t',
    'udev_var_run_t',
    'snappy_var_run_t',
  ])('writing sockets labelled %s', (type) => {
    const socket = {
      path: '/run/engine/e.sock',
      directoryType: 'var_run_t',
      type,
      expected: type,
      listener: 'httpd_t',
    };
    const found = remedies(fedora, socket);
    expect([labels(found), rules(found)]).toEqual([[], []]);
    expect(why(found)).toContain(`nginx is never let at ${type}: `);
  });

  it.each([
    ['/run/docker.sock', 'initrc_t'],
    ['/var/run/docker.sock', 'initrc_t'],
    ['/run/podman/podman.sock', 'initrc_t'],
    ['/run/containerd/containerd.sock', 'unconfined_service_t'],
    ['/srv/proxy/docker.sock', 'initrc_t'],
    ['/run/libvirt/libvirt-sock', 'initrc_t'],
    ['/run/snapd.socket', 'initrc_t'],
  ])('the socket %s, even where its program runs as %s', (path, listener) => {
    for (const label of [web, { directoryType: 'var_run_t', type: 'var_run_t' }]) {
      const found = remedies(fedora, { path, ...label, listener });
      expect([labels(found), rules(found)]).toEqual([[], []]);
      expect(why(found)).toContain('nginx is never let at it: ');
    }
  });

  it('a socket whose engine the policy lets nginx connect to, and only its label guards it', () => {
    const policy = {
      ...fedora,
      lines: [
        `access ${httpd} system_u:system_r:container_runtime_t:s0 unix_stream_socket connectto 1 1 ffffffff 0 ffffffff 7 0`,
        'unix-listener system_u:system_r:container_runtime_t:s0 /run/app/app.sock',
      ],
    };
    const found = remedies(policy, { path: '/run/app/app.sock', directoryType: 'var_run_t', type: 'var_run_t' });
    expect([labels(found), why(found)]).toEqual([[], expect.stringContaining('container_runtime_t')]);
  });

  it('systemd, which listens for a service that it starts on demand, is not taken for the service', () => {
    const socket = { path: '/run/app/app.sock', ...web, listener: 'initrc_t' };
    const init = `unix-listener system_u:system_r:init_t:s0 ${socket.path}`;
    const refused = `access ${httpd} system_u:system_r:init_t:s0 unix_stream_socket connectto 1 0 ffffffff 0 ffffffff 7 0`;
    const policy = { ...debian, lines: [init, refused] };
    expect(rules(remedies(policy, socket))).toEqual(['(allow httpd_t initrc_t (unix_stream_socket (connectto)))\n']);
    const denial = `type=AVC msg=audit(1795212241.576:74): avc:  denied  { connectto } for  pid=317 comm="nginx" path="/run/app/app.sock" scontext=${httpd} tcontext=system_u:system_r:init_t:s0 tclass=unix_stream_socket permissive=0`;
    expect(rules(remedies(policy, socket, [denial]))).toEqual([]);
  });
});

describe('what a remedy says', () => {
  const app = { path: '/run/app/app.sock', directoryType: 'var_run_t', type: 'var_run_t', listener: 'httpd_t' };

  it('names the param that installs semanage', () => {
    expect(why(remedies({ ...fedora, semanage: false }, app))).toContain('-e install_tools=true');
  });

  it('makes files of different names for directories that are spelled alike', () => {
    const file = (path: string) => remedies(fedora, { ...app, path }).sockets[0]?.files[0]?.path;
    const files = ['/run/a/b/app.sock', '/run/a-b/app.sock', '/run/a/app.sock'].map(file);
    expect(new Set(files).size).toBe(3);
    expect(files[2]).toBe('/etc/tmpfiles.d/mendgate-a.conf');
  });
});
