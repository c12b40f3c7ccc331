import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExecuteOptions } from '../../src/engine/execute-plan.ts';
import type { Clock } from '../../src/model/clock.ts';
import type { Event } from '../../src/model/event.ts';
import type { ActionCall, Step } from '../../src/model/runbook.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { action, cond, fix, probe, runbook, step } from './build.ts';
import { type Desk, type DeskRun, openDesk } from './desk.ts';
import { folder, says, write } from './notes.ts';
import { undoOn } from './undo-on.ts';

const add = (name: string, value: string, more: Partial<ActionCall> = {}): ActionCall =>
  action('note.added', says(name, value), more);

/** A step whose fix nobody can take back but its author. */
const own = (calls: readonly ActionCall[], more: Partial<Step> = {}): Step =>
  step('own', { remediation: fix(add('log', 'did;')), rollback: { kind: 'calls', calls }, ...more });

let desk: Desk;
afterEach(() => desk.clear());

const undoOf = (
  events: readonly Event[],
  undos: readonly (readonly Event[])[] = [],
  options: Partial<ExecuteOptions> = {},
): Promise<DeskRun> => undoOn(desk, events, undos, options);

const endOf = ({ outcome, exitCode }: DeskRun) => [outcome.verdict, exitCode];

/** Ends a run at the first event of this kind, which is not heard of any more. */
async function cutAt(type: Event['type'], begin: (options: Partial<ExecuteOptions>) => Promise<DeskRun>) {
  const heard: Event[] = [];
  const sink = (event: Event): void => {
    if (event.type === type) throw new Error('killed');
    heard.push(event);
  };
  await expect(begin({ sinks: [sink] })).rejects.toThrow('killed');
  return heard;
}

describe('undo of a run that was undone already', () => {
  it('leaves alone what another run made since, though it looks the same', async () => {
    desk = openDesk({ a: 'old' });
    const book = runbook([step('s', { remediation: fix(write('a', 'new')) })]);
    const first = await desk.run(book);
    const back = await undoOf(first.events);
    const second = await desk.run(book);
    const again = await undoOf(first.events, [back.events]);
    expect(endOf(again)).toEqual(['healthy', 0]);
    expect(again.outcome.reason).toContain('nothing of run');
    expect(desk.read()).toEqual({ a: 'new' });
    expect(endOf(await undoOf(second.events))).toEqual(['rolled_back', 0]);
    expect(desk.read()).toEqual({ a: 'old' });
  });

  it('still names what it could not take back', async () => {
    desk = openDesk({ a: 'old' });
    const { events } = await desk.run(
      runbook([step('s', { remediation: fix(write('a', 'new'), write('b', 'hush')) })]),
    );
    const hidden = JSON.parse(JSON.stringify(events).replaceAll('hush', '***')) as Event[];
    const back = await undoOf(hidden);
    desk.write('a', 'new');
    const again = await undoOf(hidden, [back.events]);
    expect(endOf(again)).toEqual(['not_fixed', 2]);
    expect(desk.read()['a']).toBe('new');
  });
});

describe('undo of a step that brought its own rollback', () => {
  it('makes its calls with the values that they had then, and once', async () => {
    desk = openDesk({ was: 'first' });
    const put = write('note', '${{ old.text }}');
    const reading = { probes: [probe('old', 'note.value', { folder, name: 'was' })] };
    const { events } = await desk.run(runbook([own([add('log', 'back ${{ old.text }};'), put], reading)]));
    desk.write('was', 'second');
    const back = await undoOf(events);
    expect(endOf(back)).toEqual(['rolled_back', 0]);
    expect(desk.read()).toEqual({ was: 'second', log: 'did;back first;', note: 'first' });
    const again = await undoOf(events, [back.events]);
    expect(endOf(again)).toEqual(['healthy', 0]);
    expect(desk.read()['log']).toBe('did;back first;');
  });

  it('shows them beforehand, and changes nothing in a dry run', async () => {
    desk = openDesk();
    const { events } = await desk.run(runbook([own([add('log', 'back;')])]));
    const dry = await undoOf(events, [], { mode: 'dry_run' });
    const shown = dry.outcome.steps.flatMap(({ items }) => items.flatMap(({ changes }) => changes));
    expect(shown.map(({ summary }) => summary)).toEqual(['its own rollback: add back;']);
    expect(dry.outcome.notes).toEqual([]);
    expect(desk.read()).toEqual({ log: 'did;' });
  });

  it('makes them before the other undos of the step, as the run itself would have', async () => {
    desk = openDesk({ a: 'old' });
    const both = own([add('log', 'back;')], { remediation: fix(write('a', 'new'), add('log', 'did;')) });
    const { events } = await desk.run(runbook([both]));
    expect(endOf(await undoOf(events))).toEqual(['rolled_back', 0]);
    expect(desk.read()).toEqual({ a: 'old', log: 'did;back;' });
  });

  it('does not make them again where an undo was cut off after they had run', async () => {
    desk = openDesk();
    const { events } = await desk.run(runbook([own([add('log', 'back;')])]));
    const first = await cutAt('rollback.result', (options) => undoOf(events, [], options));
    expect(desk.read()).toEqual({ log: 'did;back;' });
    const second = await undoOf(events, [first]);
    expect(endOf(second)).toEqual(['rolled_back', 0]);
    expect(desk.read()).toEqual({ log: 'did;back;' });
    expect(endOf(await undoOf(events, [first, second.events]))).toEqual(['healthy', 0]);
  });

  it('leaves them, and says so, once the host may have forgotten whether they ran', async () => {
    desk = openDesk();
    const { events } = await desk.run(runbook([own([add('log', 'back;')])]));
    const first = await cutAt('rollback.result', (options) => undoOf(events, [], options));
    const later: Clock = { ...systemClock, now: () => systemClock.now() + 8 * 86_400_000 };
    const second = await undoOf(events, [first], { clock: later });
    expect(endOf(second)).toEqual(['not_fixed', 2]);
    expect(second.outcome.reason).toContain('nobody knows whether its rollback of');
    expect(desk.read()).toEqual({ log: 'did;back;' });
  });

  it('fails with them, and tries them again when it is asked again', async () => {
    desk = openDesk({ 'log.no': '' });
    const { events } = await desk.run(runbook([own([add('log', 'back;')], { remediation: fix(add('a', 'did;')) })]));
    const failed = await undoOf(events);
    expect(endOf(failed)).toEqual(['rollback_failed', 7]);
    rmSync(join(desk.folder, 'log.no'));
    expect(endOf(await undoOf(events, [failed.events]))).toEqual(['rolled_back', 0]);
    expect(desk.read()).toEqual({ a: 'did;', log: 'back;' });
  });

  it('makes them again where the run made its fix again since', async () => {
    desk = openDesk();
    const book = runbook([own([add('log', 'back;')])]);
    const { events } = await desk.run(book);
    const back = await undoOf(events);
    const anew = events.map((event) => ('attempt' in event ? { ...event, attempt: 2 } : event)) as Event[];
    expect(endOf(await undoOf(anew, [back.events]))).toEqual(['rolled_back', 0]);
    expect(desk.read()).toEqual({ log: 'did;back;back;' });
  });

  it('leaves calls whose values were not known, or held a secret, and names them', async () => {
    desk = openDesk();
    const unread = { probes: [probe('never', 'note.secretive', {})] };
    const { events } = await desk.run(runbook([own([add('log', '${{ never.text }}')], unread)]));
    const back = await undoOf(events);
    expect(endOf(back)).toEqual(['not_fixed', 2]);
    expect(back.outcome.notes.join()).toContain('its rollback could not be decided');
    const hidden = await desk.run(runbook([own([add('log', 'hush;')])]));
    const redacted = JSON.parse(JSON.stringify(hidden.events).replaceAll('hush', '***')) as Event[];
    expect((await undoOf(redacted)).outcome.notes.join()).toContain('a secret is part of it');
  });

  it('says of a step that called itself irreversible what cannot be had back', async () => {
    desk = openDesk({ a: 'old' });
    const gone = {
      remediation: fix(write('a', 'new')),
      rollback: { kind: 'irreversible', why: 'mail is sent' },
    } as const;
    const { events } = await desk.run(runbook([step('mail', gone)]));
    const back = await undoOf(events);
    expect(endOf(back)).toEqual(['not_fixed', 2]);
    expect(back.outcome.standing).toEqual(['step mail (mail is sent)']);
    expect(desk.read()).toEqual({ a: 'old' });
  });

  it('does without calls that would change nothing', async () => {
    desk = openDesk({ a: 'as wanted' });
    const { events } = await desk.run(runbook([own([write('a', 'as wanted')])]));
    expect(endOf(await undoOf(events))).toEqual(['healthy', 0]);
  });

  it('refuses to overwrite what somebody changed since, where the record tells how the fix left it', async () => {
    for (const remediation of [fix(action('note.sealed', says('a', 'new'))), fix(write('a', 'new'))]) {
      desk = openDesk({ a: 'old' });
      const { events } = await desk.run(runbook([own([write('a', 'old')], { remediation })]));
      desk.write('a', 'theirs');
      const dry = await undoOf(events, [], { mode: 'dry_run' });
      expect(endOf(dry)).toEqual(['refused', 5]);
      const back = await undoOf(events);
      expect(endOf(back)).toEqual(['refused', 5]);
      expect(back.outcome.reason).toBe(
        'changed by somebody since that run: a: "old" → "new" (NOTE: neither as before nor as wanted)'.replace(
          'NOTE',
          remediation.kind === 'fix' ? (remediation.calls[0]?.call ?? '') : '',
        ),
      );
      expect(desk.read()).toEqual({ a: 'theirs' });
      desk.write('a', 'new');
      const later = await undoOf(events);
      expect(endOf(later)).toEqual(['rolled_back', 0]);
      expect(desk.read()).toEqual({ a: 'old' });
      expect(endOf(await undoOf(events, [later.events]))).toEqual(['healthy', 0]);
      desk.clear();
    }
  });

  it('takes a later step’s change of the same back first, and does not call that somebody else’s', async () => {
    desk = openDesk({ a: 'old' });
    const first = own([write('a', 'old')], { remediation: fix(action('note.sealed', says('a', 'new'))) });
    const { events } = await desk.run(runbook([first, step('more', { remediation: fix(write('a', 'newer')) })]));
    const back = await undoOf(events);
    expect(endOf(back), back.outcome.reason).toEqual(['rolled_back', 0]);
    expect(desk.read()).toEqual({ a: 'old' });
  });

  it('tries calls again that were made in part, though nothing stands as the fix left it', async () => {
    desk = openDesk({ a: 'old', 'log.no': '' });
    const remediation = fix(action('note.sealed', says('a', 'new')));
    const half = own([add('a', ', half'), add('log', 'back;')], { remediation });
    const { events } = await desk.run(runbook([half]));
    const failed = await undoOf(events);
    expect(endOf(failed)).toEqual(['rollback_failed', 7]);
    expect(desk.read()['a']).toBe('new, half');
    rmSync(join(desk.folder, 'log.no'));
    expect(endOf(await undoOf(events, [failed.events]))).toEqual(['rolled_back', 0]);
    expect(desk.read()).toEqual({ a: 'new, half, half', log: 'back;' });
  });

  it('says what it overwrites blindly, where nothing tells how the fix left it', async () => {
    desk = openDesk({ a: 'old' });
    const { events } = await desk.run(runbook([own([write('a', 'back')])]));
    const dry = await undoOf(events, [], { mode: 'dry_run' });
    const shown = dry.outcome.steps.flatMap(({ items }) => items.flatMap(({ changes }) => changes));
    expect(shown.map(({ summary }) => summary)).toEqual([
      'its own rollback: a: "old" → "back" (also what others changed there since: nobody recorded how the fix left it)',
    ]);
  });

  it('leaves calls that their action does not take', async () => {
    desk = openDesk();
    const { events } = await desk.run(runbook([own([write('a', 'x')])]));
    const broken = JSON.parse(JSON.stringify(events).replaceAll('"name":"a"', '"name":"NOT"')) as Event[];
    const back = await undoOf(broken);
    expect(endOf(back)).toEqual(['not_fixed', 2]);
    expect(back.outcome.notes.join()).toContain('note.value: ');
  });
});

it('keeps gates quiet about calls that are only written down', async () => {
  desk = openDesk();
  const told: string[] = [];
  const maybe = own([add('log', 'back;', { when: cond('true') })]);
  await desk.run(runbook([maybe]), { took: ({ at }) => void told.push(at) });
  expect(told).not.toContain('when');
});
