import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readKills, unitOf } from '../../../src/packs/memory/kernel-log.ts';
import kills, { missed } from '../../../src/packs/memory/memory-kills-probe.ts';
import { answering, localHost, read, reasonOf, shells } from '../core/local-host.ts';

/** Debian 12, Linux 6.1: a service with MemoryMax=30M, as `journalctl -o short-unix` gave it. */
const cgroup = `1795258379.514402 python3 invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0
1795258379.535689  oom_kill_process.cold+0xb/0x10
1795258379.626529 memory: usage 30720kB, limit 30720kB, failcnt 67
1795258379.628341 oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/system.slice/eater.service,task_memcg=/system.slice/eater.service,task=python3,pid=3265,uid=0
1795258379.628576 Memory cgroup out of memory: Killed process 3265 (python3) total-vm:218556kB, anon-rss:30324kB, file-rss:5164kB, shmem-rss:0kB, UID:0 pgtables:124kB oom_score_adj:0`;
/** The same host, when all of it was used up. */
const machine = `1795258577.429294 python3 invoked oom-killer: gfp_mask=0x140dca(GFP_HIGHUSER_MOVABLE|__GFP_COMP|__GFP_ZERO), order=0, oom_score_adj=0
1795258577.442867 oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,mems_allowed=0,global_oom,task_memcg=/system.slice/ssh.service,task=python3,pid=3266,uid=0
1795258577.443027 Out of memory: Killed process 3266 (python3) total-vm:628188kB, anon-rss:593972kB, file-rss:4kB, shmem-rss:0kB, UID:0 pgtables:1224kB oom_score_adj:0`;
/** RHEL 7, Linux 3.10: no line of its own tells the cgroup. */
const old = `1500000000 Out of memory: Kill process 4242 (java) score 912 or sacrifice child
1500000000 Killed process 4242 (java) total-vm:8388608kB, anon-rss:4194304kB, file-rss:0kB, shmem-rss:0kB`;
const oomd =
  '1600000000.5 Killed /user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope due to memory pressure for /user.slice being 80% > 50% for > 20s with reclaim activity';

const at = { epoch: 0, process: '', pid: 0, scope: 'machine', unit: '', limited: '', limit: 0, held: 0 };
describe('the kernel’s log tells who was killed', () => {
  test.each([
    [
      'by a unit’s own limit',
      cgroup,
      {
        epoch: 1_795_258_379,
        process: 'python3',
        pid: 3265,
        scope: 'cgroup',
        unit: 'eater.service',
        limited: '/system.slice/eater.service',
        limit: 30_720 * 1024,
        held: 30_324 * 1024,
      },
    ],
    [
      'by the whole machine',
      machine,
      { epoch: 1_795_258_577, process: 'python3', pid: 3266, unit: 'ssh.service', held: 593_972 * 1024 },
    ],
    ['by an old kernel', old, { epoch: 1_500_000_000, process: 'java', pid: 4242, held: 4_194_304 * 1024 }],
    [
      'by systemd-oomd',
      oomd,
      {
        epoch: 1_600_000_000,
        scope: 'oomd',
        unit: 'app-x.scope',
        limited: '/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope',
      },
    ],
  ])('%s', (_how, text, expected) => {
    expect(readKills(text.split('\n'))).toEqual([{ ...at, ...expected }]);
  });

  test('one after the other, nothing of the one in the next', () => {
    const found = readKills(`${cgroup}\n${machine}\n${old}`.split('\n'));
    expect(found.map(({ scope, limit, unit }) => [scope, limit > 0, unit])).toEqual([
      ['cgroup', true, 'eater.service'],
      ['machine', false, 'ssh.service'],
      ['machine', false, ''],
    ]);
  });

  test('and nobody else: a log may hold what programs like', () => {
    expect(
      readKills(['1 app: Out of memory, giving up', '1 Killed by hand', '', 'Killed process 1 (x) anon-rss:1kB']),
    ).toEqual([]);
    fc.assert(fc.property(fc.array(fc.string()), (lines) => readKills(lines).length <= lines.length));
  });
});

test.each([
  ['/system.slice/app.service', 'app.service'],
  ['/system.slice/system-app.slice/app@3000.service/sub', 'app@3000.service'],
  ['/user.slice/user-0.slice/session-3.scope', 'session-3.scope'],
  ['/kubepods/pod1/abc', ''],
  ['', ''],
])('the unit of %j is %j', (cgroupPath, unit) => {
  expect(unitOf(cgroupPath)).toBe(unit);
});

describe('kills that the log lost', () => {
  const kill = (epoch: number, scope = 'machine') => ({ epoch, scope });
  test.each([
    ['none where the log holds the whole window', [], { from: 1000, boot: 500, reaches: 900, counted: 3 }, 0],
    ['none where it holds the whole boot', [], { from: 100, boot: 500, reaches: 560, counted: 3 }, 0],
    ['none where the kernel counted none', [], { from: 1000, boot: 500, reaches: 2000, counted: 0 }, 0],
    ['those that are not in the log', [kill(2500)], { from: 1000, boot: 500, reaches: 2000, counted: 3 }, 2],
    [
      'systemd-oomd’s are not the kernel’s',
      [kill(2500, 'oomd')],
      { from: 1000, boot: 500, reaches: 2000, counted: 1 },
      1,
    ],
    ['those of the boot before do not count', [kill(100)], { from: 50, boot: 500, reaches: 2000, counted: 1 }, 1],
    [
      'nobody knows where the kernel does not count',
      [],
      { from: 1000, boot: 500, reaches: 2000, counted: undefined },
      0,
    ],
  ])('%s', (_what, found, coverage, expected) => {
    expect(missed(found, coverage)).toBe(expected);
  });
});

describe('memory.kills', () => {
  const hex = (text: string) => Buffer.from(text).toString('hex');
  const said = (...lines: readonly string[]) => answering({ stdout: `${lines.join('\n')}\n` });

  test('gives those of the window', async () => {
    const host = said(
      'from:1795258500',
      'boot:1795256840',
      'counted:2',
      'reaches:1795224914',
      `log=${hex(`${cgroup}\n${machine}`)}`,
    );
    expect(await read(kills, host, {})).toMatchObject({ kills: [{ pid: 3266 }], missed: 0, from: 1_795_258_500 });
  });
  test('says that it may not look, rather than that nobody was killed', async () => {
    expect(reasonOf(await read(kills, said('from:1', 'boot:1', 'denied:1'), {}))).toContain('needs root');
    expect(reasonOf(await read(kills, said('from:1', 'boot:1'), {}))).toContain('is empty');
  });
  test.each(shells)('reads this machine’s log through $name', async (shell) => {
    const found = await read(kills, localHost(shell), { since: 'boot' });
    expect(found).toMatchObject({ missed: expect.any(Number), from: expect.any(Number) });
  });
});
