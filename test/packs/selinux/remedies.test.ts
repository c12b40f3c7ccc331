import { describe, expect, it } from 'vitest';
import type { Command } from '../../../src/model/command.ts';
import { parseAvc } from '../../../src/packs/selinux/avc.ts';
import type { Preference } from '../../../src/packs/selinux/choose.ts';
import { mergeDenials } from '../../../src/packs/selinux/denials.ts';
import { knownBooleans, knownTraps } from '../../../src/packs/selinux/known-booleans.ts';
import { readFacts } from '../../../src/packs/selinux/policy-facts.ts';
import { findRemedies } from '../../../src/packs/selinux/remedies.ts';
import remediesProbe from '../../../src/packs/selinux/remedies-probe.ts';
import { isComplete, readUpstreams } from '../../../src/packs/selinux/upstreams.ts';
import { factsOf, httpd, type SimulatedPolicy } from './simulated-policy.ts';

const denied = (rest: string) =>
  `type=AVC msg=audit(1795212241.576:74): avc:  denied  ${rest.replace('SCON', `scontext=${httpd}`)} permissive=0`;
const connect = (port: number, type: string) =>
  denied(
    `{ name_connect } for  pid=317 comm="nginx" dest=${port} SCON tcontext=system_u:object_r:${type}:s0 tclass=tcp_socket`,
  );
const write = denied(
  '{ write } for  pid=317 comm="nginx" name="app.sock" dev="tmpfs" ino=99 SCON tcontext=system_u:object_r:var_run_t:s0 tclass=sock_file',
);
const connectto = denied(
  '{ connectto } for  pid=317 comm="nginx" path="/run/app/app.sock" SCON tcontext=system_u:system_r:unconfined_service_t:s0 tclass=unix_stream_socket',
);

interface Asked {
  readonly audit?: readonly string[];
  readonly tcp?: readonly number[];
  readonly unix?: readonly string[];
  readonly prefer?: Preference;
  readonly after_reboot?: boolean;
}
function remedies(policy: SimulatedPolicy, asked: Asked) {
  const { audit = [], tcp = [], unix = [], prefer = 'least-reach', after_reboot = false } = asked;
  const denials = mergeDenials(audit.flatMap((line) => parseAvc(line) ?? []));
  const listed = [
    ...tcp.map((port) => ({ kind: 'tcp', peer: `127.0.0.1:${port}`, address: '127.0.0.1', port })),
    ...unix.map((path) => ({ kind: 'unix', peer: `unix:${path}`, path })),
  ];
  return findRemedies(readFacts(factsOf(policy), policy.worker ?? httpd), {
    worker: policy.worker ?? httpd,
    denials,
    upstreams: readUpstreams(listed),
    complete: isComplete(listed),
    prefer,
    after_reboot,
  });
}
const names = (found: ReturnType<typeof remedies>) => [
  ...found.booleans.map(({ name }) => name),
  ...found.ports.flatMap(({ ports, booleans }) => [
    ...ports.map(({ port }) => `label ${port}`),
    ...booleans.map((b) => `with ${b}`),
  ]),
  ...found.sockets.flatMap(({ fcontexts, modules }) => [
    ...fcontexts.map(({ path, type }) => `${path} ${type}`),
    ...modules.map(({ cil }) => cil),
  ]),
  ...found.modules.map(({ cil }) => cil),
];

const el9: SimulatedPolicy = { family: 'fedora' };
const debian: SimulatedPolicy = { family: 'refpolicy' };
const ntop = '(allow httpd_t ntop_port_t (tcp_socket (name_connect)))\n';

describe('TCP upstreams', () => {
  const cases: readonly { title: string; policy: SimulatedPolicy; asked: Asked; want: readonly string[] }[] = [
    {
      title: 'F01: port 3000 has a small type of its own: one rule',
      policy: el9,
      asked: { audit: [connect(3000, 'ntop_port_t')] },
      want: [ntop],
    },
    {
      title: 'F01, distro: the label needs its boolean',
      policy: el9,
      asked: { audit: [connect(3000, 'ntop_port_t')], prefer: 'distro' },
      want: ['label 3000', 'with httpd_graceful_shutdown'],
    },
    {
      title: 'F01, boolean: what the seeds do',
      policy: el9,
      asked: { audit: [connect(3000, 'ntop_port_t')], prefer: 'boolean' },
      want: ['httpd_can_network_connect'],
    },
    {
      title: 'F01 with ntop running: its port is not taken away',
      policy: { ...el9, running: { ntop_t: ['ntop_port_t'] } },
      asked: { audit: [connect(3000, 'ntop_port_t')], prefer: 'distro' },
      want: ['httpd_can_network_connect'],
    },
    {
      title: 'F02: 8080 is http_cache_port_t: relay, never a label',
      policy: el9,
      asked: { audit: [connect(8080, 'http_cache_port_t')], prefer: 'distro' },
      want: ['httpd_can_network_relay'],
    },
    {
      title: 'F02, least reach: relay would open all ephemeral ports',
      policy: el9,
      asked: { tcp: [8080] },
      want: ['(allow httpd_t http_cache_port_t (tcp_socket (name_connect)))\n'],
    },
    {
      title: 'F02 on Debian, distro',
      policy: debian,
      asked: { tcp: [8080], prefer: 'distro' },
      want: ['httpd_can_network_relay'],
    },
    { title: 'F03: 443 and 9000', policy: el9, asked: { tcp: [443, 9000] }, want: ['httpd_graceful_shutdown'] },
    {
      title: 'F04: graceful_shutdown on, as on EL7: the label alone',
      policy: { ...el9, on: ['httpd_graceful_shutdown'] },
      asked: { tcp: [8888] },
      want: ['label 8888'],
    },
    {
      title: 'F04 with it off',
      policy: el9,
      asked: { tcp: [8888] },
      want: ['label 8888', 'with httpd_graceful_shutdown'],
    },
    {
      title: 'an ephemeral port is labelled, not opened with all of them',
      policy: el9,
      asked: { tcp: [50051] },
      want: ['label 50051', 'with httpd_graceful_shutdown'],
    },
    { title: 'redis has its boolean', policy: el9, asked: { tcp: [6379] }, want: ['httpd_can_network_redis'] },
    {
      title: 'a database by one rule, not all databases',
      policy: el9,
      asked: { tcp: [3306] },
      want: ['(allow httpd_t mysqld_port_t (tcp_socket (name_connect)))\n'],
    },
    {
      title: 'a database, distro',
      policy: el9,
      asked: { tcp: [3306], prefer: 'distro' },
      want: ['httpd_can_network_connect_db'],
    },
    {
      title: 'several ports that one boolean opens',
      policy: el9,
      asked: { tcp: [80, 443, 8008] },
      want: ['httpd_graceful_shutdown'],
    },
    {
      title: 'the label rests on the boolean that another port needs anyway',
      policy: el9,
      asked: { tcp: [443, 8888, 5601] },
      want: ['httpd_graceful_shutdown', 'label 5601', 'label 8888'],
    },
    {
      title: 'a boolean that must open everything makes the narrow ones needless',
      policy: { ...el9, running: { ntop_t: ['ntop_port_t'] } },
      asked: { tcp: [443, 3000], prefer: 'distro' },
      want: ['httpd_can_network_connect'],
    },
    {
      title: 'what is open needs nothing',
      policy: { ...el9, on: ['httpd_can_network_connect'] },
      asked: { tcp: [3000, 443] },
      want: [],
    },
    {
      title: 'F25: 9000 on Debian is cslistener_port_t',
      policy: debian,
      asked: { tcp: [9000], prefer: 'distro' },
      want: ['label 9000', 'with httpd_graceful_shutdown'],
    },
    {
      title: 'F17: no semanage: the type is known from the denial only',
      policy: { ...el9, semanage: false },
      asked: { audit: [connect(3000, 'ntop_port_t')] },
      want: [ntop],
    },
    {
      title: 'F17: no semanage, an unlabelled port',
      policy: { ...el9, semanage: false },
      asked: { audit: [connect(8888, 'unreserved_port_t')] },
      want: ['httpd_can_network_connect'],
    },
  ];
  it.each(cases)('$title', ({ policy, asked, want }) => {
    const found = remedies(policy, asked);
    expect(names(found)).toEqual(want);
    for (const { opens, proof, reach } of [...found.booleans, ...found.ports, ...found.modules]) {
      expect(opens.length).toBeGreaterThan(0);
      expect(proof.join()).not.toBe('');
      expect(reach).toBeGreaterThan(0);
      expect(reach).toBeLessThanOrEqual(65_535);
    }
  });

  it('never proposes a trap, though rules of this host would be enough', () => {
    const traps = new Set(knownTraps.map(({ name }) => name));
    expect(knownBooleans.filter(({ name }) => traps.has(name))).toEqual([]);
    for (const prefer of ['least-reach', 'distro', 'boolean'] as const) {
      for (const policy of [el9, debian, { ...el9, semanage: false }]) {
        const found = remedies(policy, {
          tcp: [21, 389, 443, 3000, 8080, 8888, 50051],
          audit: [connect(8888, 'unreserved_port_t')],
          prefer,
        });
        expect(names(found).join()).not.toMatch(/nis_enabled|allow_ypbind|openstack|connect_ftp|cluster_mode/);
      }
    }
  });

  it.each([
    ['nis_enabled', 8888, el9, /tens of thousands of ports/],
    ['nis_enabled', 50051, el9, /tens of thousands of ports/],
    ['httpd_use_openstack', 50051, { ...el9, lines: ['bool httpd_use_openstack 0 0'] }, /OpenStack/],
    ['httpd_can_connect_ftp', 50051, el9, /FTP client/],
    ['allow_ypbind', 8888, debian, /keeps later denials out of the log/],
    [
      'authlogin_nsswitch_use_ldap',
      389,
      { ...debian, lines: ['bool authlogin_nsswitch_use_ldap 0 0', 'ports ldap_port_t tcp 389, 636'] },
      /every domain that looks up users/,
    ],
  ])('says why it refuses %s for port %i, which it would open', (trap, port, policy, why) => {
    const type = port === 50051 ? 'ephemeral_port_t' : port === 389 ? 'ldap_port_t' : 'unreserved_port_t';
    const found = remedies(policy, { audit: [connect(port, type)], tcp: [port] });
    const all = [...found.booleans, ...found.ports, ...found.modules].flatMap(({ alternatives }) => alternatives);
    const said = [...all, ...found.unsolved.map(({ why: reason }) => reason)].filter((text) => text.includes(trap));
    expect(said).toEqual([expect.stringMatching(why)]);
    expect(names(found).join()).not.toContain(trap);
  });

  it('does not speak of a trap that this host lacks, that is on, or that would not help', () => {
    const said = (policy: SimulatedPolicy, port: number) => JSON.stringify(remedies(policy, { tcp: [port] }));
    expect(said(el9, 8888)).not.toContain('allow_ypbind');
    expect(said({ ...el9, on: ['nis_enabled'] }, 8080)).not.toContain('nis_enabled');
    expect(said(el9, 3000)).not.toContain('nis_enabled');
  });

  const own = [
    'allow httpd_t http_port_t:tcp_socket name_connect; [ httpd_graceful_shutdown ]:True',
    'allow httpd_t port_type:tcp_socket name_connect; [ httpd_can_network_connect ]:True',
  ];
  const nis = (target: string, name: string) =>
    `allow nsswitch_domain ${target}:tcp_socket name_connect; [ ${name} ]:True`;
  it.each<[string, SimulatedPolicy, number, string, boolean]>([
    ['no rules were read', debian, 443, 'allow_ypbind', true],
    [
      'a rule of the type',
      { ...debian, sesearch: [...own, nis('unreserved_port_t', 'allow_ypbind')] },
      8888,
      'allow_ypbind',
      true,
    ],
    [
      'only of other types',
      { ...debian, sesearch: [...own, nis('unreserved_port_t', 'allow_ypbind')] },
      443,
      'allow_ypbind',
      false,
    ],
    ['no rule at all', { ...debian, sesearch: own }, 8888, 'allow_ypbind', false],
    [
      'only for the boolean being off',
      { ...debian, sesearch: [...own, nis('http_port_t', '!allow_ypbind')] },
      443,
      'allow_ypbind',
      false,
    ],
    [
      'only together with one that is off',
      { ...debian, sesearch: [...own, nis('http_port_t', 'allow_ypbind && other')] },
      443,
      'allow_ypbind',
      false,
    ],
    [
      'an attribute that holds the type',
      { ...el9, sesearch: [...own, nis('reserved_port_type', 'nis_enabled')] },
      443,
      'nis_enabled',
      true,
    ],
    [
      'an attribute, but in a rule of no boolean',
      { ...el9, sesearch: [...own, 'allow nsswitch_domain rpc_port_type:tcp_socket name_connect;'] },
      443,
      'nis_enabled',
      false,
    ],
    [
      'an attribute, but the type was never opened',
      { ...el9, sesearch: [...own, nis('reserved_port_type', 'nis_enabled')] },
      3000,
      'nis_enabled',
      false,
    ],
  ])('names a trap only where the host’s rules make it one: %s', (_title, policy, port, trap, said) => {
    const found = remedies(policy, { tcp: [port] });
    const all = [...found.booleans, ...found.ports, ...found.modules].flatMap(({ alternatives }) => alternatives);
    expect(all.length).toBeGreaterThan(0);
    expect(all.some((text) => text.startsWith(`not ${trap}: `))).toBe(said);
  });

  it.each<[string, SimulatedPolicy, boolean]>([
    ['the kernel denies http_port_t', el9, true],
    ['it allows it', { ...el9, on: ['httpd_graceful_shutdown'] }, false],
  ])('says that the label alone is not enough exactly where that is so: %s', (_title, policy, said) => {
    const [wide] = remedies(policy, { tcp: [3000], prefer: 'boolean' }).booleans;
    const text = wide?.alternatives.find((each) => each.includes('label tcp/3000 as http_port_t'));
    expect(text).toContain(
      said ? ', with httpd_graceful_shutdown (the label alone is not enough): ' : 'http_port_t: 1 ',
    );
    const [label] = remedies(policy, { tcp: [3000], prefer: 'distro' }).ports;
    expect(label?.booleans).toEqual(said ? ['httpd_graceful_shutdown'] : []);
  });

  it.each(['least-reach', 'distro', 'boolean'] as const)(
    'F05: takes the boolean that a reboot would switch on anyway, however wide it is (prefer=%s)',
    (prefer) => {
      const found = remedies(
        { ...el9, records: ['httpd_can_network_connect=1'] },
        { audit: [connect(3000, 'ntop_port_t')], tcp: [3000, 8080], prefer },
      );
      expect(names(found)).toEqual(['httpd_can_network_connect']);
      expect(found.booleans[0]).toMatchObject({
        title: 'switch on httpd_can_network_connect, which is off now and on after a reboot',
        reach: 0,
        reach_text: expect.stringMatching(
          /^what the next reboot would open anyway: 65\d{3} TCP ports for every httpd_t process/,
        ),
      });
      expect(found.drift).toEqual(['httpd_can_network_connect: off now, on after a reboot']);
    },
  );

  it('F05: not a boolean that would not help, and of two the narrower one', () => {
    expect(names(remedies({ ...el9, records: ['httpd_can_network_connect_db=1'] }, { tcp: [3000] }))).toEqual([ntop]);
    const both = { ...el9, records: ['httpd_can_network_connect=1', 'httpd_graceful_shutdown=1'] };
    expect(names(remedies(both, { tcp: [443] }))).toEqual(['httpd_graceful_shutdown']);
  });

  it('tells the reach in this host’s ports, and what else would work', () => {
    const [module] = remedies(el9, { tcp: [3000] }).modules;
    expect(module?.reach).toBe(2);
    expect(module?.reach_text).toContain('2 TCP ports for every httpd_t process');
    expect(module?.alternatives).toEqual([
      'prefer=distro: label tcp/3000 as http_port_t, with httpd_graceful_shutdown (the label alone is not enough): 9 TCP ports',
      expect.stringMatching(/^prefer=boolean: httpd_can_network_connect: 65\d{3} TCP ports$/),
    ]);
    const [label] = remedies(el9, { tcp: [3000], prefer: 'distro' }).ports;
    expect(label?.ports).toEqual([{ port: 3000, protocol: 'tcp', type: 'http_port_t', current_type: 'ntop_port_t' }]);
    expect(label?.opens).toEqual([
      { source: httpd, target: 'http_port_t', class: 'tcp_socket', permission: 'name_connect' },
    ]);
  });

  it.each<[string, number, Preference, readonly string[]]>([
    [
      'the chosen one is every preference’s but one',
      443,
      'least-reach',
      [
        'module mendgate_httpd_t_name_connect_http_port_t',
        'httpd_can_network_relay',
        'prefer=boolean: httpd_can_network_connect',
      ],
    ],
    [
      'the module is chosen',
      8080,
      'least-reach',
      ['prefer=distro: httpd_can_network_relay', 'prefer=boolean: httpd_can_network_connect'],
    ],
    [
      'the distribution’s way is chosen',
      8080,
      'distro',
      [
        'prefer=boolean: httpd_can_network_connect',
        'prefer=least-reach: module mendgate_httpd_t_name_connect_http_cache_port_t',
      ],
    ],
  ])('names the preference that would take an alternative, and none otherwise: %s', (_title, port, prefer, want) => {
    const found = remedies(el9, { tcp: [port], prefer });
    const [remedy] = [...found.booleans, ...found.modules];
    const offered = remedy?.alternatives.filter((text) => !text.startsWith('not ')) ?? [];
    expect(offered.map((text) => text.replace(/: \d+ TCP ports?$/, ''))).toEqual(want);
  });

  it('calls a module narrower only where the distribution offers something', () => {
    const reach = (policy: SimulatedPolicy) => remedies(policy, { tcp: [3000] }).modules[0]?.reach_text;
    expect(reach(el9)).toMatch(/; narrower than what the distribution offers$/);
    const ruled = {
      ...el9,
      running: { ntop_t: ['ntop_port_t'] },
      sesearch: ['allow httpd_t dns_port_t:tcp_socket name_connect;'],
    };
    expect(reach(ruled)).toMatch(/; no boolean or label does it here$/);
  });

  it('quotes this host’s own rule where sesearch read it, and drops a boolean that it contradicts', () => {
    const sesearch = [
      'allow httpd_t http_port_t:tcp_socket name_connect; [ httpd_graceful_shutdown ]:True',
      'allow httpd_t port_type:tcp_socket name_connect; [ httpd_can_network_connect ]:True',
    ];
    expect(remedies({ ...el9, sesearch }, { tcp: [443] }).booleans[0]?.proof).toEqual([sesearch[0]]);
    const other = remedies({ ...el9, sesearch: sesearch.slice(1) }, { tcp: [443], prefer: 'distro' });
    expect(names(other)).toEqual(['httpd_can_network_connect']);
  });

  it('sets aside a denial that today’s policy would allow', () => {
    const found = remedies({ ...el9, on: ['httpd_graceful_shutdown'] }, { audit: [connect(443, 'http_port_t')] });
    expect(names(found)).toEqual([]);
    expect(found.stale).toEqual(['httpd_t → http_port_t (tcp_socket name_connect), port 443']);
  });

  it('judges a denial by the label that the port has now', () => {
    const policy = { ...el9, local: ['portcon tcp 3000 system_u:object_r:http_port_t:s0'] };
    expect(names(remedies(policy, { audit: [connect(3000, 'ntop_port_t')] }))).toEqual(['httpd_graceful_shutdown']);
  });

  it('opens nothing for a port that is no upstream (any more), unless some are only known at run time', () => {
    const found = remedies(el9, { audit: [connect(3000, 'ntop_port_t')], tcp: [443] });
    expect(names(found)).toEqual(['httpd_graceful_shutdown']);
    expect(found.foreseen).toEqual(['tcp/443 (http_port_t)']);
    expect(found.unrelated).toEqual(['httpd_t → ntop_port_t (tcp_socket name_connect), port 3000']);
  });

  it('does not count what was logged but allowed', () => {
    const permissive = connect(3000, 'ntop_port_t').replace('permissive=0', 'permissive=1');
    expect(names(remedies(el9, { audit: [permissive] }))).toEqual([]);
  });

  it('says so when the port labels could not be read, instead of finding nothing', () => {
    const found = remedies({ ...el9, semanage: false }, { tcp: [3000] });
    expect(names(found)).toEqual([]);
    expect(found.undecided[0]).toEqual({
      access: 'connect to tcp/3000',
      why: expect.stringContaining('policycoreutils-python-utils'),
    });
  });
});

describe('Unix sockets', () => {
  const app = {
    path: '/run/app/app.sock',
    directoryType: 'var_run_t',
    type: 'var_run_t',
    listener: 'unconfined_service_t',
  };
  const connecttoRule = '(allow httpd_t unconfined_service_t (unix_stream_socket (connectto)))\n';

  it('F07: sees the listener’s domain behind the label, and mends both at once, in this host’s spelling', () => {
    const found = remedies({ ...el9, sockets: [app] }, { audit: [write], unix: [app.path] });
    expect(names(found)).toEqual(['/var/run/app(/.*)? httpd_var_run_t', connecttoRule]);
    expect(found.sockets[0]?.opens).toHaveLength(3);
    expect(found.seen).toEqual([
      'unix:/run/app/app.sock: write to the socket (var_run_t), connectto unconfined_service_t',
    ]);
    expect(found.sockets[0]?.files).toEqual([
      { path: '/etc/tmpfiles.d/mendgate-app.conf', content: expect.stringContaining('d /run/app 0755 root root -\n') },
    ]);
  });
  it('on Debian: the directory is closed too, the type is httpd_runtime_t, the spelling /run', () => {
    const socket = { ...app, directoryType: 'initrc_runtime_t', type: 'initrc_runtime_t', listener: 'initrc_t' };
    expect(names(remedies({ ...debian, sockets: [socket] }, { unix: [app.path] }))).toEqual([
      '/run/app(/.*)? httpd_runtime_t',
      '(allow httpd_t initrc_t (unix_stream_socket (connectto)))\n',
    ]);
  });
  it('says why it refuses daemons_enable_cluster_mode, which audit2why names for sockets of daemons', () => {
    const policy = {
      ...el9,
      lines: ['bool daemons_enable_cluster_mode 0 0'],
      sockets: [
        { path: '/run/app/app.sock', directoryType: 'httpd_var_run_t', type: 'httpd_var_run_t', listener: 'tomcat_t' },
      ],
    };
    const found = remedies(policy, { unix: ['/run/app/app.sock'] });
    const all = [...found.sockets, ...found.modules].flatMap(({ alternatives }) => alternatives);
    expect(all).toContain('not daemons_enable_cluster_mode: every daemon could use the sockets of every other');
    expect(JSON.stringify(remedies({ ...policy, lines: [] }, { unix: ['/run/app/app.sock'] }))).not.toContain(
      'cluster_mode',
    );
  });

  it('F08: the label is right, only the listener’s domain is refused: a rule, and no boolean', () => {
    const socket = { ...app, directoryType: 'httpd_var_run_t', type: 'httpd_var_run_t' };
    const found = remedies(
      { ...el9, on: ['httpd_can_network_connect'], sockets: [socket] },
      { audit: [connectto], unix: [app.path] },
    );
    expect(names(found)).toEqual([connecttoRule]);
    expect(found.sockets).toEqual([]);
  });
  it('F09: php-fpm’s socket needs nothing of SELinux', () => {
    const socket = {
      path: '/run/php-fpm/www.sock',
      directoryType: 'httpd_var_run_t',
      type: 'httpd_var_run_t',
      listener: 'httpd_t',
    };
    const found = remedies({ ...el9, sockets: [socket] }, { unix: [socket.path] });
    expect(names(found)).toEqual([]);
    expect(found.summary).toBe('the policy allows all that the upstreams need');
  });
  it('leaves the directory to systemd where its unit makes it', () => {
    expect(
      remedies({ ...el9, sockets: [{ ...app, recreated: true }] }, { unix: [app.path] }).sockets[0]?.files,
    ).toEqual([]);
  });
  it('writes one rule for two sockets of one domain', () => {
    const second = { ...app, path: '/run/shop/shop.sock' };
    const found = remedies({ ...el9, sockets: [app, second] }, { unix: [app.path, second.path] });
    expect(found.sockets.map(({ modules }) => modules.length)).toEqual([1, 0]);
    expect(found.sockets[1]?.opens.some((access) => access.permission === 'connectto')).toBe(true);
  });
  it.each([
    { nginx: '/var/run/app/app.sock', application: '/run/app/app.sock' },
    { nginx: '/run/app/app.sock', application: '/var/run/app/app.sock' },
  ])('nginx writes $nginx, the application $application', ({ nginx, application }) => {
    const socket = { ...app, path: nginx, listensAt: application };
    expect(names(remedies({ ...el9, sockets: [socket] }, { audit: [write], unix: [nginx] }))).toContain(connecttoRule);
    const labelled = { ...socket, directoryType: 'httpd_var_run_t', type: 'httpd_var_run_t' };
    for (const each of [labelled, { ...labelled, listener: undefined }]) {
      const { listener: _none, ...unheard } = each;
      const sockets = [each.listener === undefined ? unheard : labelled];
      const found = remedies({ ...el9, sockets }, { audit: [connectto], unix: [nginx] });
      expect(names(found)).toEqual([connecttoRule]);
      expect(found.unrelated).toEqual([]);
    }
  });
  it('judges the listener by who listens today, not by who did when it was denied', () => {
    const socket = { ...app, directoryType: 'httpd_var_run_t', type: 'httpd_var_run_t', listener: 'httpd_t' };
    const found = remedies({ ...el9, sockets: [socket] }, { audit: [connectto], unix: [app.path] });
    expect(names(found)).toEqual([]);
    expect(found.unrelated).toEqual([
      'httpd_t → unconfined_service_t (unix_stream_socket connectto), /run/app/app.sock',
    ]);
  });
  it.each([
    ['/var/www/html/app.sock', 'httpd_sys_content_t', ''],
    ['/opt/app/app.sock', 'usr_t', 'usr_t'],
    ['/srv/app/app.sock', 'var_t', 'var_t'],
    ['/var/lib/app/app.sock', 'var_lib_t', 'var_lib_t'],
    ['/usr/share/app/app.sock', 'usr_t', 'usr_t'],
    ['/data/people/app/app.sock', 'user_home_t', 'user_home_t'],
    ['/data/cache/app.sock', 'user_tmp_t', 'user_tmp_t'],
    ['/data/cache/app.sock', 'tmp_t', 'tmp_t'],
    ['/etc/app/app.sock', 'etc_t', 'etc_t'],
    ['/run/user/1000/app.sock', 'user_tmp_t', 'user_tmp_t'],
  ])('outside a runtime directory of its own nothing is labelled or opened: %s, %s', (path, type, expected) => {
    const socket = { ...app, path, type, expected, directoryType: type };
    const found = remedies({ ...el9, sockets: [socket] }, { unix: [path] });
    expect(names(found)).toEqual([]);
    expect(found.unsolved).toEqual([
      { access: `reach the socket ${path}`, why: expect.stringContaining('move the socket below /run') },
    ]);
  });
  it('mends a directory below /run that was moved there with its old label', () => {
    const socket = { ...app, type: 'tmp_t', directoryType: 'tmp_t' };
    expect(names(remedies({ ...el9, sockets: [socket] }, { unix: [app.path] }))).toEqual([
      '/var/run/app(/.*)? httpd_var_run_t',
      connecttoRule,
    ]);
  });
  it.each([
    { path: '/home/app/app.sock', type: 'user_home_t', why: 'below /run' },
    { path: '/run/app.sock', type: 'var_run_t', why: 'directory of its own' },
  ])('has no remedy for $path', ({ path, type, why }) => {
    const found = remedies({ ...el9, sockets: [{ ...app, path, type, directoryType: type }] }, { unix: [path] });
    expect(names(found)).toEqual([]);
    expect(found.unsolved).toEqual([{ access: `reach the socket ${path}`, why: expect.stringContaining(why) }]);
  });
  it('gives another service’s socket a rule, never another label', () => {
    const socket = {
      ...app,
      path: '/run/other/o.sock',
      directoryType: 'other_run_t',
      type: 'other_run_t',
      expected: 'other_run_t',
      listener: 'httpd_t',
    };
    const found = remedies({ ...el9, sockets: [socket] }, { unix: [socket.path] });
    expect(names(found)).toEqual(['(allow httpd_t other_run_t (sock_file (write)))\n']);
  });
});

describe('hosts where SELinux is not the cause', () => {
  it.each([
    { title: 'F19 disabled', policy: { ...el9, mode: 'disabled' as const }, summary: /disabled/ },
    { title: 'permissive', policy: { ...el9, mode: 'permissive' as const }, summary: /permissive/ },
    { title: 'a permissive domain', policy: { ...el9, permissiveDomain: true }, summary: /httpd_t is permissive/ },
    {
      title: 'F21 nginx outside its domain',
      policy: { ...el9, worker: 'system_u:system_r:unconfined_service_t:s0' },
      summary: /not httpd_t/,
    },
  ])('$title: proposes nothing', ({ policy, summary }) => {
    const found = remedies(policy, { tcp: [3000, 8888], audit: [connect(3000, 'ntop_port_t')] });
    expect(names(found)).toEqual([]);
    expect(found.summary).toMatch(summary);
  });
  it('another permissive domain does not make httpd_t permissive', () => {
    const lines = ['access insights_core_t http_port_t tcp_socket name_bind 10 0 ffffffff 0 ffffffff 12 1'];
    const found = remedies({ ...el9, lines }, { tcp: [3000], audit: [connect(3000, 'ntop_port_t')] });
    expect([found.enforced, names(found)]).toEqual([true, [ntop]]);
  });

  const listed = (name: string, later: string) => `bool-listed ${name}   (on   ,  ${later})  text`;
  const fleeting = {
    ...el9,
    on: ['httpd_can_network_connect'],
    lines: [listed('httpd_can_network_connect', 'off')],
  };
  const both = {
    ...fleeting,
    on: [...fleeting.on, 'httpd_graceful_shutdown'],
    lines: [...fleeting.lines, listed('httpd_graceful_shutdown', 'off')],
  };
  it.each<[string, SimulatedPolicy, Asked, readonly string[]]>([
    ['on now, off in the list', fleeting, { tcp: [3000] }, ['httpd_can_network_connect']],
    ['of several the narrowest', both, { tcp: [443] }, ['httpd_graceful_shutdown']],
    ['each port its own', both, { tcp: [443, 3000] }, ['httpd_can_network_connect', 'httpd_graceful_shutdown']],
    ['no upstream needs it', fleeting, {}, []],
    ['a lasting one opens it too', { ...both, records: ['httpd_graceful_shutdown=1'] }, { tcp: [443] }, []],
    ['what is after a reboot is not known', { ...fleeting, lines: [] }, { tcp: [3000] }, []],
    [
      'a rule without a condition opens it too',
      { ...fleeting, sesearch: ['allow httpd_t ntop_port_t:tcp_socket name_connect;'] },
      { tcp: [3000] },
      [],
    ],
    [
      'the label’s own boolean lasts no longer',
      { ...el9, on: ['httpd_graceful_shutdown'], lines: [listed('httpd_graceful_shutdown', 'off')] },
      { tcp: [8888] },
      ['httpd_graceful_shutdown'],
    ],
  ])('F06: what has to be made persistent: %s', (_title, policy, asked, want) => {
    const found = remedies(policy, asked);
    expect(found.until_reboot).toEqual(want);
    for (const name of want) {
      expect(found.summary).toContain('only until a reboot');
      expect(found.drift).toContain(`${name}: on now, off after a reboot`);
    }
  });

  describe('F06: what lasts, chosen as it would be after the reboot', () => {
    const rule = (target: string, name: string) => `allow httpd_t ${target}:tcp_socket name_connect; [ ${name} ]:True`;
    const rules = [
      'allow httpd_t dns_port_t:tcp_socket name_connect;',
      rule('http_port_t', 'httpd_graceful_shutdown'),
      rule('port_type', 'httpd_can_network_connect'),
    ];
    const wide = { ...fleeting, sesearch: rules };
    const lasting = (policy: SimulatedPolicy, tcp: readonly number[], prefer: Preference = 'least-reach') =>
      remedies(policy, { tcp, prefer, after_reboot: true });
    it.each<[string, SimulatedPolicy, readonly number[], Preference, readonly string[]]>([
      ['the narrow boolean instead of the wide one', wide, [443], 'least-reach', ['httpd_graceful_shutdown']],
      ['one rule instead of the wide boolean', wide, [3000], 'least-reach', [ntop]],
      ['labels', wide, [3000], 'distro', ['label 3000', 'with httpd_graceful_shutdown']],
      ['the wide one where it is preferred', wide, [3000], 'boolean', ['httpd_can_network_connect']],
      [
        'nothing for what lasts anyway',
        { ...wide, sesearch: [...rules, 'allow httpd_t ntop_port_t:tcp_socket name_connect;'] },
        [3000],
        'boolean',
        [],
      ],
      [
        'nothing where another boolean lasts',
        { ...wide, on: [...fleeting.on, 'httpd_graceful_shutdown'], records: ['httpd_graceful_shutdown=1'] },
        [443],
        'least-reach',
        [],
      ],
      [
        'nothing where a lasting boolean opens an attribute that may hold the port',
        {
          ...wide,
          on: [...fleeting.on, 'nis_enabled'],
          records: ['nis_enabled=1'],
          sesearch: [...rules, rule('reserved_port_type', 'nis_enabled')],
        },
        [443],
        'least-reach',
        [],
      ],
      [
        'the fleeting one where it is the narrowest',
        { ...el9, on: ['httpd_graceful_shutdown'], lines: [listed('httpd_graceful_shutdown', 'off')], sesearch: rules },
        [443],
        'least-reach',
        ['httpd_graceful_shutdown'],
      ],
      ['nothing without sesearch', fleeting, [443], 'boolean', []],
      ['nothing where nothing ends', { ...el9, sesearch: rules }, [443, 3000], 'least-reach', []],
      [
        'nothing for what is refused today already',
        { ...el9, on: ['httpd_graceful_shutdown'], lines: [listed('httpd_graceful_shutdown', 'off')], sesearch: rules },
        [3000],
        'least-reach',
        [],
      ],
    ])('%s', (_title, policy, tcp, prefer, want) => {
      const found = lasting(policy, tcp, prefer);
      expect(names(found)).toEqual(want);
      for (const remedy of [...found.booleans, ...found.ports, ...found.modules]) {
        expect(remedy.proved_by).toBe('sesearch');
        expect(remedy.reach).toBeGreaterThan(0);
      }
    });
    it('tells its reach and proof as they will be, and what holds until then', () => {
      const found = lasting(wide, [3000]);
      expect(found.modules[0]).toMatchObject({
        reach: 2,
        proof_text: expect.stringContaining('no rule that holds after a reboot allows name_connect to ntop_port_t'),
      });
      expect([found.until_reboot, found.foreseen]).toEqual([['httpd_can_network_connect'], ['tcp/3000 (ntop_port_t)']]);
      expect(found.summary).toMatch(/one-rule module; only until a reboot: httpd_can_network_connect$/);
      expect(lasting(wide, [3000], 'boolean').booleans[0]?.title).toBe(
        'keep httpd_can_network_connect on, which is on now and off after a reboot',
      );
    });
    it('says what it would take to tell, where no sesearch is there', () => {
      expect(lasting(fleeting, [443]).unsolved).toEqual([
        { access: 'what httpd_can_network_connect opens, after a reboot', why: expect.stringContaining('setools') },
      ]);
    });

    const asked = async (stdouts: readonly string[]) => {
      const scripts: string[] = [];
      const run = async (command: Command) => {
        scripts.push('script' in command ? command.script : '');
        return { rc: 0, stdout: stdouts[scripts.length - 1] ?? '', stderr: '', truncated: false, ms: 1 };
      };
      const params = { domain: httpd, denials: [], upstreams: [{ kind: 'tcp', port: 3000 }], after_install: false };
      const found = await remediesProbe.read({ since: 0, run }, {
        ...params,
        prefer: 'least-reach',
        after_reboot: true,
      } as never);
      return { scripts, found };
    };
    it('asks for little where no boolean that is on ends, and for all else only where one does', async () => {
      const still = await asked([factsOf(el9)]);
      expect(still.scripts).toEqual([expect.not.stringMatching(/sesearch|semanage port/)]);
      expect(still.found).toMatchObject({ enforced: true, until_reboot: [], booleans: [] });
      const moving = await asked([factsOf(wide), factsOf(wide)]);
      expect(moving.scripts).toEqual([expect.anything(), expect.stringMatching(/sesearch/)]);
      expect(moving.found).toMatchObject({ modules: [{ cil: ntop }] });
    });
  });

  it('F05, F06: tells of booleans that a reboot would change', () => {
    const policy = {
      ...el9,
      on: ['httpd_can_network_connect'],
      records: ['httpd_can_network_connect=0', 'httpd_graceful_shutdown=1'],
    };
    expect(remedies(policy, {}).drift).toEqual([
      'httpd_graceful_shutdown: off now, on after a reboot',
      'httpd_can_network_connect: on now, off after a reboot',
    ]);
  });
});
