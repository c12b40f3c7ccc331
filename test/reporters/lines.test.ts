import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/model/event.ts';
import { createReporter } from '../../src/reporters/index.ts';
import type { ReporterOptions } from '../../src/reporters/reporter.ts';
import { change, fixing, outcome, plan, runFinished, runStarted, sink, stamp } from './events.ts';
import { allSamples } from './samples.ts';

async function told(
  bodies: readonly EventBody[],
  options: Partial<ReporterOptions> = {},
  look = {},
): Promise<{ out: string; err: string }> {
  const stdout = sink(look);
  const stderr = sink(look);
  const reporter = await createReporter('lines', { stdout, stderr }, { verbosity: 0, diff: false, ...options });
  for (const event of stamp(bodies)) reporter.emit(event);
  await reporter.close();
  await reporter.close();
  return { out: stdout.text(), err: stderr.text() };
}

describe('lines', () => {
  it('tells what was changed on stderr, one line for it, and the summary once on stdout', async () => {
    const { out, err } = await told([runStarted(['web01'], false), ...fixing('web01'), runFinished(0, 1)]);
    expect(err).toBe(`nginx-502: nginx 502: Permission denied (1 of 40 hosts)
changed         web01  boolean: httpd_graceful_shutdown: off → on (1.2s)
`);
    expect(out.match(/1 host: 1 fixed/g)).toHaveLength(1);
  });

  it('tells each wait: for what, how long already, and until when', async () => {
    const wait = {
      type: 'fix.waiting',
      host: 'web01',
      step: 'boolean',
      attempt: 1,
      reason: 'the policy store is held by dnf (process 4711)',
      waitedMs: 0,
      nextMs: 2000,
      leftMs: 300_000,
    } as const;
    const later = { ...wait, waitedMs: 12_100, nextMs: 8000, leftMs: 287_900, rollback: true } as const;
    const { err } = await told([runStarted(['web01'], false), wait, later], {}, { columns: 200 });
    expect(err.split('\n').slice(1, 3)).toEqual([
      'waiting         web01  boolean: the policy store is held by dnf (process 4711); tries again within 2s, gives up in 5m00s',
      'rollback waits  web01  boolean: the policy store is held by dnf (process 4711); waited 12s, tries again within 8s, gives up in 4m48s',
    ]);
  });

  it('tells of batches: who is at work, and whom nobody touches any more', async () => {
    const { err } = await told(
      [
        runStarted(['web01', 'web02', 'web03', 'web04'], false),
        { type: 'batch.started', batch: 1, hosts: ['web01', 'web02'], canaries: ['web01', 'web02'], waiting: 2 },
        {
          type: 'batch.finished',
          batch: 1,
          verdicts: { fixed: 1, rolled_back: 1 },
          closed: [{ canary: 'web02', diagnosis: 'boolean off', waiting: 1 }],
          ms: 1200,
        },
        { type: 'batch.started', batch: 2, hosts: ['web03'], canaries: [], waiting: 0 },
        { type: 'batch.finished', batch: 2, verdicts: { fixed: 1 }, closed: [], ms: 900 },
        {
          type: 'host.finished',
          host: 'web04',
          outcome: outcome('web04', { verdict: 'not_started', reason: 'not touched: web02 was the first of its kind' }),
          ms: 0,
        },
      ],
      {},
      { columns: 200 },
    );
    expect(err.split('\n').slice(1)).toEqual([
      'batch 1                2 hosts, 2 the first of their kind; 2 wait: web[01-02]',
      'batch 1                1 fixed, 1 rolled back (1.2s); web02 was the first of its kind, and the other one is not touched: boolean off',
      'batch 2                1 host: web03',
      '',
    ]);
  });

  it('shows a dry run as a plan', async () => {
    const { out, err } = await told([
      runStarted(['web01'], true),
      { type: 'host.planned', host: 'web01', plan: plan('web01') },
      runFinished(0),
    ]);
    expect(err).toContain('dry run: nothing is changed');
    expect(out).toContain('1 host of 40');
    expect(out).toContain('Plan: 1 host would change');
  });

  it('leaves what would change on each host to the plan, and tells it with -v', async () => {
    const of = { host: 'web01', step: 'boolean' };
    const bodies: readonly EventBody[] = [
      runStarted(['web01'], false),
      { type: 'change.planned', ...of, change },
      { type: 'step.finished', ...of, title: 'T', result: { outcome: 'would_change' }, ms: 5 },
    ];
    expect((await told(bodies, { diff: true })).err.trimEnd().split('\n')).toHaveLength(1);
    expect((await told(bodies, { verbosity: 1 })).err).toMatch(/^would change +web01 +boolean: httpd_graceful/m);
  });

  it.each([0, 1] as const)('tells a host’s end in a dry run once, at verbosity %i', async (verbosity) => {
    const why = { verdict: 'not_applicable', reason: 'The backend refuses.', diagnosis: 'not SELinux' } as const;
    const bodies: readonly EventBody[] = [
      runStarted(['web01'], true),
      { type: 'host.planned', host: 'web01', plan: plan('web01', why) },
      { type: 'host.finished', host: 'web01', outcome: outcome('web01', why), ms: 1 },
    ];
    const { err } = await told(bodies, { verbosity });
    expect(err.match(/not SELinux: The backend refuses\./g)).toHaveLength(1);
  });

  it('adds ok steps and reasons of gates with -v, commands with -vv, transport with -vvv', async () => {
    const bodies = [runStarted(['web01'], false), ...fixing('web01'), runFinished(0, 1)];
    const [quiet, reasons, commands, transport] = await Promise.all(
      ([0, 1, 2, 3] as const).map((verbosity) => told(bodies, { verbosity })),
    );
    expect(quiet?.err).not.toContain('confirm');
    expect(reasons?.err).toMatch(/^ok +web01 +confirm/m);
    expect(reasons?.err).toContain('✔ selinux.mode == "enforcing"');
    expect(reasons?.err).not.toContain('setsebool');
    expect(commands?.err).toContain('root # setsebool -P httpd_graceful_shutdown 1');
    expect(commands?.err).not.toMatch(/^connect/m);
    expect(transport?.err).toMatch(/^connected +web01 +12ms/m);
  });

  it.each([
    [{ outcome: 'failed', reason: 'rc 1: no boolean' }, /^failed +web01 +boolean: T; rc 1: no boolean \(5ms\)\n$/],
    [{ outcome: 'rolled_back', reason: 'verify: no' }, /^rolled back +web01 +boolean: T; verify: no \(5ms\)\n$/],
    [{ outcome: 'unknown', reason: 'connection lost' }, /^unknown +web01 +boolean: T; connection lost \(5ms\)\n$/],
    [{ outcome: 'undetermined', waitsOn: ['a', 'b'] }, /^undetermined +web01 +boolean: T; waits on a, b \(5ms\)\n$/],
  ] as const)('always tells of a step that ended %j', async (result, line) => {
    const { err } = await told([{ type: 'step.finished', host: 'web01', step: 'boolean', title: 'T', result, ms: 5 }]);
    expect(err).toMatch(line);
  });

  it('tells of notes, warnings, unreachable hosts, failed rollbacks and conclusions without -v', async () => {
    const { err } = await told([
      { type: 'note', host: 'web01', step: 'confirm', item: 'x', message: '2 old denials: ignored' },
      { type: 'warning', message: 'clock is off' },
      { type: 'host.unreachable', host: 'web02', phase: 'tcp', reason: 'refused', help: 'Is sshd up?' },
      { type: 'rollback.result', host: 'web01', step: 'boolean', key: [], done: false, reason: 'busy' },
      {
        type: 'host.finished',
        host: 'web03',
        ms: 1,
        outcome: outcome('web03', {
          verdict: 'not_applicable',
          diagnosis: 'not SELinux',
          reason: 'The backend refuses.',
          see: 'other',
        }),
      },
    ]);
    expect(err).toContain('confirm [x]: 2 old denials: ignored');
    expect(err).toMatch(/^warning +clock is off$/m);
    expect(err).toMatch(/^unreachable +web02 +tcp: refused\. Is sshd up\?$/m);
    expect(err).toMatch(/^rollback fails +web01 +boolean: busy$/m);
    expect(err).toMatch(/^not applicable +web03 +not SELinux: The backend refuses\. \(see other\)$/m);
  });

  it('prints a note and a conclusion of several lines in as many, each safe and under the first', async () => {
    const message = 'Not SELinux.\nLook at the backend:\x1b[2J\n\n  ss -ltn\n';
    const end = outcome('web01', { verdict: 'not_applicable', diagnosis: message, reason: message });
    const { out, err } = await told([
      runStarted(['web01'], false),
      { type: 'note', host: 'web01', step: 'look', message },
      { type: 'host.finished', host: 'web01', ms: 1, outcome: end },
    ]);
    expect(err.split('\n').slice(1)).toEqual([
      'note            web01  look: Not SELinux.',
      '                       Look at the backend:\\x1b[2J',
      '',
      '                         ss -ltn',
      'not applicable  web01  Not SELinux.',
      '                       Look at the backend:\\x1b[2J',
      '',
      '                         ss -ltn',
      '',
    ]);
    expect(out).toContain(`
1 host   Not SELinux.
         Look at the backend:\\x1b[2J

           ss -ltn
         not applicable  web01
`);
  });

  it('prints a concluding step with -v in as many lines as its message has', async () => {
    const result = { outcome: 'ok', reason: 'Not SELinux.\nLook at the backend.\n' } as const;
    const body = { type: 'step.finished', host: 'web01', step: 'look', title: 'T', result, ms: 5 } as const;
    const { err } = await told([runStarted(['web01'], false), body], { verbosity: 1 });
    expect(err.split('\n').slice(1, 3)).toEqual([
      'ok              web01  look: T; Not SELinux.',
      '                       Look at the backend. (5ms)',
    ]);
  });

  it('never breaks lines for a pipe, and always for a narrow terminal', async () => {
    const reason = 'word '.repeat(80);
    const bodies: readonly EventBody[] = [
      { type: 'step.finished', host: 'web01', step: 's', title: 'T', result: { outcome: 'failed', reason }, ms: 5 },
    ];
    expect((await told(bodies)).err.trimEnd().split('\n')).toHaveLength(1);
    const narrow = (await told(bodies, {}, { isTty: true, columns: 60 })).err.trimEnd().split('\n');
    expect(narrow.length).toBeGreaterThan(5);
    for (const line of narrow) expect(line.length).toBeLessThanOrEqual(60);
  });

  it('shows diffs of what was changed with -D', async () => {
    const contents = [{ label: '/etc/x', before: 'a\n', after: 'b\n' }];
    const of = { host: 'web01', step: 's' };
    const { err } = await told(
      [
        { type: 'change.planned', ...of, change: { ...change, contents } },
        { type: 'step.finished', ...of, title: 'T', result: { outcome: 'changed' }, ms: 1 },
      ],
      { diff: true },
    );
    expect(err).toContain('-a');
    expect(err).toContain('+b');
  });

  it('has a line or a reason to be silent for every type of event', async () => {
    const { err } = await told(allSamples, { verbosity: 3, diff: true });
    for (const word of [
      'connecting',
      'connected',
      'unreachable',
      'probe',
      'unreadable',
      'symptom',
      'step',
      'gate',
      'note',
      'fix',
      'verify',
      'rolling back',
      'put back',
      'warning',
    ]) {
      expect(err).toMatch(new RegExp(`^${word} `, 'm'));
    }
  });
});
