import { describe, expect, test } from 'vitest';
import { fillDefaults } from '../../../src/model/fill-defaults.ts';
import { unitOfCgroup } from '../../../src/packs/core/cgroup.ts';
import { readConfinement } from '../../../src/packs/nginx/confinement.ts';
import worker from '../../../src/packs/nginx/nginx-worker-probe.ts';
import { parseProcesses } from '../../../src/packs/nginx/processes.ts';
import { answering, reasonOf } from '../core/local-host.ts';

const clock = 'B 1000 50.00 1050.250000000 100';
const master = (pid: number, uid = 0, start = 100) =>
  `P ${pid} 1 ${uid} ${start} 1\nT nginx: master process /usr/sbin/nginx -g daemon on;\nX /usr/sbin/nginx\nW /\nA system_u:system_r:httpd_t:s0\nC 0::/system.slice/nginx.service\nU ${uid} user${uid}`;
const child = (pid: number, parent: number, title = 'nginx: worker process') =>
  `P ${pid} ${parent} 998 200 1\nT ${title}\nX \nW \nA system_u:system_r:httpd_t:s0\nU 998 nginx`;
const read = (...parts: string[]) =>
  worker.read(answering({ stdout: [clock, ...parts].join('\n') }), fillDefaults(worker.params, {}) as never);

describe('nginx.worker', () => {
  test('tells user, domain and unit of the running nginx', async () => {
    expect(
      await read('L selinux', master(10), child(11, 10), child(12, 10, 'nginx: worker process is shutting down')),
    ).toEqual({
      running: true,
      user: 'nginx',
      domain: 'httpd_t',
      context: 'system_u:system_r:httpd_t:s0',
      apparmor: '',
      apparmor_mode: '',
      master_pid: 10,
      worker_pids: [11],
      unit: 'nginx.service',
      masters: 1,
      binary: '/usr/sbin/nginx',
      started_epoch: 1001,
    });
  });

  test('not running is an answer', async () => {
    expect(await read()).toMatchObject({ running: false, user: '', domain: '', master_pid: 0, worker_pids: [] });
  });

  test('not running is no answer when other users’ processes are hidden', async () => {
    expect(reasonOf(await read('H'))).toMatch(/hidepid.*needs root/);
  });

  test('an unreadable context is no answer where SELinux is on', async () => {
    expect(reasonOf(await read('L selinux', master(10).replace(/\nA .*/, '\nA ')))).toMatch(/context.*needs root/);
  });

  test('a user’s process that poses as a master does not come before root’s', async () => {
    expect(await read(master(5, 1000, 1), master(10), child(11, 10))).toMatchObject({ master_pid: 10, masters: 2 });
  });

  test('processes of containers do not count', async () => {
    expect(await read(master(5).replace(' 1\nT', ' 2\nT'))).toMatchObject({ running: false, masters: 0 });
  });

  test('the pid file chooses among several', async () => {
    expect(await read('I 20', master(10), master(20))).toMatchObject({ master_pid: 20 });
    expect(await read('I 30', master(10), master(20))).toMatchObject({ running: false });
  });
});

test.each([
  ['nginx (enforce)', { apparmor: 'nginx', apparmor_mode: 'enforce', domain: '' }],
  ['/usr/sbin/nginx//sub (complain)', { apparmor: '/usr/sbin/nginx//sub', apparmor_mode: 'complain' }],
  ['unconfined', { apparmor: '', apparmor_mode: '' }],
  ['nginx (unconfined)', { apparmor: '', apparmor_mode: '' }],
  ['system_u:system_r:container_t:s0:c1,c2', { domain: 'container_t', apparmor: '' }],
  ['', { domain: '', context: '', apparmor: '' }],
])('confinement %s', (label, expected) => {
  expect(readConfinement(label)).toMatchObject(expected);
});

test.each([
  ['0::/system.slice/nginx.service', 'nginx.service'],
  ['1:name=systemd:/system.slice/system-app.slice/app@1.service', 'app@1.service'],
  ['0::/user.slice/user-0.slice/session-1.scope', ''],
  ['0::/user.slice/user-1000.slice/user@1000.service/app.slice/x.service', ''],
  ['0::/system.slice/docker-abc.scope', ''],
  ['0::/', ''],
])('unit of %s', (line, unit) => {
  expect(unitOfCgroup(line)).toBe(unit);
});

test('start times come from ticks; without fractions of a second they are a second too early at most', () => {
  expect(parseProcesses(`${clock}\n${master(10)}`)).toMatchObject({
    exactTimes: true,
    now: 1050.25,
    master: { started: 1001.25 },
  });
  expect(parseProcesses(`B 1000 50.00 1050.%N 100\n${master(10)}`)).toMatchObject({
    exactTimes: false,
    master: { started: 1001 },
  });
});
