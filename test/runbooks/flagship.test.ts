import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setMode } from '../../src/demo/file-node.ts';
import { createDemoFleet, type DemoHost } from '../../src/demo/fleet.ts';
import type { SimulatedAnswer } from '../../src/model/simulated-host.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';
import { flagship, runMend } from '../run-mend.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mendgate-flagship-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly mode: 'dry_run' | 'apply';
  readonly extra?: Readonly<Record<string, string>>;
  readonly approve?: boolean;
}

/** Runs the shipped runbook on simulated hosts. */
async function run(hosts: readonly DemoHost[], { mode, extra = {}, approve = true }: Run) {
  const inventory = join(folder, 'inventory.yaml');
  writeFileSync(inventory, `inventory: simulated\nhosts:\n${hosts.map(({ name }) => `  ${name}: {}\n`).join('')}`);
  const transport = simulatedTransport(new Map(hosts.map(({ name, host }) => [name, host])));
  return runMend({
    runbook: flagship,
    inventory: [inventory],
    extra: new Map(Object.entries(extra)),
    mode,
    forks: 20,
    approve: async () => approve,
    transportFor: () => transport,
  });
}

/** `STEP: change` for all that a run would do or did. */
function changesOf(steps: Awaited<ReturnType<typeof run>>['plans'][number]['steps']): readonly string[] {
  return steps.flatMap(({ id, items }) =>
    items.flatMap(({ result, changes }) =>
      result.outcome === 'changed' || result.outcome === 'would_change'
        ? changes.map(({ summary }) => `${id}: ${summary}`)
        : [],
    ),
  );
}

/** `web01` of `web01.demo`. */
const shortName = (name: string) => name.split('.')[0] ?? name;
const fleet = () => createDemoFleet(() => Date.now());
const only = (...names: readonly string[]) => fleet().filter(({ name }) => names.includes(shortName(name)));

describe('nginx-502-permission-denied', () => {
  it('finds the remedy of each host in a dry run, and changes none', async () => {
    const hosts = fleet();
    const before = hosts.map(({ state }) =>
      structuredClone({ ...state, clock: null, errorLog: null, auditLog: null, marked: 0 }),
    );
    const { plans, exitCode } = await run(hosts, { mode: 'dry_run' });
    const found = Object.fromEntries(
      plans.map((plan) => [shortName(plan.host), [plan.verdict, ...changesOf(plan.steps)]]),
    );
    expect(found).toMatchObject({
      web01: ['would_fix', 'boolean: httpd_graceful_shutdown: off → on (persistent)'],
      web02: ['would_fix', 'port: SELinux type of tcp 3000: ntop_port_t → http_port_t'],
      web03: [
        'would_fix',
        expect.stringMatching(/^module: .*\(allow httpd_t http_cache_port_t \(tcp_socket \(name_connect\)\)\)/),
      ],
      web04: [
        'would_fix',
        expect.stringMatching(/^unix_socket: label rule \/var\/run\/app\(\/\.\*\)\? \(add\): .* → httpd_var_run_t/),
        expect.stringMatching(/^unix_socket: .*unix_stream_socket \(connectto\)/),
      ],
      web06: ['not_applicable'],
      web07: ['healthy'],
      web08: ['healthy'],
    });
    expect(found['web05']?.[1]).toMatch(/^socket_rights: /);
    expect(exitCode).toBe(2);
    expect(
      hosts.map(({ state }) => structuredClone({ ...state, clock: null, errorLog: null, auditLog: null, marked: 0 })),
    ).toEqual(before);
  });

  it.each(fleet().map(({ name, cause, expected }) => ({ name, cause, expected })))(
    '$name ($cause): dry run, run, run again',
    async ({ name, expected }) => {
      const hosts = only(shortName(name));
      expect((await run(hosts, { mode: 'dry_run' })).plans[0]?.verdict).toBe(expected.dryRun);
      const first = await run(hosts, { mode: 'apply' });
      expect(first.outcomes.map(({ verdict, reason }) => ({ verdict, reason }))).toMatchObject([
        { verdict: expected.first },
      ]);
      expect((await run(hosts, { mode: 'apply' })).outcomes[0]?.verdict).toBe(expected.again);
    },
  );

  it('does on a host what its dry run said', async () => {
    const planned = await run(fleet(), { mode: 'dry_run' });
    const done = await run(fleet(), { mode: 'apply' });
    const all = (plans: readonly { readonly host: string; readonly steps: Parameters<typeof changesOf>[0] }[]) =>
      plans.map(({ host, steps }) => [host, changesOf(steps)]).sort();
    expect(all(done.outcomes)).toEqual(all(planned.plans));
  });

  it('takes the distribution’s way, or the usual advice, when asked to', async () => {
    const way = async (prefer: string) => (await run(only('web03'), { mode: 'apply', extra: { prefer } })).outcomes[0];
    const distro = await way('distro');
    expect([distro?.verdict, changesOf(distro?.steps ?? [])]).toEqual([
      'fixed',
      ['boolean: httpd_can_network_relay: off → on (persistent)'],
    ]);
    const usual = await way('boolean');
    expect([usual?.verdict, changesOf(usual?.steps ?? [])]).toEqual([
      'fixed',
      ['boolean: httpd_can_network_connect: off → on (persistent)'],
    ]);
  });

  it('names the distribution’s way beside the module, and installs none without consent', async () => {
    const hosts = only('web03');
    const { outcomes } = await run(hosts, { mode: 'apply', approve: false });
    expect(outcomes[0]?.verdict).toBe('refused');
    expect(hosts[0]?.state.modules.size).toBe(0);
    const notes = outcomes[0]?.steps.flatMap((step) => step.notes).join('\n');
    expect(notes).toContain('prefer=distro: httpd_can_network_relay');
  });

  describe('hosts that only look alike', () => {
    /** One host of the fleet that answers some probes differently. */
    const altered = (name: string, answers: Readonly<Record<string, (usual: string) => SimulatedAnswer>>): DemoHost[] =>
      only(name).map((each) => ({
        ...each,
        host: {
          ...each.host,
          answer(label, become) {
            const usual = each.host.answer(label, become);
            return answers[label.name]?.(usual.stdout ?? '') ?? usual;
          },
        },
      }));

    it('leaves a host alone where a route forbids the connection', async () => {
      const prohibited = () => ({ rc: 2, stderr: 'RTNETLINK answers: Permission denied\n' });
      const { plans } = await run(altered('web01', { 'net.route': prohibited }), { mode: 'dry_run' });
      expect(plans[0]).toMatchObject({
        verdict: 'not_applicable',
        reason: expect.stringContaining('A route forbids it: 127.0.0.1'),
      });
    });
    it('changes no ostree host for good, but says what its image lacks', async () => {
      const image = (usual: string) => ({ rc: 0, stdout: `${usual}image_based yes\n` });
      const { plans } = await run(altered('web01', { 'selinux.status': image }), { mode: 'dry_run' });
      expect(plans[0]).toMatchObject({
        verdict: 'not_fixed',
        reason: expect.stringContaining('Put it into the image: switch on httpd_graceful_shutdown'),
      });
    });
    it('opens nothing where nobody listens behind the denial', async () => {
      const hosts = only('web01');
      const [host] = hosts;
      if (host) Object.assign(host.state, { backend: { ...host.state.backend, listening: false } });
      for (const mode of ['dry_run', 'apply'] as const) {
        const { plans, outcomes } = await run(hosts, { mode });
        const [end] = mode === 'apply' ? outcomes : plans;
        expect(end).toMatchObject({
          verdict: 'not_fixed',
          reason: expect.stringMatching(
            /Nothing listens at 127\.0\.0\.1:9000\. SELinux forbids .* start the backend first, then run this again/,
          ),
        });
        expect(changesOf(end?.steps ?? [])).toEqual([]);
      }
    });
    it('F11: leaves alone what the policy allows by now, and names the backend that refuses', async () => {
      const hosts = only('web01');
      const [host] = hosts;
      if (host) Object.assign(host.state, { backend: { ...host.state.backend, listening: false } });
      host?.state.booleans.set('httpd_graceful_shutdown', { active: true, local: true });
      const { outcomes } = await run(hosts, { mode: 'apply' });
      expect(outcomes[0]).toMatchObject({
        verdict: 'not_applicable',
        reason: expect.stringContaining('nothing listens at 127.0.0.1:9000'),
      });
      expect(outcomes[0]?.reason).toMatch(/denials in the log are old: the policy now allows/i);
      expect(changesOf(outcomes[0]?.steps ?? [])).toEqual([]);
    });
    it('F05: switches on for now what a reboot would switch on, and takes that back exactly', async () => {
      const hosts = only('web03');
      hosts[0]?.state.booleans.set('httpd_can_network_connect', { active: false, local: true });
      const { outcomes } = await run(hosts, { mode: 'apply' });
      expect(outcomes[0]?.verdict).toBe('fixed');
      expect(changesOf(outcomes[0]?.steps ?? [])).toEqual(['boolean: httpd_can_network_connect: off → on (now only)']);
      const said = JSON.stringify(outcomes[0]?.steps);
      expect(said).toContain('what the next reboot would open anyway');
      expect(said).toContain('httpd_can_network_connect: off now, on after a reboot');
    });
    it('opens a closed directory for the worker alone, and leaves a socket whose own rights are right', async () => {
      const hosts = only('web05');
      const files = hosts[0]?.state.files;
      const [directory, socket] = [files?.get('/run/php-fpm'), files?.get('/run/php-fpm/www.sock')];
      if (directory) setMode(directory, '0700');
      if (socket) Object.assign(socket, { owner: 'nginx', group: 'nginx' });
      const { outcomes } = await run(hosts, { mode: 'apply' });
      expect([outcomes[0]?.verdict, changesOf(outcomes[0]?.steps ?? [])]).toEqual([
        'fixed',
        ['socket_rights: /run/php-fpm: nginx --- → --x, mask --- → --x'],
      ]);
      expect(JSON.stringify(outcomes[0]?.steps)).toContain('(it may not enter /run/php-fpm)');
    });

    describe('with AppArmor', () => {
      const at = Math.floor(Date.now() / 1000);
      const denial = (family: string, epoch = at) =>
        `E type=AVC msg=audit(${epoch}.500:9): apparmor="DENIED" operation="create" profile="nginx" pid=1 comm="nginx" family="${family}" sock_type="stream" protocol=0 requested_mask="create" denied_mask="create"\n`;
      /** A host without SELinux, whose nginx runs in an AppArmor profile. */
      const confined = (status: string, denials: string): DemoHost[] => {
        const worker = (usual: string) => ({
          rc: 0,
          stdout: usual.replace('L selinux', 'L apparmor').replace(/^A .*$/gm, 'A nginx (enforce)'),
        });
        return altered('web01', {
          'selinux.status': () => ({ rc: 0, stdout: 'mounted no\n' }),
          'selinux.remedies': () => ({ rc: 0, stdout: 'mode disabled\n' }),
          'selinux.denials': () => ({ rc: 0, stdout: 'selinux no\n' }),
          'nginx.worker': worker,
          'apparmor.status': () => ({ rc: 0, stdout: `enabled:1\nloaded_read:1\nparser:1\n${status}` }),
          'apparmor.local_rule': () => ({ rc: 0, stdout: `enabled:1\nloaded_read:1\nparser:1\n${status}` }),
          'apparmor.denials': () => ({ rc: 0, stdout: `Z ${at - 3600}\nK auditd\nS audit.log read\n${denials}` }),
        });
      };
      const encoded = (text: string) => Buffer.from(text).toString('hex');
      const file = `file=${encoded('/etc/apparmor.d/usr.sbin.nginx')}\n`;
      const local = `local=${encoded('usr.sbin.nginx')}\n`;
      const loaded = `loaded:enforce\nloaded_at:${at - 60}\n`;

      it('plans all rules that are missing as one change, each once', async () => {
        const hosts = confined(`${loaded}${file}${local}`, denial('inet') + denial('inet6') + denial('inet', at - 1));
        const [plan] = (await run(hosts, { mode: 'dry_run' })).plans;
        expect(changesOf(plan?.steps ?? [])).toEqual([
          expect.stringMatching(
            /^apparmor: AppArmor profile nginx: also allows "network inet6 stream,", "network inet stream,", in \/etc\/apparmor\.d\/local\/usr\.sbin\.nginx/,
          ),
        ]);
        expect(JSON.stringify(plan?.steps)).toContain(
          'This opens: profile nginx may open TCP sockets (IPv6); profile nginx may open TCP sockets (IPv4).',
        );
      });
      it.each([
        ['says what is missing where the profile includes no local file', loaded + file, denial('inet'), 'not_fixed'],
        [
          'ignores a denial of before the profile was loaded',
          loaded + file + local,
          denial('inet', at - 90),
          undefined,
        ],
        [
          'ignores a profile that only complains by now',
          `loaded:complain\nloaded_at:${at - 60}\n${file}${local}`,
          denial('inet'),
          undefined,
        ],
      ])('%s', async (_what, status, denials, verdict) => {
        const [plan] = (await run(confined(status, denials), { mode: 'dry_run' })).plans;
        expect(changesOf(plan?.steps ?? [])).toEqual([]);
        if (verdict === undefined) return;
        expect(plan).toMatchObject({
          verdict,
          reason: expect.stringMatching(
            /usr\.sbin\.nginx does not include a file of .*local: add network inet stream, to the profile by hand/,
          ),
        });
      });
    });

    it('F06: makes lasting what a reboot would switch off, though nobody sees a 502 yet', async () => {
      const hosts = only('web07');
      hosts[0]?.state.booleans.set('httpd_graceful_shutdown', { active: true });
      const change = ['persist: httpd_graceful_shutdown: on until reboot → on (persistent)'];
      const dry = await run(hosts, { mode: 'dry_run' });
      expect([dry.plans[0]?.verdict, changesOf(dry.plans[0]?.steps ?? [])]).toEqual(['would_fix', change]);
      const real = await run(hosts, { mode: 'apply' });
      expect(changesOf(real.outcomes[0]?.steps ?? [])).toEqual(change);
      expect((await run(hosts, { mode: 'apply' })).outcomes[0]?.verdict).toBe('healthy');
    });
    describe('F06: a wide boolean that the next reboot takes back', () => {
      const fleeting = () => {
        const hosts = only('web07');
        hosts[0]?.state.booleans.set('httpd_graceful_shutdown', { active: false });
        hosts[0]?.state.booleans.set('httpd_can_network_connect', { active: true });
        return hosts;
      };
      it('keeps open by the narrowest way, not by itself', async () => {
        const hosts = fleeting();
        const { outcomes } = await run(hosts, { mode: 'apply' });
        expect(changesOf(outcomes[0]?.steps ?? [])).toEqual([
          'persist: httpd_graceful_shutdown: off → on (persistent)',
        ]);
        const said = (outcomes[0]?.notes ?? []).join('\n');
        expect(said).toContain('Not persistent: httpd_can_network_connect lets nginx connect now');
        expect(said).toMatch(/To last: switch on httpd_graceful_shutdown opens \d TCP ports for every httpd_t process/);
        expect(said).toContain(
          'Proved by sesearch: allow httpd_t http_port_t:tcp_socket name_connect; [ httpd_graceful',
        );
        expect((await run(hosts, { mode: 'apply' })).outcomes[0]).toMatchObject({ verdict: 'healthy' });
        expect(hosts[0]?.state.booleans.get('httpd_can_network_connect')).toEqual({ active: true });
      });
      it('is made lasting itself where the operator prefers that, but only when asked', async () => {
        const refused = fleeting();
        const extra = { prefer: 'boolean' };
        const { outcomes } = await run(refused, { mode: 'apply', extra, approve: false });
        expect([outcomes[0]?.verdict, refused[0]?.state.booleans.get('httpd_can_network_connect')]).toEqual([
          'refused',
          { active: true },
        ]);
        const agreed = (await run(fleeting(), { mode: 'apply', extra })).outcomes[0];
        expect(changesOf(agreed?.steps ?? [])).toEqual([
          'persist: httpd_can_network_connect: on until reboot → on (persistent)',
        ]);
      });
      it('does not hold up the cure of another backend by a question', async () => {
        const hosts = only('web05');
        hosts[0]?.state.booleans.set('httpd_can_network_connect', { active: true });
        const site =
          'server { listen 80; server_name shop.example.com; location / { proxy_pass http://127.0.0.1:3000; } }';
        const both = altered('web05', {}).map((each) => ({
          ...each,
          host: {
            ...each.host,
            answer: (...[label, become]: Parameters<typeof each.host.answer>) => {
              const usual = hosts[0]?.host.answer(label, become) ?? { rc: 1 };
              const stdout = usual.stdout?.replace('\n|server {', `\n|${site}\n|server {`);
              return label.name === 'nginx.upstreams' && stdout !== undefined ? { ...usual, stdout } : usual;
            },
            ...(hosts[0]?.host.apply === undefined ? {} : { apply: hosts[0].host.apply }),
          },
        }));
        const { outcomes } = await run(both, { mode: 'apply', approve: false });
        expect([outcomes[0]?.verdict, changesOf(outcomes[0]?.steps ?? [])]).toEqual([
          'fixed',
          [expect.stringMatching(/^socket_rights: /)],
        ]);
        expect(outcomes[0]?.notes.join('\n')).toContain('That is asked about in a later run, when the 502 is gone.');
      });
      it('is only told of where no sesearch can prove what would last', async () => {
        const hosts = fleeting().map((each) => ({
          ...each,
          host: {
            ...each.host,
            answer: (...asked: Parameters<typeof each.host.answer>) => {
              const usual = each.host.answer(...asked);
              const stdout = usual.stdout?.replace('sesearch yes', 'sesearch no').replace(/^rule .*\n/gm, '');
              return stdout === undefined ? usual : { ...usual, stdout };
            },
          },
        }));
        const { outcomes } = await run(hosts, { mode: 'apply' });
        expect([outcomes[0]?.verdict, changesOf(outcomes[0]?.steps ?? [])]).toEqual(['healthy', []]);
        expect(outcomes[0]?.notes.join('\n')).toMatch(/Nothing is made to last for: .* \(needs sesearch/);
      });
    });
    it('F06: not where a persistent change would cut the policy off from updates', async () => {
      const image = (usual: string) => ({ rc: 0, stdout: `${usual}image_based yes\n` });
      const hosts = altered('web07', { 'selinux.status': image });
      hosts[0]?.state.booleans.set('httpd_graceful_shutdown', { active: true });
      const { plans } = await run(hosts, { mode: 'dry_run' });
      expect(changesOf(plans[0]?.steps ?? [])).toEqual([]);
    });

    const silent = () => ({
      rc: 0,
      stdout: `rc:7\nanswer=${Buffer.from('\nmendgate 000 0.001 0').toString('hex')}\n`,
      stderr: 'curl: (7) Failed to connect to 127.0.0.1 port 80: Connection refused\n',
    });
    it('calls no host healthy where nginx does not run, and repairs nothing', async () => {
      const stopped = (usual: string) => ({ rc: 0, stdout: usual.replace(/^[PTXWACU] .*\n/gm, '') });
      const hosts = altered('web07', { 'http.request': silent, 'nginx.worker': stopped, 'nginx.upstreams': stopped });
      for (const mode of ['dry_run', 'apply'] as const) {
        const { outcomes, plans, exitCode } = await run(hosts, { mode });
        expect([mode, ...(mode === 'apply' ? outcomes : plans)]).toMatchObject([
          mode,
          {
            verdict: 'not_applicable',
            symptom: 'present',
            reason: expect.stringMatching(
              /No nginx runs here.* Nothing answers at http:\/\/127\.0\.0\.1\/ \(.*refused\)/,
            ),
          },
        ]);
        expect(exitCode).toBe(2);
      }
    });
    it('changes nothing where one of urls gets no answer, so that no fix could be judged', async () => {
      const { outcomes, exitCode } = await run(altered('web01', { 'http.request': silent }), { mode: 'apply' });
      expect([outcomes[0]?.verdict, changesOf(outcomes[0]?.steps ?? []), exitCode]).toEqual(['not_fixed', [], 2]);
      expect(outcomes[0]?.reason).toMatch(
        /^nginx runs, but does not answer at http:\/\/127\.0\.0\.1\/ .* The log does tell of 13, at 127\.0\.0\.1:9000/,
      );
    });
    it('calls no host healthy without any request', async () => {
      const { plans, exitCode } = await run(only('web07'), { mode: 'dry_run', extra: { urls: '[]' } });
      expect([plans[0]?.verdict, exitCode]).toEqual(['not_fixed', 2]);
      expect(plans[0]?.reason).toContain('-e urls=http://NAME/');
    });

    describe('whose log tells of a site that no request asks for', () => {
      const site =
        'server { listen 80; server_name shop.example.com; location / { proxy_pass http://127.0.0.1:3000; } }';
      const withSite = (usual: string) => usual.replace('\n|server {', `\n|${site}\n|server {`);
      /** A minute ago, nginx was refused there. */
      const line = () =>
        `E ${new Date(Date.now() - 60_000).toISOString().slice(0, 19).replace('T', ' ').replaceAll('-', '/')} [crit] 1182#1182: *9 connect() to 127.0.0.1:3000 failed (13: Permission denied) while connecting to upstream\n`;
      const logged = line();
      const quiet = (name: string, configure: (usual: string) => string = withSite) =>
        altered(name, {
          'nginx.upstreams': (usual) => ({ rc: 0, stdout: configure(usual) }),
          'nginx.upstream_errors': (usual) => ({ rc: 0, stdout: `${usual}${logged}` }),
        });
      const label = ['port: SELinux type of tcp 3000: ntop_port_t → http_port_t'];

      it('is mended, and is healthy a minute later, though the log still tells of it', async () => {
        const hosts = quiet('web07');
        const dry = (await run(hosts, { mode: 'dry_run' })).plans[0];
        expect([dry?.verdict, changesOf(dry?.steps ?? [])]).toEqual(['would_fix', label]);
        expect(dry?.notes.join('\n')).toMatch(
          /No request of urls shows it, but nginx's log does, and it is still forbidden: 127\.0\.0\.1:3000 \(site shop\.example\.com\)\. .*-e urls=/,
        );
        const first = (await run(hosts, { mode: 'apply' })).outcomes[0];
        expect([first?.verdict, changesOf(first?.steps ?? [])]).toEqual(['fixed', label]);
        const again = (await run(hosts, { mode: 'apply' })).outcomes[0];
        expect([again?.verdict, changesOf(again?.steps ?? [])]).toEqual(['healthy', []]);
      });
      it('is healthy where nginx is configured not to connect there any more', async () => {
        const { plans } = await run(
          quiet('web07', (usual) => usual),
          { mode: 'dry_run' },
        );
        expect(plans[0]?.verdict).toBe('healthy');
      });
      it('is healthy where SELinux only logs', async () => {
        const { plans } = await run(quiet('web08'), { mode: 'dry_run' });
        expect(plans[0]?.verdict).toBe('healthy');
      });
      it('is not decided where the policy cannot be asked', async () => {
        const hosts = quiet('web07').map((each) => ({
          ...each,
          host: {
            ...each.host,
            answer: (...[label, become]: Parameters<typeof each.host.answer>) =>
              label.name === 'selinux.refused' ? { rc: 1 } : each.host.answer(label, become),
          },
        }));
        const { plans, exitCode } = await run(hosts, { mode: 'dry_run' });
        expect([plans[0]?.verdict, exitCode]).toEqual(['undetermined', 2]);
      });
      it('counts a socket that nginx may not write, until it may', async () => {
        const hosts = only('web05').map((each) => ({
          ...each,
          host: {
            ...each.host,
            answer: (...[label, become]: Parameters<typeof each.host.answer>) =>
              label.name === 'http.request' ? { rc: 0, stdout: web07Answer } : each.host.answer(label, become),
          },
        }));
        const first = (await run(hosts, { mode: 'apply' })).outcomes[0];
        expect([first?.verdict, changesOf(first?.steps ?? [])]).toEqual([
          'fixed',
          [expect.stringMatching(/^socket_rights: /)],
        ]);
        expect((await run(hosts, { mode: 'apply' })).outcomes[0]?.verdict).toBe('healthy');
      });
      const web07Answer = `rc:0\nanswer=${Buffer.from('HTTP/1.1 200 OK\r\n\r\nfine\nmendgate 200 0.004 4').toString('hex')}\n`;
    });
    it('F18: decides nothing when it may not read the audit log', async () => {
      const refused = () => ({
        rc: 0,
        stdout: `selinux yes\nnow 2\nfrom 1\nauditd yes\nsource ausearch 1 Error opening /var/log/audit/audit.log (Permission denied)\n`,
      });
      const { plans, exitCode } = await run(altered('web01', { 'selinux.denials': refused }), { mode: 'dry_run' });
      expect(plans[0]?.verdict).toBe('undetermined');
      expect(JSON.stringify(plans[0])).toContain('Permission denied');
      expect(exitCode).toBe(2);
      const real = await run(altered('web01', { 'selinux.denials': refused }), { mode: 'apply' });
      expect(real.outcomes.flatMap(({ steps }) => changesOf(steps))).toEqual([]);
    });
  });
});
