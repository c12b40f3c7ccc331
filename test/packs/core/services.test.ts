import { chmodSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import serviceFreshAction from '../../../src/packs/core/service-fresh-action.ts';
import serviceRestartedAction from '../../../src/packs/core/service-restarted-action.ts';
import serviceStateAction from '../../../src/packs/core/service-state-action.ts';
import systemdUnitProbe from '../../../src/packs/core/systemd-unit-probe.ts';
import { serviceResource, unitName } from '../../../src/packs/core/unit-name.ts';
import { parseTimestamp, parseUnit } from '../../../src/packs/core/unit-properties.ts';
import { answering, dash, diff, inspect, inTempDirectory, localHost, read, reasonOf, undoing } from './local-host.ts';

const running = `LoadState=loaded
ActiveState=active
SubState=running
UnitFileState=enabled
Result=success
NRestarts=0
MainPID=317
ActiveEnterTimestamp=Fri 2026-11-20 22:04:01 UTC
StateChangeTimestamp=Fri 2026-11-20 22:05:00 UTC
ReloadResult=success
FragmentPath=/lib/systemd/system/nginx.service
SourcePath=
DropInPaths=/etc/systemd/system/nginx.service.d/a.conf /etc/systemd/system/nginx.service.d/b.conf
EnvironmentFiles=/etc/default/nginx (ignore_errors=yes)
EnvironmentFiles=/etc/sysconfig/nginx (ignore_errors=no)
NeedDaemonReload=no
CanReload=yes
`;
const stopped = running
  .replace('ActiveState=active', 'ActiveState=inactive')
  .replace('SubState=running', 'SubState=dead')
  .replace('UnitFileState=enabled', 'UnitFileState=disabled')
  .replace('MainPID=317', 'MainPID=0');
const absent = 'LoadState=not-found\nActiveState=inactive\nSubState=dead\nUnitFileState=\nNRestarts=0\n';
const masked = 'LoadState=masked\nActiveState=inactive\nSubState=dead\nUnitFileState=masked\n';
const notBooted = "System has not been booted with systemd as init system (PID 1). Can't operate.\n";

/** A host whose systemctl (and journalctl) print this. */
async function withSystemctl<T>(
  shown: string,
  use: (directory: string, host: ReturnType<typeof localHost>) => Promise<T>,
  rc = 0,
): Promise<T> {
  return inTempDirectory(async (directory) => {
    mkdirSync(`${directory}/bin`);
    writeFileSync(`${directory}/shown`, shown);
    writeFileSync(`${directory}/bin/systemctl`, `#!/bin/sh\ncat ${directory}/shown\nexit ${rc}\n`);
    writeFileSync(`${directory}/bin/journalctl`, '#!/bin/sh\nprintf "one\\nunit=00\\ntwo\\n"\n');
    chmodSync(`${directory}/bin/systemctl`, 0o755);
    chmodSync(`${directory}/bin/journalctl`, 0o755);
    return use(directory, localHost({ ...dash, path: `${directory}/bin:${dash.path}` }));
  });
}

describe('systemd.unit', () => {
  test('tells a running unit, with its last journal lines', async () => {
    await withSystemctl(running, async (_directory, host) => {
      expect(await read(systemdUnitProbe, host, { name: 'nginx', log_lines: 5 })).toEqual({
        name: 'nginx.service',
        exists: true,
        load_state: 'loaded',
        active: true,
        active_state: 'active',
        sub_state: 'running',
        enabled: true,
        unit_file_state: 'enabled',
        masked: false,
        installable: true,
        result: 'success',
        restarts: 0,
        main_pid: 317,
        started_epoch: 1795212241,
        fragment_path: '/lib/systemd/system/nginx.service',
        need_reload: false,
        log: ['one', 'unit=00', 'two'],
      });
    });
  });

  test.each([
    [absent, { exists: false, active: false, installable: false, masked: false }],
    [masked, { exists: true, masked: true, enabled: false }],
    [stopped, { active: false, enabled: false, installable: true }],
    [running.replace('=enabled', '=static'), { enabled: false, installable: false }],
  ])('tells other units', async (shown, unit) => {
    await withSystemctl(shown, async (_directory, host) => {
      expect(await read(systemdUnitProbe, host, { name: 'x.service' })).toMatchObject(unit);
    });
  });

  test('is unreadable without systemd, and where the journal is closed to this user', async () => {
    await withSystemctl(
      notBooted,
      async (_directory, host) => {
        expect(reasonOf(await read(systemdUnitProbe, host, { name: 'x' }))).toContain(
          'has not been booted with systemd',
        );
      },
      1,
    );
    const unit = Buffer.from(running).toString('hex');
    const blind = answering({ stdout: `rc:0\nunit=${unit}\nlog_rc:0\nlog=\nlog_blind:1\n` });
    expect(reasonOf(await read(systemdUnitProbe, blind, { name: 'x', log_lines: 5 }))).toContain('needs root');
    expect(reasonOf(await read(systemdUnitProbe, answering({ stdout: 'rc:127\nunit=\n' }), { name: 'x' }))).toContain(
      'no systemd',
    );
  });
});

test('a unit has one resource name, however it is written', () => {
  expect(unitName('nginx')).toBe('nginx.service');
  expect(unitName('php8.2-fpm')).toBe('php8.2-fpm.service');
  expect([serviceResource('nginx'), serviceResource('nginx.service'), serviceResource('a.timer')]).toEqual([
    'service:nginx',
    'service:nginx',
    'service:a.timer',
  ]);
});

test.each([
  ['Fri 2026-11-20 22:04:01 UTC', 1795212241],
  ['Fri 2026-11-20 22:04:01.123456 UTC', 1795212241],
  ['Fri 2026-11-20 22:04:01 CET', undefined],
  ['n/a', undefined],
  ['', undefined],
])('systemd time %j', (text, epoch) => {
  expect(parseTimestamp(text)).toBe(epoch);
});

test('files of a unit are its own, its drop-ins and its EnvironmentFiles', () => {
  expect(parseUnit(running)).toMatchObject({
    unitFiles: [
      '/lib/systemd/system/nginx.service',
      '/etc/systemd/system/nginx.service.d/a.conf',
      '/etc/systemd/system/nginx.service.d/b.conf',
    ],
    environmentFiles: ['/etc/default/nginx', '/etc/sysconfig/nginx'],
  });
  expect(parseUnit(notBooted)).toBeUndefined();
});

describe('service.state', () => {
  test.each([
    [
      { active: false, enabled: false },
      { state: 'started', enabled: true },
      'x.service: stopped → started, disabled → enabled',
    ],
    [{ active: true, enabled: false }, { state: 'started', enabled: true }, 'x.service: disabled → enabled'],
    [{ active: true, enabled: true }, { state: 'stopped' }, 'x.service: started → stopped'],
    [{ active: true, enabled: true }, { state: 'started', enabled: true }, undefined],
    [{ active: false, enabled: false }, {}, undefined],
    [{ active: false, enabled: true }, { enabled: false }, 'x.service: enabled → disabled'],
  ])('from %j to %j', (state, params, told) => {
    const change = diff(serviceStateAction, state, { name: 'x', ...params });
    expect(change === undefined ? undefined : serviceStateAction.describe(change)).toBe(told);
  });

  test('applying reaches what was asked, and undo exactly what was before', () => {
    for (const active of [true, false]) {
      for (const enabled of [true, false]) {
        for (const params of [{ state: 'started' }, { state: 'stopped', enabled: true }, { enabled: false }]) {
          const unit = { active, enabled };
          const before = { ...unit };
          const change = diff(serviceStateAction, before, { name: 'x', ...params });
          if (change === undefined) continue;
          const carry = (commands: readonly object[]): void => {
            for (const command of commands) {
              const verb = 'argv' in command && Array.isArray(command.argv) ? command.argv[1] : '';
              if (verb === 'start' || verb === 'stop') unit.active = verb === 'start';
              else if (verb === 'enable' || verb === 'disable') unit.enabled = verb === 'enable';
              else throw new Error(`unexpected ${JSON.stringify(command)}`);
            }
          };
          carry(serviceStateAction.apply(change));
          expect(diff(serviceStateAction, unit, { name: 'x', ...params })).toBeUndefined();
          carry(undoing(serviceStateAction, change, before));
          expect(unit).toEqual(before);
        }
      }
    }
  });

  test('will not guess about units that are missing, masked or cannot be enabled', async () => {
    const asked = { name: 'x', state: 'started' };
    await expect(inspect(serviceStateAction, answering({ stdout: absent }), asked)).rejects.toThrow(
      'is its package installed?',
    );
    await expect(inspect(serviceStateAction, answering({ stdout: masked }), asked)).rejects.toThrow('is masked');
    const fixed = running.replace('=enabled', '=static');
    await expect(
      inspect(serviceStateAction, answering({ stdout: fixed }), { name: 'x', enabled: true }),
    ).rejects.toThrow('[Install]');
    await expect(inspect(serviceStateAction, answering({ rc: 1, stderr: notBooted }), asked)).rejects.toThrow(
      'not been booted',
    );
    expect(await inspect(serviceStateAction, answering({ stdout: absent }), { name: 'x', state: 'stopped' })).toEqual({
      active: false,
      enabled: false,
    });
  });

  test('decides after earlier calls of the same fix', () => {
    const decideAfter = (touched: readonly string[], params: object): unknown =>
      serviceStateAction.diffAfter?.(
        { active: true, enabled: false } as never,
        { name: 'x', ...params } as never,
        touched,
      );
    expect(decideAfter(['service:x'], { enabled: true })).toEqual({ unit: 'x.service', enabled: true });
    expect(decideAfter(['service:x'], { state: 'started' })).toBeUndefined();
    expect(decideAfter(['service'], { state: 'started' })).toEqual({ unit: 'x.service', active: true });
    expect(decideAfter(['*'], { state: 'started', enabled: false })).toEqual({
      unit: 'x.service',
      active: true,
      enabled: false,
    });
  });

  test('foresees enabling, but not what a start brings', () => {
    const now = { name: 'x.service', active: false, enabled: false, unit_file_state: 'disabled' };
    const probe = { name: 'systemd.unit', params: { name: 'x' }, now };
    expect(serviceStateAction.predict({ unit: 'x.service', enabled: true }, probe)).toMatchObject({
      enabled: true,
      active: false,
    });
    expect(serviceStateAction.predict({ unit: 'x.service', active: true }, probe)).toBeUndefined();
  });
});

describe('service.fresh', () => {
  const started = 1795212241;
  const state = { active: true, loaded: started, needReload: false, files: [{ path: '/etc/x', mtime: started - 9 }] };
  const decideAfter = (touched: readonly string[], seen: object = state): string | undefined => {
    const change = serviceFreshAction.diffAfter?.(
      seen as never,
      { name: 'x', by: 'restart', files: ['/etc/y'] } as never,
      touched,
    );
    return change === undefined ? undefined : serviceFreshAction.describe(change as never);
  };

  test.each([
    [state, undefined],
    [{ ...state, files: [{ path: '/etc/x', mtime: started + 1 }] }, 'newer than what it has loaded: /etc/x'],
    [{ ...state, needReload: true }, 'its unit files'],
    [{ ...state, needReload: true, active: false }, undefined],
  ])('acts only on what is newer', (seen, told) => {
    const change = diff(serviceFreshAction, seen, { name: 'x' });
    if (told === undefined) expect(change).toBeUndefined();
    else expect(serviceFreshAction.describe(change ?? null)).toContain(told);
  });

  test('will act when an earlier call of the fix writes what it reads', () => {
    expect(decideAfter(['file:/etc/other'])).toBeUndefined();
    expect(decideAfter(['file:/etc/x'])).toContain('/etc/x');
    expect(decideAfter(['file:/etc/y'])).toContain('/etc/y');
    expect(decideAfter(['file:/etc/systemd/system/x.service.d/50-a.conf'])).toContain('its unit files');
    expect(decideAfter(['service:x'])).toBeUndefined();
    expect(decideAfter(['*'])).toContain('restart');
    expect(decideAfter(['file:/etc/x'], { ...state, active: false })).toBeUndefined();
  });

  test('looks at the times of all its files', async () => {
    await withSystemctl('', async (directory, host) => {
      const unit = `${directory}/x.service`;
      const listed = `${directory}/listed file`;
      for (const [file, mtime] of [
        [unit, started - 5],
        [`${directory}/drop.conf`, started - 4],
        [`${directory}/env`, started + 7],
        [listed, started + 8],
      ] as const) {
        writeFileSync(file, '');
        utimesSync(file, mtime, mtime);
      }
      const shown = running
        .replace('/lib/systemd/system/nginx.service', unit)
        .replace(/DropInPaths=.*/, `DropInPaths=${directory}/drop.conf ${directory}/gone.conf`)
        .replace('/etc/default/nginx', `${directory}/env`);
      writeFileSync(`${directory}/shown`, shown);
      const look = (by: string): Promise<unknown> =>
        inspect(serviceFreshAction, host, { name: 'x', by, files: [listed, '/none'] });
      const now = Date.now() / 1000;
      const files = [
        { path: unit, mtime: started - 5 },
        { path: `${directory}/env`, mtime: started + 7 },
        { path: `${directory}/drop.conf`, mtime: started - 4 },
        { path: listed, mtime: started + 8 },
      ].filter(({ mtime }) => mtime <= now);
      expect(await look('restart')).toEqual({ active: true, loaded: started, needReload: false, files });
      expect(await look('reload')).toMatchObject({ loaded: started + 59 });
      writeFileSync(`${directory}/shown`, shown.replace('CanReload=yes', 'CanReload=no'));
      await expect(look('reload')).rejects.toThrow('cannot reload');
    });
  });

  test('loads the unit files first, and acts again after an undo', () => {
    const commands = serviceFreshAction.apply({ unit: 'x.service', by: 'restart', why: '' });
    expect(commands).toEqual([
      { argv: ['systemctl', 'daemon-reload'] },
      { argv: ['systemctl', 'restart', '--', 'x.service'] },
    ]);
    expect(serviceFreshAction.rollback.kind).toBe('again');
  });
});

describe('service.restarted', () => {
  test('always acts, and undo stops what did not run before', async () => {
    for (const [shown, told, undo] of [
      [running, 'x.service: running → restarted', 0],
      [stopped, 'x.service: stopped → started', 1],
    ] as const) {
      const before = await inspect(serviceRestartedAction, answering({ stdout: shown }), { name: 'x' });
      const change = diff(serviceRestartedAction, before, { name: 'x' });
      expect(serviceRestartedAction.describe(change ?? null)).toBe(told);
      expect(undoing(serviceRestartedAction, change ?? null, before)).toHaveLength(undo);
    }
    await expect(inspect(serviceRestartedAction, answering({ stdout: masked }), { name: 'x' })).rejects.toThrow(
      'masked',
    );
  });
});
