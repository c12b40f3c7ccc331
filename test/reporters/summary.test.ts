import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/model/event.ts';
import { fold, printSummary } from '../../src/reporters/summary.ts';
import { change, fixing, item, names, outcome, plan, runFinished, runStarted, stamp, step } from './events.ts';
import { request } from './samples.ts';

function summaryOf(bodies: readonly EventBody[]): string {
  return printSummary(fold(stamp(bodies)), { colour: false, columns: Number.POSITIVE_INFINITY, verbosity: 0 });
}
function finished(host: string, more: Parameters<typeof outcome>[1]): EventBody {
  return { type: 'host.finished', host, outcome: outcome(host, more), ms: 5 };
}

describe('the summary', () => {
  it('groups hosts by diagnosis, then says who needs a look and what to type', () => {
    const failed = step('boolean', { outcome: 'rolled_back', reason: 'verify did not hold: access.allowed' });
    const text = summaryOf([
      runStarted([...names('web', 1, 39)], false),
      ...names('web', 1, 35).flatMap(fixing),
      finished('web36', { verdict: 'rolled_back', steps: [failed] }),
      finished('web37', { verdict: 'rolled_back', steps: [failed] }),
      finished('web38', {
        verdict: 'not_applicable',
        diagnosis: 'not SELinux (111)',
        see: 'nginx-502-connection-refused',
      }),
      {
        type: 'host.unreachable',
        host: 'web39',
        phase: 'auth',
        reason: 'no key fits',
        help: 'Add your key with ssh-add.',
      },
      runFinished(6, 35),
    ]);
    expect(text).toBe(` 1 host   not SELinux (111) (see nginx-502-connection-refused)
          not applicable  web38
 1 host   unreachable     web39
37 hosts  boolean off → would set httpd_graceful_shutdown
          fixed           web[01-35]
          rolled back     web[36-37]

Needs a look
  rolled back     web[36-37]
                  boolean: rolled back: verify did not hold: access.allowed
  unreachable     web39
                  auth: no key fits
                  Add your key with ssh-add.

39 hosts: 35 fixed, 1 not applicable, 2 rolled back, 1 unreachable; 35 changes; 4.2s
  mendgate run nginx-502.yaml -l web36,web37,web39 --dry-run  look at these again, with the same options
`);
  });

  it('puts hosts together whose words differ in their names and numbers only, unless asked for each', () => {
    const refused = (at: number): EventBody => ({
      type: 'host.unreachable',
      host: `web${at}`,
      phase: 'tcp',
      reason: `web${at}.example.org (10.0.0.${at}) port 22: connection refused after ${at * 7} ms`,
    });
    const bodies = [
      runStarted(names('web', 1, 9), false),
      ...[1, 2, 3, 4, 5].map(refused),
      { ...refused(6), reason: 'web6.example.org: no such name' },
      ...[7, 8, 9].map((at) => ({ ...refused(at), reason: `the host key has changed: SHA256:${'abc'.repeat(at)}` })),
      runFinished(4),
    ];
    const text = summaryOf(bodies);
    expect(text).toContain(`Needs a look
  unreachable     web[1-5]
                  web1, and the others alike (each: -v):
                  tcp: web1.example.org (10.0.0.1) port 22: connection refused after 7 ms
  unreachable     web6
                  tcp: web6.example.org: no such name
  unreachable     web7
`);
    const [begun, ...rest] = bodies;
    const kept = { ...begun, request: { ...request, kind: 'run' } } as EventBody;
    expect(summaryOf([kept, ...rest])).toContain('alike (each: mendgate runs show run-1 -v):');
    const each = printSummary(fold(stamp(bodies)), { colour: false, columns: Number.POSITIVE_INFINITY, verbosity: 1 });
    expect(each).toContain('(10.0.0.5) port 22: connection refused after 35 ms');
  });

  it('shows hosts that were not reached as one group, whatever each one says', () => {
    const lost = (host: string, reason: string): EventBody =>
      finished(host, { verdict: 'unreachable', diagnosis: reason, reason, steps: [] });
    const text = summaryOf([
      runStarted(names('web', 1, 2), false),
      lost('web1', 'web1 port 22: connection refused'),
      lost('web2', 'web2: no such name'),
      runFinished(4),
    ]);
    expect(text).toContain('2 hosts  unreachable     web[1-2]\n');
  });

  it('names a file of hosts where they are too many for a line, if the run is kept', () => {
    const hosts = names('web', 1, 30);
    const bodies = [
      { ...runStarted(hosts, false), request: { ...request, kind: 'run' as const, reach: {} } },
      ...hosts.map((host) => finished(host, { verdict: 'not_fixed' })),
      runFinished(2),
    ];
    const text = summaryOf(bodies);
    expect(text).toMatch(/\n {2}mendgate runs show run-1 --hosts bad > bad.txt +the 30 hosts that need a look\n/);
    expect(text).toMatch(/\n {2}mendgate run .* -l @bad.txt .*--dry-run +look at these again; give token again\n$/);
    expect(summaryOf([runStarted(hosts, false), ...bodies.slice(1)])).not.toContain('bad.txt');
  });

  it('does not say that hosts need a look that were only not started', () => {
    const hosts = names('web', 1, 30);
    const text = summaryOf([
      { ...runStarted(hosts, false), request: { ...request, kind: 'run' as const, reach: {} } } as EventBody,
      ...hosts.map((host) => finished(host, { verdict: 'not_started', reason: 'interrupted before its batch' })),
      runFinished(130),
    ]);
    expect(text).toContain('the 30 hosts that were not started');
    expect(text).not.toContain('need a look');
  });

  it('proposes nothing when all is well and nothing was changed', () => {
    const text = summaryOf([
      runStarted(['web01'], false),
      finished('web01', { verdict: 'healthy', diagnosis: '' }),
      runFinished(0),
    ]);
    expect(text).toBe('1 host   healthy         web01\n\n1 host: 1 healthy; 0 changes; 4.2s\n');
  });

  it('says what is left on a host when a rollback failed', () => {
    const left = step('boolean', {
      outcome: 'failed',
      reason: 'rc 1',
      rollbackFailed: 'httpd_graceful_shutdown stays on',
    });
    const text = summaryOf([
      runStarted(['web01'], false),
      finished('web01', { verdict: 'rollback_failed', steps: [left] }),
      runFinished(7, 1),
    ]);
    expect(text).toContain('boolean: failed: rc 1');
    expect(text).toContain('left on the host: httpd_graceful_shutdown stays on');
  });

  it("gives a host's reason and its step's once where they say the same", () => {
    const reason = 'verify does not hold: after.text == "well"';
    const failed = step('config', { outcome: 'rolled_back', reason });
    const text = summaryOf([
      runStarted(['web01', 'web02'], false),
      finished('web01', { verdict: 'rolled_back', reason: `step config: ${reason}`, steps: [failed] }),
      finished('web02', { verdict: 'not_fixed', reason: 'some steps failed', steps: [failed] }),
      runFinished(2, 0),
    ]);
    expect(text).toContain(`Needs a look
  rolled back     web01
                  config: rolled back: ${reason}
  not fixed       web02
                  some steps failed
                  config: rolled back: ${reason}
`);
  });

  it('names hosts that were not started, with the reason', () => {
    const reason = 'more than 2 bad hosts';
    const text = summaryOf([
      runStarted(['web01', 'web02', 'web03'], false),
      ...fixing('web01'),
      finished('web02', { verdict: 'not_started', reason, diagnosis: '' }),
      finished('web03', { verdict: 'not_started', reason, diagnosis: '' }),
      runFinished(2, 1),
    ]);
    expect(text).toContain('not started    web[02-03]: more than 2 bad hosts');
    expect(text).toContain('1 fixed, 2 not started');
    expect(text).toContain('mendgate run nginx-502.yaml -l web02,web03 --dry-run');
  });

  it('tells of an interrupted run which hosts are half-done and which were never begun', () => {
    const text = summaryOf([
      runStarted(['web01', 'web02', 'web03'], false),
      ...fixing('web01'),
      { type: 'host.connecting', host: 'web02' },
      { type: 'fix.intent', host: 'web02', step: 'boolean', key: [], attempt: 1, changes: [change] },
      runFinished(130, 1, true),
    ]);
    expect(text).toContain('Interrupted: no new steps were begun; one that was running may not have finished.');
    expect(text).toMatch(/no result +web02\n +boolean: its fix had begun; whether it is done is not known/);
    expect(text).toContain('not started    web03');
    expect(text).toContain('1 fixed, 1 not started, 1 without a result');
  });

  it('does not call a step half-done that has ended', () => {
    const text = summaryOf([
      runStarted(['web01'], false),
      { type: 'fix.intent', host: 'web01', step: 'boolean', key: [], attempt: 1, changes: [change] },
      {
        type: 'step.finished',
        host: 'web01',
        step: 'boolean',
        title: 'T',
        result: { outcome: 'rolled_back', reason: 'verify did not hold' },
        ms: 5,
      },
      finished('web01', { verdict: 'rolled_back' }),
      runFinished(2),
    ]);
    expect(text).not.toContain('had begun');
  });

  it('says so when the run has no recorded end', () => {
    expect(summaryOf([runStarted(['web01'], false), ...fixing('web01')])).toContain(
      'ended before its end was recorded',
    );
  });

  it('counts a dry run by what would happen and gives the line that does it', () => {
    const text = summaryOf([
      runStarted(['web01', 'web02'], true),
      { type: 'host.planned', host: 'web01', plan: plan('web01') },
      {
        type: 'host.planned',
        host: 'web02',
        plan: plan('web02', { verdict: 'undetermined', reason: 'sudo: a password is required', diagnosis: '' }),
      },
      runFinished(2),
    ]);
    expect(text).toContain('2 hosts: 1 would fix, 1 undetermined; 4.2s');
    expect(text).toMatch(/undetermined +web02\n +sudo: a password is required/);
    expect(text).toContain('mendgate run nginx-502.yaml  make these changes');
  });

  it('calls an undo that did what it was asked for no trouble', () => {
    const back = { outcome: 'rolled_back' } as const;
    const text = summaryOf([
      { ...runStarted(['web01', 'web02'], false), request: { ...request, inventory: [], reach: {} } } as EventBody,
      finished('web01', {
        verdict: 'rolled_back',
        reason: 'run run-0 is taken back',
        diagnosis: 'take back: a → b',
        steps: [step('one', back, { items: [item(back, { changes: [change] })] })],
      }),
      finished('web02', { verdict: 'refused', reason: 'changed by somebody', diagnosis: 'changed by somebody' }),
      runFinished(5),
    ]);
    expect(text).toBe(`1 host   take back: a → b
         rolled back     web01
1 host   changed by somebody
         refused         web02

Needs a look
  refused         web02
                  changed by somebody

2 hosts: 1 rolled back, 1 refused; 1 change taken back; 4.2s
  mendgate undo run-0 -l web02 --dry-run  look at these again
  mendgate undo run-0 -l web              go on with it: what is taken back stays so
`);
  });

  it('quotes a file name that a shell would split', () => {
    const started = runStarted(['web01'], true);
    if (started.type !== 'run.started') throw new Error('not a start');
    const text = summaryOf([
      { ...started, runbook: { ...started.runbook, file: "it's here.yaml" } },
      { type: 'host.planned', host: 'web01', plan: plan('web01') },
      runFinished(0),
    ]);
    expect(text).toContain("mendgate run 'it'\\''s here.yaml'");
  });
});
