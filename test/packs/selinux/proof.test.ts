import { describe, expect, it } from 'vitest';
import { readCauses } from '../../../src/packs/selinux/cause.ts';
import { parseAccess } from '../../../src/packs/selinux/kernel-access.ts';
import { readFacts } from '../../../src/packs/selinux/policy-facts.ts';
import { proofKinds, together } from '../../../src/packs/selinux/proof.ts';
import { findRemedies } from '../../../src/packs/selinux/remedies.ts';
import { readUpstreams } from '../../../src/packs/selinux/upstreams.ts';
import { factsOf, httpd, type SimulatedPolicy } from './simulated-policy.ts';

const record = (type: string, className: string, permission: string) =>
  `type=AVC msg=audit(1700000000.001:1): avc:  denied  { ${permission} } for  pid=1 comm="nginx" scontext=${httpd} tcontext=system_u:object_r:${type}:s0 tclass=${className} permissive=0`;

/** As audit2why of policycoreutils 3.4 prints it on Debian 12. */
const said = (type: string, booleans: readonly string[], className = 'tcp_socket', permission = 'name_connect') => [
  record(type, className, permission),
  '',
  '\tWas caused by:',
  ...(booleans.length === 0
    ? ['\t\tMissing type enforcement (TE) allow rule.', '']
    : ['\tOne of the following booleans was set incorrectly.']),
  ...booleans.flatMap((name) => [
    '\tDescription:',
    '\tAllow',
    '',
    '\tAllow access by executing:',
    `\t# setsebool -P ${name} 1`,
  ]),
];

const sesearch = [
  'allow httpd_t http_port_t:tcp_socket name_connect; [ httpd_graceful_shutdown ]:True',
  'allow httpd_t port_type:tcp_socket name_connect; [ httpd_can_network_connect ]:True',
];

interface Asked {
  readonly tcp?: readonly number[];
  readonly unix?: readonly string[];
  readonly semanageComes?: boolean;
  readonly prefer?: 'least-reach' | 'distro' | 'boolean';
}
function remedies(
  policy: SimulatedPolicy,
  { tcp = [], unix = [], semanageComes = false, prefer = 'least-reach' }: Asked,
) {
  const upstreams = [
    ...tcp.map((port) => ({ kind: 'tcp', peer: `127.0.0.1:${port}`, address: '127.0.0.1', port })),
    ...unix.map((path) => ({ kind: 'unix', peer: `unix:${path}`, path })),
  ];
  return findRemedies(readFacts(factsOf(policy), httpd, semanageComes), {
    worker: httpd,
    denials: [],
    upstreams: readUpstreams(upstreams),
    complete: true,
    prefer,
  });
}
const proofs = (found: ReturnType<typeof remedies>) =>
  [...found.booleans, ...found.ports, ...found.sockets, ...found.modules].map((each) => each.proved_by);

const debian: SimulatedPolicy = { family: 'refpolicy' };
const why = (...lines: readonly (readonly string[])[]) => lines.flat().map((line) => `why ${line}`);

describe('what proves a remedy', () => {
  it.each<{ title: string; policy: SimulatedPolicy; asked: Asked; by: string; text: string }>([
    {
      title: 'a boolean by sesearch',
      policy: { ...debian, sesearch },
      asked: { tcp: [443] },
      by: 'sesearch',
      text: 'Proved by sesearch: allow httpd_t http_port_t:tcp_socket name_connect; [ httpd_graceful_shutdown ]:True',
    },
    {
      title: 'a boolean by audit2why',
      policy: { ...debian, lines: why(said('http_port_t', ['httpd_can_network_connect', 'httpd_graceful_shutdown'])) },
      asked: { tcp: [443] },
      by: 'audit2why',
      text: 'Proved by audit2why: setsebool -P httpd_graceful_shutdown 1 would allow name_connect to http_port_t',
    },
    {
      title: 'a boolean by nothing',
      policy: debian,
      asked: { tcp: [443] },
      by: 'unproved',
      text: "Unproved (known rule: httpd_graceful_shutdown allows name_connect to http_port_t): the kernel's answer after the change decides",
    },
    {
      title: 'a label by the kernel, where its type is open already',
      policy: { ...debian, on: ['httpd_graceful_shutdown'] },
      asked: { tcp: [8888] },
      by: 'kernel',
      text: "Proved by the kernel's own answer: the policy allows name_connect to http_port_t already",
    },
    {
      title: 'a module by audit2why: no constraint stands against it',
      policy: { ...debian, lines: why(said('ntop_port_t', ['httpd_can_network_connect'])) },
      asked: { tcp: [3000] },
      by: 'audit2why',
      text: 'Proved by audit2why: only a type enforcement rule is missing for name_connect to ntop_port_t; the module holds the very rule that is missing',
    },
    {
      title: 'a module by nothing',
      policy: debian,
      asked: { tcp: [3000] },
      by: 'unproved',
      text: "Unproved (the kernel denies name_connect to ntop_port_t now; the module holds the very rule that is missing): the kernel's answer after the change decides",
    },
    {
      title: 'a socket’s label with its listener’s rule',
      policy: {
        family: 'fedora',
        sockets: [
          {
            path: '/run/app/app.sock',
            directoryType: 'var_run_t',
            type: 'var_run_t',
            listener: 'unconfined_service_t',
          },
        ],
        lines: why(said('unconfined_service_t', [], 'unix_stream_socket', 'connectto')),
      },
      asked: { unix: ['/run/app/app.sock'] },
      by: 'audit2why',
      text: 'Proved by audit2why: httpd_t may search directories and write sockets of that type today; only a type enforcement rule is missing for connectto to unconfined_service_t; the module holds the very rule that is missing',
    },
  ])('$title', ({ policy, asked, by, text }) => {
    const found = remedies(policy, asked);
    const [remedy] = [...found.booleans, ...found.ports, ...found.sockets, ...found.modules];
    expect([remedy?.proved_by, remedy?.proof_text]).toEqual([by, text]);
  });

  it('takes no boolean that audit2why does not name for that type', () => {
    const policy = { ...debian, lines: why(said('http_port_t', ['httpd_can_network_connect'])) };
    expect(remedies(policy, { tcp: [443] }).booleans.map(({ name }) => name)).not.toContain('httpd_graceful_shutdown');
  });

  it('is as weak as its weakest part', () => {
    const [kernel, rule, nothing] = [
      { text: 'a', by: 'kernel' },
      { text: 'b', by: 'sesearch' },
      { text: 'c', by: 'unproved' },
    ] as const;
    expect(together([kernel, rule]).proved_by).toBe('sesearch');
    expect(together([kernel, nothing, rule]).proved_by).toBe('unproved');
    expect(proofKinds).toHaveLength(4);
  });

  it('reads a constraint as no missing rule', () => {
    const lines = [record('ntop_port_t', 'tcp_socket', 'name_connect'), '\tWas caused by:', '#Constraint rule:'];
    expect(readCauses(lines).get('ntop_port_t tcp_socket name_connect')).toEqual({ booleans: [], ruleMissing: false });
  });
});

describe('a host without tools', () => {
  const stored: SimulatedPolicy = { ...debian, semanage: false, storeText: true };

  it('takes a boolean, unproved, and says which package the label needs', () => {
    const found = remedies(stored, { tcp: [8888] });
    expect(found.booleans.map(({ name, proved_by }) => [name, proved_by])).toEqual([
      ['httpd_can_network_connect', 'unproved'],
    ]);
    expect(found.booleans[0]?.alternatives.join('; ')).toContain(
      'label tcp/8888 as http_port_t: needs semanage (package policycoreutils-python-utils; -e install_tools=true installs it)',
    );
    expect(found.packages).toEqual([]);
  });

  it('takes the label where semanage comes first, and names its package', () => {
    const found = remedies(stored, { tcp: [8888], semanageComes: true });
    expect(found.ports.map(({ ports, booleans }) => [ports.map(({ port }) => port), booleans])).toEqual([
      [[8888], ['httpd_graceful_shutdown']],
    ]);
    expect([found.packages, proofs(found)]).toEqual([['policycoreutils-python-utils'], ['unproved']]);
  });

  it('installs nothing where no label is taken, or semanage is there', () => {
    expect(remedies(stored, { tcp: [80], semanageComes: true }).packages).toEqual([]);
    expect(remedies(debian, { tcp: [8888], semanageComes: true }).packages).toEqual([]);
  });
});

describe('a denial that no log shows', () => {
  // 400000: name_connect is the 23rd permission. Vectors: allowed, decided, auditallow, auditdeny.
  it.each([
    ['0 ffffffff 0 ffbfffff 7 0', true],
    ['0 ffffffff 0 ffffffff 7 0', false],
    ['400000 ffffffff 0 ffbfffff 7 0', false],
  ])('the kernel says so itself: %s', (vectors, hidden) => {
    expect(parseAccess(`httpd_t ntop_port_t tcp_socket name_connect 23 ${vectors}`)?.hidden).toBe(hidden);
  });

  it('is told with what hides it', () => {
    const lines = [`access ${httpd} ntop_port_t tcp_socket name_connect 1 0 ffffffff 0 fffffffe 7 0`];
    expect(remedies({ ...debian, lines }, { tcp: [3000] }).foreseen).toEqual([
      'tcp/3000 (ntop_port_t; a dontaudit rule keeps it out of the log)',
    ]);
  });
});
