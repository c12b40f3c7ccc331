import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExecuteOptions } from '../../src/engine/execute-plan.ts';
import type { Event } from '../../src/model/event.ts';
import { action, check, cond, fix, probe, runbook, step } from './build.ts';
import { type Desk, type DeskRun, openDesk } from './desk.ts';
import { undoOn } from './undo-on.ts';

const folder = '${{ params.folder }}';
const write = (name: string, value: string) => action('note.value', { folder, name, value });
const never = check([probe('after', 'note.all', { folder })], cond('after.text == "never"'));

const book = runbook([
  step('one', { remediation: fix(write('a', 'new'), write('b', 'made')) }),
  step('each', {
    forEach: ['c', 'd'],
    remediation: fix(action('note.value', { folder, name: '${{ item }}', value: 'x' })),
  }),
  step('again', { remediation: fix(write('a', 'newer')) }),
]);

let desk: Desk;
afterEach(() => desk.clear());

const undoOf = (events: readonly Event[], options: Partial<ExecuteOptions> = {}): Promise<DeskRun> =>
  undoOn(desk, events, [], options);

describe('undo', () => {
  it('takes back all that a run changed, also what it changed twice; doing it again changes nothing', async () => {
    desk = openDesk({ a: 'old', mine: 'stays' });
    const { events } = await desk.run(book);
    expect(desk.read()).toEqual({ a: 'newer', b: 'made', c: 'x', d: 'x', mine: 'stays' });
    const back = await undoOf(events);
    expect(desk.read()).toEqual({ a: 'old', mine: 'stays' });
    expect({ verdict: back.outcome.verdict, exit: back.exitCode }).toEqual({ verdict: 'rolled_back', exit: 0 });
    const again = await undoOf(events);
    expect({ verdict: again.outcome.verdict, exit: again.exitCode }).toEqual({ verdict: 'healthy', exit: 0 });
    expect(again.events.some(({ type }) => type === 'rollback.intent')).toBe(false);
  });

  it('changes nothing in a dry run, and shows what it would take back, the last first', async () => {
    desk = openDesk({ a: 'old' });
    const { events } = await desk.run(book);
    const before = desk.read();
    const dry = await undoOf(events, { mode: 'dry_run' });
    expect(desk.read()).toEqual(before);
    const shown = dry.outcome.steps.flatMap(({ items }) =>
      items.flatMap(({ changes }) => changes.map((c) => c.summary)),
    );
    expect(shown).toEqual([
      'take back: a: "new" → "newer"',
      'take back: d: "" → "x"',
      'take back: c: "" → "x"',
      'take back: b: "" → "made"',
      'take back: a: "old" → "new"',
    ]);
  });

  it('refuses a host on which somebody changed the same since, and names it', async () => {
    desk = openDesk({ a: 'old' });
    const { events } = await desk.run(book);
    desk.write('c', 'by hand');
    const before = desk.read();
    const back = await undoOf(events);
    expect({ verdict: back.outcome.verdict, exit: back.exitCode }).toEqual({ verdict: 'refused', exit: 5 });
    expect(back.outcome.reason).toContain('c: "" → "x"');
    expect(desk.read()).toEqual(before);
  });

  it('refuses another machine of the same name', async () => {
    desk = openDesk({ a: 'old' });
    const { events } = await desk.run(book);
    const before = desk.read();
    const elsewhere = events.map((event) =>
      event.type === 'host.connected' ? { ...event, machineId: '0'.repeat(32) } : event,
    );
    const back = await undoOf(elsewhere);
    expect([back.outcome.verdict, back.exitCode]).toEqual(['refused', 5]);
    expect(back.outcome.reason).toContain('this is not the host of the run: its machine-id is');
    expect(desk.read()).toEqual(before);
  });

  it('knows the machine of a run whose first word was of a step', async () => {
    desk = openDesk({ a: 'old' });
    const { events } = await desk.run(book);
    const [first] = events.filter(({ type }) => type === 'host.connected');
    expect(first).toMatchObject({
      machineId: readFileSync('/etc/machine-id', 'utf8').trim(),
      bootId: expect.any(String),
    });
    const order = events.map(({ type }) => type);
    expect(order.indexOf('host.connected')).toBeLessThan(order.indexOf('step.started'));
  });

  it('finds nothing where the run took its changes back itself', async () => {
    desk = openDesk({ a: 'old' });
    const { events } = await desk.run(runbook([step('s', { remediation: fix(write('a', 'new')), verify: never })]));
    const back = await undoOf(events);
    expect(back.outcome.verdict).toBe('healthy');
  });

  it('goes on where an undo was cut short', async () => {
    desk = openDesk({ a: 'old' });
    const { events } = await desk.run(book);
    let results = 0;
    const cut = undoOf(events, {
      sinks: [
        ({ type }) => {
          if (type === 'rollback.result') results += 1;
          if (results === 2) throw new Error('killed');
        },
      ],
    });
    await expect(cut).rejects.toThrow('killed');
    expect(desk.read()['d']).toBeUndefined();
    expect((await undoOf(events)).outcome.verdict).toBe('rolled_back');
    expect(desk.read()).toEqual({ a: 'old' });
  });

  it('waits until a step that nobody knows the end of is settled', async () => {
    desk = openDesk({ a: 'old' });
    const { events } = await desk.run(book);
    const at = events.findIndex(({ type }) => type === 'fix.result');
    const back = await undoOf(events.slice(0, at));
    expect(back.outcome.verdict).toBe('refused');
    expect(back.outcome.reason).toContain('resume it first');
  });

  it('names what it cannot take back, and leaves it', async () => {
    desk = openDesk({ a: 'old' });
    const { events } = await desk.run(book);
    const hidden = JSON.parse(JSON.stringify(events).replaceAll('made', '***')) as Event[];
    const back = await undoOf(hidden);
    expect({ verdict: back.outcome.verdict, exit: back.exitCode }).toEqual({ verdict: 'not_fixed', exit: 2 });
    expect(back.outcome.standing?.join()).toContain('a secret is part of it');
    expect(desk.read()).toEqual({ a: 'old', b: 'made' });
  });
});
