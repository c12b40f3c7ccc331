import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDemoFleet, type DemoHost } from '../../src/demo/fleet.ts';
import { mend } from '../../src/mend.ts';
import type { SimulatedAnswer } from '../../src/model/simulated-host.ts';
import { simulatedTransport } from '../../src/transports/simulated/simulated-transport.ts';

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
  const end = await mend({
    runbook: 'runbooks/nginx-502-permission-denied.yaml',
    inventory: [inventory],
    limit: undefined,
    extra: new Map(Object.entries(extra)),
    mode,
    forks: 20,
    reach: { hostKeyPolicy: 'strict', onWarning: () => {} },
    becomeByDefault: false,
    tags: [],
    skipTags: [],
    startAt: undefined,
    expectHosts: undefined,
    detailedExitCode: false,
    sinks: [],
    onPlan: () => {},
    approvePlan: async () => true,
    approve: async () => approve,
    stopping: new AbortController().signal,
    aborting: new AbortController().signal,
    transportFor: () => transport,
  });
  if (end.kind !== 'ran') throw new Error(JSON.stringify(end));
  return end.result;
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
    it('F06: not where a persistent change would cut the policy off from updates', async () => {
      const image = (usual: string) => ({ rc: 0, stdout: `${usual}image_based yes\n` });
      const hosts = altered('web07', { 'selinux.status': image });
      hosts[0]?.state.booleans.set('httpd_graceful_shutdown', { active: true });
      const { plans } = await run(hosts, { mode: 'dry_run' });
      expect(changesOf(plans[0]?.steps ?? [])).toEqual([]);
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
