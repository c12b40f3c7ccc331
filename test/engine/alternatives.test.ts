import { afterEach, describe, expect, it } from 'vitest';
import { action, alternative, check, cond, probe, runbook, step } from './build.ts';
import { type Desk, openDesk } from './desk.ts';

let desk: Desk;
afterEach(() => desk.clear());

const folder = '${{ params.folder }}';
const write = (name: string, value: string) => action('note.value', { folder, name, value });
const never = check([probe('after', 'note.all', { folder })], cond('after.text == "never"'));
const wide = alternative('wide', [write('b', 'wide')]);

describe.each(['dry_run', 'apply'] as const)('alternatives (%s)', (mode) => {
  it('of which the open one is in place and does not help fail: none helped', async () => {
    desk = openDesk({ a: 'narrow' });
    const alternatives = [
      alternative('narrow', [write('a', 'narrow')]),
      alternative('shut', [write('b', 'x')], { gate: cond('false') }),
    ];
    const book = runbook([step('s', { verify: never, remediation: { kind: 'alternatives', alternatives } })]);
    const run = await desk.run(book, { mode });
    expect(run.step('s').result).toEqual({
      outcome: 'failed',
      reason: 'none of the alternatives helped; narrow is in place already',
    });
  });

  it('of which the first cannot be decided take no wider one', async () => {
    desk = openDesk();
    const narrow = alternative('narrow', [write('a', '${{ secret.text }}')]);
    const book = runbook([
      step('s', {
        probes: [probe('secret', 'note.secretive', {})],
        remediation: { kind: 'alternatives', alternatives: [narrow, wide] },
      }),
    ]);
    const run = await desk.run(book, { mode });
    expect(run.step('s').result.outcome).toBe(mode === 'dry_run' ? 'undetermined' : 'failed');
    expect(desk.read()).toEqual({});
  });
});
