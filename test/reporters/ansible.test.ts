import { describe, expect, it } from 'vitest';
import type { EventBody } from '../../src/model/event.ts';
import { createReporter } from '../../src/reporters/index.ts';
import { fixing, outcome, runFinished, runStarted, sink, stamp, step } from './events.ts';

async function recap(bodies: readonly EventBody[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const [stdout, stderr] = [sink(), sink()];
  const reporter = await createReporter('ansible', { stdout, stderr }, { verbosity: 0, diff: false });
  for (const event of stamp(bodies)) reporter.emit(event);
  await reporter.close();
  await reporter.close();
  return { stdout: stdout.text(), stderr: stderr.text() };
}
const ended = (host: string, more: Parameters<typeof outcome>[1]): EventBody => ({
  type: 'host.finished',
  host,
  outcome: outcome(host, more),
  ms: 5,
});

/** What scrapers of the recap look for (from Ansible's own default callback). */
const line =
  /^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)\s+skipped=(\d+)\s+rescued=(\d+)\s+ignored=(\d+)\s*$/;

describe('the recap for programs that know Ansible', () => {
  it('has the line of each host, by name, and nothing else on stdout', async () => {
    const steps = [step('a', { outcome: 'ok' }), step('b', { outcome: 'changed' }), step('c', { outcome: 'skipped' })];
    const { stdout, stderr } = await recap([
      runStarted(['web2', 'web1', 'web3', 'web4', 'web5'], false),
      ended('web2', { steps }),
      ended('web1', { verdict: 'rolled_back', steps: [step('b', { outcome: 'rolled_back' })] }),
      ended('web3', { verdict: 'unreachable', steps: [] }),
      ended('web4', { verdict: 'not_fixed', steps: [step('a', { outcome: 'ok' })] }),
      runFinished(6),
    ]);
    const [blank, head, ...rest] = stdout.split('\n');
    expect(blank).toBe('');
    expect(head).toMatch(/^PLAY RECAP \*{69}$/);
    expect(rest.flatMap((text) => line.exec(text)?.slice(1).join(' ') ?? [])).toEqual([
      'web1 0 0 0 1 0 0 0',
      'web2 2 1 0 0 1 0 0',
      'web3 0 0 1 0 0 0 0',
      'web4 1 0 0 1 0 0 0',
      'web5 0 0 0 1 0 0 0',
    ]);
    expect(rest[1]).toBe(
      'web2                       : ok=2    changed=1    unreachable=0    failed=0    skipped=1    rescued=0    ignored=0   ',
    );
    expect(stderr).toContain('nginx-502: nginx 502');
  });

  it('is not there when nothing was begun', async () => {
    expect((await recap([])).stdout).toBe('');
  });
});

describe('lines of a run', () => {
  it('show a diff that is the same on many hosts once', async () => {
    const [stdout, stderr] = [sink(), sink()];
    const reporter = await createReporter('lines', { stdout, stderr }, { verbosity: 0, diff: true });
    const contents = [{ label: '/etc/x', before: 'a\n', after: 'b\n' }];
    const bodies = ['web01', 'web02', 'web03'].flatMap((host) =>
      fixing(host).map((body) =>
        body.type === 'change.planned' ? { ...body, change: { ...body.change, contents } } : body,
      ),
    );
    for (const event of stamp([runStarted(['web01', 'web02', 'web03'], false), ...bodies])) reporter.emit(event);
    expect(stderr.text().match(/^ +\+b$/gm)).toHaveLength(1);
    expect(stderr.text().match(/the same as on web01$/gm)).toHaveLength(2);
  });
});
