import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Unknown } from '../../../src/model/unknown.ts';
import { parseFields } from '../../../src/packs/core/fields.ts';
import { parseShow } from '../../../src/packs/core/show.ts';
import { setUpFailure } from '../../../src/packs/systemd/exit-status.ts';
import { readFailure } from '../../../src/packs/systemd/failure.ts';
import currentAction from '../../../src/packs/systemd/systemd-current-action.ts';
import clearedAction from '../../../src/packs/systemd/systemd-failure-cleared-action.ts';
import failureProbe from '../../../src/packs/systemd/systemd-failure-probe.ts';
import { answering, diff, inspect, read, reasonOf } from '../core/local-host.ts';

const hex = (text: string) => Buffer.from(text).toString('hex');

/** `systemctl show` of systemd 252 for a unit whose program is not there. */
const noProgram = `Type=simple
Result=exit-code
NRestarts=0
ExecMainPID=2871
ExecMainCode=1
ExecMainStatus=203
MemoryMax=infinity
Requires=sysinit.target system.slice
LoadState=loaded
ActiveState=failed
SubState=failed
UnitFileState=disabled
NeedDaemonReload=no
LoadError=
`;
const needs = `Id=sysinit.target
LoadState=loaded
ActiveState=active

Id=system.slice
LoadState=loaded
ActiveState=active
`;
const given = (unit: string, more = '') => parseFields(`rc:0\nunit=${hex(unit)}\n${more}`);
const failure = (unit: string, more = '') => readFailure('app.service', given(unit, more));
const replaced = (changes: Readonly<Record<string, string>>) =>
  Object.entries(changes).reduce(
    (text, [name, value]) => text.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`),
    noProgram,
  );

describe('systemd.failure', () => {
  test('reads what systemd tells of a program that is not there', () => {
    expect(failure(noProgram, `needs=${hex(needs)}\nlimited:1\nlog=${hex('one\ntwo\n')}\n`)).toEqual({
      name: 'app.service',
      exists: true,
      load_state: 'loaded',
      load_error: '',
      active_state: 'failed',
      well: false,
      looping: false,
      type: 'simple',
      result: 'exit-code',
      ended: 'exit',
      status: 203,
      set_up: '203/EXEC: its program is not there, or cannot be executed',
      out_of_memory: false,
      memory_max: 0,
      restarts: 0,
      start_limited: true,
      up_seconds: 0,
      unit_file_state: 'disabled',
      installable: true,
      need_reload: false,
      unmet: [],
      dependency_failed: false,
      needs: [
        { name: 'sysinit.target', load_state: 'loaded', active_state: 'active' },
        { name: 'system.slice', load_state: 'loaded', active_state: 'active' },
      ],
      log: ['one', 'two'],
    });
  });

  test.each([
    ['runs', { ActiveState: 'active' }, '', { well: true, out_of_memory: false }],
    ['is a oneshot that is done', { ActiveState: 'inactive', Type: 'oneshot', Result: 'success' }, '', { well: true }],
    [
      'is a oneshot that was skipped',
      { ActiveState: 'inactive', Type: 'oneshot', Result: 'success' },
      `unmet=${hex('x was skipped because of an unmet condition check (ConditionPathExists=/x).\n')}\n`,
      { well: false },
    ],
    [
      'is a oneshot whose need failed',
      { ActiveState: 'inactive', Type: 'oneshot', Result: 'success' },
      'dependency:1\n',
      { well: false, dependency_failed: true },
    ],
    ['is a oneshot that failed', { Type: 'oneshot' }, '', { well: false }],
    ['is a service that was stopped', { ActiveState: 'inactive', Result: 'success' }, '', { well: false }],
    [
      'was killed within its own limit',
      { Result: 'oom-kill', ExecMainCode: '2', ExecMainStatus: '9', MemoryMax: '20971520' },
      '',
      { out_of_memory: true, memory_max: 20_971_520, ended: 'signal', status: 9, set_up: '' },
    ],
    [
      'was killed by the kernel, which an older systemd calls a signal',
      { Result: 'signal', ExecMainCode: '2', ExecMainStatus: '9' },
      'oom:1\n',
      { out_of_memory: true, memory_max: 0 },
    ],
    [
      'ends again and again',
      { ActiveState: 'activating', SubState: 'auto-restart', NRestarts: '17' },
      '',
      { looping: true, restarts: 17 },
    ],
    ['hit its start limit', { Result: 'start-limit-hit' }, '', { start_limited: true }],
    ['hit its start limit long ago, and runs', { ActiveState: 'active' }, 'limited:1\n', { start_limited: false }],
    [
      'has a fault in its file',
      {
        LoadState: 'bad-setting',
        LoadError: 'org.freedesktop.systemd1.BadUnitSetting "Unit app.service has a bad unit file setting."',
      },
      '',
      { load_state: 'bad-setting', load_error: 'Unit app.service has a bad unit file setting.' },
    ],
    ['is not there', { LoadState: 'not-found', ActiveState: 'inactive' }, '', { exists: false, well: false }],
  ])('knows a unit that %s', (_what, changes, more, expected) => {
    expect(failure(replaced(changes), more)).toMatchObject(expected);
  });

  test('counts how long it has been up by the host’s own clock', () => {
    const up = `${replaced({ ActiveState: 'active' })}ActiveEnterTimestamp=Sat 2026-11-21 10:00:00 UTC\n`;
    const now = Date.UTC(2026, 10, 21, 10, 0, 7) / 1000;
    expect(failure(up, `now:${now}\n`)?.up_seconds).toBe(7);
    expect(failure(up, `now:${now - 60}\n`)?.up_seconds).toBe(0);
    expect(failure(up)?.up_seconds).toBe(0);
  });

  test.each([
    [{ rc: 0, stdout: 'rc:127\nunit=\n' }, /no systemd/],
    [
      {
        rc: 0,
        stdout: `rc:1\nunit=${hex("System has not been booted with systemd as init system (PID 1). Can't operate.\n")}\n`,
      },
      /not been booted with systemd/,
    ],
    [{ rc: 1, stderr: 'reading the journal needs root (become: true)\n' }, /needs root/],
    [{ rc: 0, stdout: 'rc:0\nunit=\n' }, /said nothing/],
  ])('is unknown where systemd cannot be asked', async (answer, reason) => {
    const value = await read(failureProbe, answering(answer), { name: 'app' });
    expect(value).toBeInstanceOf(Unknown);
    expect(reasonOf(value)).toMatch(reason);
  });
});

test('exit codes of a program itself are not taken for systemd’s', () => {
  expect([0, 1, 3, 78, 127, 199, 234, 255].map(setUpFailure)).toEqual(['', '', '', '', '', '', '', '']);
  expect(setUpFailure(217)).toBe('217/USER: there is no such User');
});

test('no answer makes the reader throw', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (shown, more) => {
      parseShow(shown);
      readFailure('x', given(shown, more));
    }),
  );
});

describe.each([
  ['systemd.current', currentAction, 'NeedDaemonReload=yes', 'NeedDaemonReload=no', ['systemctl', 'daemon-reload']],
  [
    'systemd.failure_cleared',
    clearedAction,
    'ActiveState=failed',
    'ActiveState=inactive',
    ['systemctl', 'reset-failed', '--', 'app.service'],
  ],
] as const)('%s', (_name, action, due, done, argv) => {
  const shown = (line: string) =>
    ['LoadState=loaded', 'ActiveState=active', 'NeedDaemonReload=no']
      .filter((each) => each.split('=')[0] !== line.split('=')[0])
      .concat(line)
      .join('\n');
  test('acts only where it is due', async () => {
    const state = await inspect(action, answering({ stdout: shown(due) }), { name: 'app' });
    const change = diff(action, state, { name: 'app' });
    if (change === undefined) throw new Error('nothing to do');
    expect(action.apply(change)).toEqual([{ argv }]);
    expect(action.describe(change)).toContain('app.service');
    const after = await inspect(action, answering({ stdout: shown(done) }), { name: 'app' });
    expect(diff(action, after, { name: 'app' })).toBeUndefined();
  });
  test('cannot be decided without systemd', async () => {
    await expect(inspect(action, answering({ rc: 127 }), { name: 'app' })).rejects.toThrow(/no systemd/);
  });
});
