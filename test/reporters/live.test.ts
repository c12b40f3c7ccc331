import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventBody } from '../../src/model/event.ts';
import { createReporter } from '../../src/reporters/index.ts';
import type { Output, Reporter } from '../../src/reporters/reporter.ts';
import { fixing, names, outcome, plan, runFinished, runStarted, sink, stamp, step } from './events.ts';

interface Terminal extends Output {
  /** Everything written, with escapes. */
  readonly raw: () => string;
  /** What a person sees, scrolled-out lines included. */
  readonly seen: () => readonly string[];
}

/** A terminal that understands the few sequences a reporter may use, behind a stream with `isTTY` and `columns`. */
function terminal(columns = 80, rows = 30): Terminal {
  const stream = new PassThrough({ highWaterMark: 1 << 26 });
  let raw = '';
  stream.on('data', (part: Buffer) => {
    raw += part.toString();
  });
  function seen(): readonly string[] {
    const lines = [''];
    let at = 0;
    for (const [part] of raw.matchAll(/\x1b\[[\d;?]*[A-Za-z]|\n|\r|[^\x1b\n\r]+/g)) {
      if (part === '\n') at += 1;
      else if (part === '\x1b[J') lines.length = at;
      else if (/^\x1b\[\d+A$/.test(part)) at -= Number(part.slice(2, -1));
      else if (!part.startsWith('\x1b') && part !== '\r') lines[at] = part;
      lines[at] ??= '';
    }
    return lines;
  }
  return { write: (text) => void stream.write(text), isTty: true, columns, rows, colour: false, raw: () => raw, seen };
}

async function live(
  stderr: Output,
  stdout: Output,
  verbosity: 0 | 1 = 0,
): Promise<{ reporter: Reporter; emit: (bodies: readonly EventBody[]) => void }> {
  const reporter = await createReporter('live', { stdout, stderr }, { verbosity, diff: false });
  const emit = (bodies: readonly EventBody[]): void => {
    for (const event of stamp(bodies)) reporter.emit(event);
  };
  return { reporter, emit };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

/** So much time of the view's own clock, and everything that follows from it. */
async function pass(ms = 200): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  await vi.advanceTimersByTimeAsync(ms);
  await new Promise((resolve) => setImmediate(resolve));
}
const failed = outcome('web02', {
  verdict: 'not_fixed',
  steps: [step('boolean', { outcome: 'failed', reason: 'rc 1' })],
});

const waiting = (host: string, waitedMs: number) =>
  ({
    type: 'fix.waiting',
    host,
    step: 'boolean',
    attempt: 2,
    reason: 'the policy store is held by dnf (process 4711)',
    waitedMs,
    nextMs: 8000,
    leftMs: 287_900,
  }) as const;

describe('the live view', () => {
  it('shows a row per host while it runs, keeps failures above, and ends with the summary', async () => {
    const stderr = terminal();
    const stdout = sink();
    const { reporter, emit } = await live(stderr, stdout);
    emit([runStarted(['web01', 'web02', 'web03'], false), ...fixing('web01').slice(0, 6)]);
    await pass();
    expect(stderr.seen().join('\n')).toMatch(/^. web01 {2}boolean: Flip the boolean that lets nginx connect$/m);
    expect(stderr.seen()).toContain('· web03  waiting');
    emit([...fixing('web01').slice(6)]);
    emit([
      {
        type: 'step.finished',
        host: 'web02',
        step: 'boolean',
        title: 'T',
        result: { outcome: 'failed', reason: 'rc 1' },
        ms: 5,
      },
    ]);
    emit([{ type: 'host.finished', host: 'web02', outcome: failed, ms: 5 }, ...fixing('web03'), runFinished(2, 2)]);
    await pass();
    await reporter.close();
    expect(stderr.seen().join('\n').trimEnd()).toBe(
      [
        'nginx-502: nginx 502: Permission denied (3 of 40 hosts)',
        'failed          web02  boolean: T; rc 1 (5ms)',
        '✔ web01  fixed  boolean off → would set httpd_graceful_shutdown (1.5s)',
        '✖ web02  not fixed  boolean off → would set httpd_graceful_shutdown (5ms)',
        '✔ web03  fixed  boolean off → would set httpd_graceful_shutdown (1.5s)',
        '3 of 3 hosts done, 1 needs a look',
      ].join('\n'),
    );
    expect(stdout.text()).toContain('3 hosts: 2 fixed, 1 not fixed; 2 changes; 4.2s');
  });

  it('shows a row per step with counts above 20 hosts', async () => {
    const stderr = terminal();
    const hosts = names('web', 1, 30);
    const { reporter, emit } = await live(stderr, sink());
    emit([
      runStarted(hosts, false),
      ...hosts.slice(0, 20).flatMap(fixing),
      ...hosts.slice(20).flatMap((host) => fixing(host).slice(0, 4)),
    ]);
    await pass();
    expect(stderr.seen().filter((line) => line !== '')).toEqual([
      'nginx-502: nginx 502: Permission denied (30 of 40 hosts)',
      '✔ connect  30 of 30 hosts reached',
      expect.stringMatching(/^. confirm {2}10 running, 20 ok {2}Confirm it's SELinux with the audit log$/),
      expect.stringMatching(/^. boolean {2}20 changed {2}Flip the boolean that lets nginx connect$/),
      '20 of 30 hosts done',
    ]);
    emit(hosts.slice(20).flatMap((host) => fixing(host).slice(4)));
    await reporter.close();
    expect(stderr.seen()).toContain('✔ boolean  30 changed  Flip the boolean that lets nginx connect');
  });

  it('calls nothing done that was left when the run stopped before its next batch', async () => {
    const stderr = terminal();
    const hosts = names('web', 1, 30);
    const looked = (host: string): readonly EventBody[] => [
      ...fixing(host).slice(0, 8),
      { type: 'step.finished', host, step: 'boolean', title: '', result: { outcome: 'would_change' }, ms: 5 },
    ];
    const { reporter, emit } = await live(stderr, sink());
    emit([
      runStarted(hosts, false),
      ...hosts.flatMap(looked),
      ...fixing('web01').slice(8),
      ...hosts.slice(1).map((host): EventBody => {
        const left = outcome(host, { verdict: 'not_started', reason: 'interrupted before its batch', steps: [] });
        return { type: 'host.finished', host, outcome: left, ms: 1 };
      }),
    ]);
    await pass();
    const shown = stderr.seen().join('\n');
    expect(shown).toContain('1 of 30 hosts done, 29 not started');
    expect(shown).toMatch(/^[^✔\n]+ boolean {2}1 changed, 29 would change/m);
    await reporter.close();
  });

  it('shows what a fix waits for while it waits, and leaves nothing of it behind', async () => {
    const stderr = terminal(100);
    const { reporter, emit } = await live(stderr, sink());
    const begun = fixing('web01').slice(0, 8);
    emit([runStarted(['web01'], false), ...begun, waiting('web01', 0)]);
    await pass();
    expect(stderr.seen()[1]).toMatch(/^. web01 {2}boolean: waits: the policy store is held by dnf \(process 4711\)$/);
    emit([waiting('web01', 12_100)]);
    await pass();
    expect(stderr.seen()[1]).toMatch(
      /^. web01 {2}boolean: waits 12s: the policy store is held by dnf \(process 4711\)$/,
    );
    emit([{ ...waiting('web01', 62_000), rollback: true }]);
    await pass();
    expect(stderr.seen()[1]).toMatch(/^. web01 {2}boolean: rollback waits 1m02s: the policy store is held by dnf/);
    emit([...fixing('web01').slice(8), runFinished(0, 1)]);
    await reporter.close();
    expect(stderr.seen().join('\n')).not.toContain('waits');
  });

  it('counts waiting hosts by themselves above 20 hosts', async () => {
    const stderr = terminal();
    const hosts = names('web', 1, 30);
    const { reporter, emit } = await live(stderr, sink());
    emit([runStarted(hosts, false), ...hosts.flatMap((host) => fixing(host).slice(0, 8))]);
    emit(hosts.slice(0, 3).map((host) => waiting(host, 2000)));
    await pass();
    expect(stderr.seen()[3]).toMatch(/^. boolean {2}27 running, 3 waiting {2}Flip/);
    emit(hosts.flatMap((host) => fixing(host).slice(8)));
    await reporter.close();
    expect(stderr.seen()).toContain('✔ boolean  30 changed  Flip the boolean that lets nginx connect');
  });

  it('costs little and draws at most ten times a second, however many events come', async () => {
    const stderr = terminal();
    const hosts = names('h', 1, 1000);
    const { reporter, emit } = await live(stderr, sink());
    const cpu = process.cpuUsage();
    emit([runStarted(hosts, false)]);
    for (let at = 0; at < hosts.length; at += 100) {
      emit(hosts.slice(at, at + 100).flatMap(fixing));
      await pass(100);
    }
    await reporter.close();
    const { user, system } = process.cpuUsage(cpu);
    const pictures = stderr.raw().split('hosts done').length - 1;
    expect(pictures).toBeGreaterThan(5);
    expect(pictures).toBeLessThanOrEqual(13);
    expect((user + system) / 1000).toBeLessThan(2500);
  });

  it('takes no row wider than the terminal', async () => {
    const stderr = terminal(40);
    const { reporter, emit } = await live(stderr, sink());
    emit([
      runStarted(['web01', 'a-host-with-a-name-that-is-longer-than-any-row-may-ever-be', '北京'], false),
      ...fixing('web01'),
      ...fixing('北京').slice(0, 9),
    ]);
    await pass();
    await reporter.close();
    for (const line of stderr.seen()) expect(line.length).toBeLessThanOrEqual(40);
    expect(stderr.seen().some((line) => line.endsWith('…'))).toBe(true);
  });

  it('gives the terminal back when it is closed in the middle of a run, and says what it knows', async () => {
    const stderr = terminal();
    const stdout = sink();
    const { reporter, emit } = await live(stderr, stdout);
    emit([runStarted(['web01', 'web02'], false), ...fixing('web01').slice(0, 9)]);
    await pass();
    await reporter.close();
    await reporter.close();
    const raw = stderr.raw();
    expect(raw.lastIndexOf('\x1b[?25h')).toBeGreaterThan(raw.lastIndexOf('\x1b[?25l'));
    expect(stdout.text()).toContain('ended before its end was recorded');
    expect(stdout.text()).toMatch(/no result +web01/);
    await pass();
    expect(stderr.raw()).toBe(raw);
    expect(process.listeners('exit').map((listener) => listener.name)).not.toContain('restore');
  });

  it('may be closed before anything began', async () => {
    const stderr = terminal();
    const stdout = sink();
    const { reporter } = await live(stderr, stdout);
    await reporter.close();
    expect(stderr.raw() + stdout.text()).toBe('');
  });

  it('leaves the terminal alone while a question is asked', async () => {
    const stderr = terminal();
    const { reporter, emit } = await live(stderr, sink());
    emit([
      runStarted(['web01'], false),
      { type: 'host.connecting', host: 'web01' },
      { type: 'host.planned', host: 'web01', plan: plan('web01') },
    ]);
    await pass();
    expect(stderr.seen().join('\n')).toContain('web01  planned: boolean off');
    reporter.pause();
    const asked = stderr.raw();
    expect(asked.endsWith('\x1b[?25h')).toBe(true);
    await pass();
    expect(stderr.raw()).toBe(asked);
    reporter.resume();
    await pass();
    expect(stderr.raw().length).toBeGreaterThan(asked.length);
    await reporter.close();
  });
});
