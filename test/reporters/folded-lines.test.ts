import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/model/clock.ts';
import type { EventBody } from '../../src/model/event.ts';
import { createReporter } from '../../src/reporters/index.ts';
import type { ReporterOptions } from '../../src/reporters/reporter.ts';
import { runFinished, runStarted, sink, stamp } from './events.ts';

/** A clock of which the test turns the hands. */
function handClock(): Clock & { readonly pass: (ms: number) => Promise<void> } {
  let time = 0;
  let sleepers: { readonly until: number; readonly wake: () => void }[] = [];
  return {
    now: () => time,
    monotonic: () => time,
    sleep: (ms) =>
      new Promise((wake) => {
        sleepers.push({ until: time + ms, wake });
      }),
    async pass(ms) {
      for (const end = time + ms; time < end; ) {
        time += 100;
        const due = sleepers.filter(({ until }) => until <= time);
        sleepers = sleepers.filter(({ until }) => until > time);
        for (const { wake } of due) wake();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

async function open(hosts: readonly string[], options: Partial<ReporterOptions> = {}, columns = 200) {
  const clock = handClock();
  const [stdout, stderr] = [sink({ columns }), sink({ columns })];
  const reporter = await createReporter('lines', { stdout, stderr }, { verbosity: 0, diff: false, clock, ...options });
  const emit = (...bodies: readonly EventBody[]): void => {
    for (const event of stamp(bodies)) reporter.emit(event);
  };
  emit(runStarted(hosts, false));
  /** Lines after the first. */
  const lines = () => stderr.text().split('\n').slice(1, -1);
  return { clock, reporter, emit, lines };
}

const failed = (host: string, reason: string, ms = 100): EventBody => ({
  type: 'step.finished',
  host,
  step: 'boolean',
  title: 'Flip it',
  result: { outcome: 'failed', reason },
  ms,
});
const web = (count: number) => Array.from({ length: count }, (_, at) => `web${String(at + 1).padStart(2, '0')}`);

describe('lines that many hosts have in common', () => {
  it('are told once, after a short quiet time, in the order of their first hosts', async () => {
    const { clock, emit, lines } = await open(web(37));
    emit(failed('web01', 'no policy', 100));
    emit(failed('web02', 'no room'));
    await clock.pass(300);
    emit(
      ...web(37)
        .slice(2)
        .map((host, at) => failed(host, 'no policy', 100 + at)),
    );
    expect(lines()).toEqual([]);
    await clock.pass(1500);
    expect(lines()).toEqual([
      'failed          web[01,03-37]  boolean: Flip it; no policy (up to 134ms)',
      'failed          web02  boolean: Flip it; no room (100ms)',
    ]);
  });

  it('do not wait longer than some seconds, however many come', async () => {
    const { clock, emit, lines } = await open(web(40));
    for (const host of web(40)) {
      emit(failed(host, 'no policy'));
      await clock.pass(100);
    }
    expect(lines()).toHaveLength(1);
    expect(lines()[0]).toMatch(/^failed +web\[01-3\d\] /);
  });

  it('are told before a batch ends, before a question and at the end', async () => {
    const { reporter, emit, lines } = await open(web(6));
    emit(failed('web01', 'x'), failed('web02', 'x'));
    emit({ type: 'batch.finished', batch: 1, verdicts: { not_fixed: 2 }, closed: [], stopped: 'enough', ms: 5 });
    expect(lines()).toHaveLength(2);
    expect(lines()[0]).toMatch(/^failed +web\[01-02\] /);
    emit(failed('web03', 'x'));
    reporter.pause();
    expect(lines()).toHaveLength(3);
    emit(failed('web04', 'x'), failed('web05', 'x'), runFinished(2));
    expect(lines().at(-1)).toMatch(/^failed +web\[04-05\] /);
    emit(failed('web06', 'x'));
    await reporter.close();
    expect(lines().at(-1)).toMatch(/^failed +web06 /);
  });

  it('lose nothing: a host that says it twice, a rollback that fails, names that cannot be folded', async () => {
    const { reporter, emit, lines } = await open(['ape', 'bee', 'cat', 'dromedary', 'elephant', 'fox'], {}, 80);
    const left: EventBody = {
      type: 'step.finished',
      host: 'ape',
      step: 'boolean',
      title: 'Flip it',
      result: { outcome: 'failed', reason: 'no', rollbackFailed: 'a file' },
      ms: 3,
    };
    emit(left, { ...left, host: 'bee' }, failed('cat', 'no'), failed('cat', 'no'));
    const all = ['ape', 'bee', 'cat', 'dromedary', 'elephant', 'fox', 'gnu', 'hippopotamus'];
    emit(...all.map((host) => failed(host, 'many')));
    await reporter.close();
    expect(lines()).toEqual([
      'failed          ape, bee   boolean: Flip it; no (up to 3ms)',
      'rollback fails  ape, bee   left on the host: a file',
      'failed          cat        boolean: Flip it; no (100ms)',
      'failed          cat        boolean: Flip it; no (100ms)',
      'failed          8 hosts    boolean: Flip it; many (up to 100ms)',
      '                           ape, bee, cat, dromedary, elephant, fox, gnu, hippopotamus',
    ]);
  });

  it('are each host’s own with -v, and so are changes', async () => {
    const { emit, lines } = await open(web(2), { verbosity: 1 });
    emit(failed('web01', 'x'), failed('web02', 'x'));
    expect(lines()).toHaveLength(2);
    const quiet = await open(web(2));
    const changed = (host: string): EventBody => ({ ...failed(host, ''), result: { outcome: 'changed' } }) as EventBody;
    quiet.emit(changed('web01'), changed('web02'));
    expect(quiet.lines()).toHaveLength(2);
  });
});
