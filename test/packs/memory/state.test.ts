import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import state, { readPressure } from '../../../src/packs/memory/memory-state-probe.ts';
import swap from '../../../src/packs/memory/memory-swap-action.ts';
import { readIdle, readSwaps } from '../../../src/packs/memory/swaps.ts';
import { answering, diff, inspect, localHost, read, reasonOf, shells, undoing } from '../core/local-host.ts';

const heading = 'Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority';
const on = readSwaps(
  `${heading}\n/dev/dm-1                               partition\t2097148\t\t1024\t\t-2\n/my\\040swap file 65532 0 5\n`,
);

test('/proc/swaps, with escaped names', () => {
  expect(on).toEqual([
    { device: '/dev/dm-1', size: 2_097_148 * 1024, used: 1024 * 1024 },
    { device: '/my swap', size: 65_532 * 1024, used: 0 },
  ]);
  expect(readSwaps(heading)).toEqual([]);
});

describe('swap that fstab names', () => {
  const real = new Map([
    ['/dev/mapper/vg-swap', '/dev/dm-1'],
    ['/swapfile', '/swapfile'],
    ['UUID=1', '/dev/vdb1'],
    ['/dev/gone', ''],
  ]);
  test.each([
    ['is on, by another name', '/dev/mapper/vg-swap none swap sw 0 0', [], []],
    ['is off', '/swapfile none swap sw 0 0', [{ device: '/swapfile', priority: -1 }], []],
    ['is off, with a priority', 'UUID=1 none swap sw,pri=5 0 0', [{ device: 'UUID=1', priority: 5 }], []],
    ['is not to be on', '/swapfile none swap noauto 0 0', [], []],
    ['is no swap', '/swapfile /mnt ext4 defaults 0 0', [], []],
    ['is a comment', '#/swapfile none swap sw 0 0', [], []],
    ['is not there', '/dev/gone none swap sw 0 0', [], ['/dev/gone']],
  ])('%s', (_what, fstab, idle, absent) => {
    expect(readIdle(fstab, real, on)).toEqual({ idle, absent });
  });
  test('any fstab is read', () => {
    fc.assert(fc.property(fc.string(), (fstab) => readIdle(fstab, real, on).absent.every((device) => device !== '')));
  });
});

test.each([
  [
    'some avg10=3.37 avg60=21.33 avg300=10.89 total=41535258\nfull avg10=1.28 avg60=5.08 avg300=2.41 total=8765479\n',
    5.08,
  ],
  ['some avg10=0.00 avg60=0.00 avg300=0.00 total=0\nfull avg10=0.00 avg60=100.00 avg300=0.00 total=0\n', 100],
  ['', undefined],
])('pressure of %j is %j', (text, expected) => {
  expect(readPressure(text)).toBe(expected);
});

describe('memory.state', () => {
  test.each(shells)('tells of this machine through $name', async (shell) => {
    const found = (await read(state, localHost(shell), {})) as {
      readonly total: number;
      readonly available: number;
      readonly biggest: readonly { readonly memory: number }[];
    };
    expect(found.total).toBeGreaterThan(found.available);
    expect(found.biggest.length).toBeGreaterThan(0);
    expect(found.biggest[0]?.memory).toBeGreaterThan(0);
  });
  test('does not guess what an old kernel does not tell', async () => {
    const meminfo = Buffer.from('MemTotal: 1000 kB\nMemFree: 10 kB\n').toString('hex');
    expect(reasonOf(await read(state, answering({ stdout: `meminfo=${meminfo}\n` }), {}))).toContain(
      'what is available',
    );
  });
  test.each([
    ['kubelet:1', 'Kubernetes (kubelet) runs here'],
    ['masked:swapfile.swap', 'swapfile.swap is masked'],
    ['', ''],
  ])('swap is off on purpose: %j', async (line, expected) => {
    const meminfo = Buffer.from('MemTotal: 1000 kB\nMemAvailable: 55 kB\n').toString('hex');
    const found = await read(state, answering({ stdout: `meminfo=${meminfo}\n${line}\n` }), {});
    expect(found).toMatchObject({ swap_unwanted: expected, available_percent: 5, swap_total: 0 });
  });
});

describe('memory.swap', () => {
  const hex = (text: string) => Buffer.from(text).toString('hex');
  const said = (...lines: readonly string[]) => answering({ stdout: `${lines.join('\n')}\n` });
  const fstab = `fstab=${hex('/swapfile none swap sw 0 0\n')}`;

  test('is off, and is switched on and off again', async () => {
    const params = { device: '/swapfile', priority: 5 };
    const before = await inspect(swap, said(fstab, `device=${hex('/swapfile')}`, `real=${hex('/swapfile')}`), params);
    const change = diff(swap, before, params);
    expect(swap.apply(change ?? null)).toEqual([{ argv: ['swapon', '-p', '5', '--', '/swapfile'] }]);
    expect(undoing(swap, change ?? null, before)).toEqual([{ argv: ['swapoff', '--', '/swapfile'] }]);
  });
  test('is on: nothing to do', async () => {
    const swaps = `swaps=${hex(`${heading}\n/swapfile file 65532 0 -2\n`)}`;
    const found = await inspect(swap, said(swaps, fstab, `device=${hex('/swapfile')}`, `real=${hex('/swapfile')}`), {
      device: '/swapfile',
    });
    expect(diff(swap, found, { device: '/swapfile' })).toBeUndefined();
  });
  test('is not there', async () => {
    await expect(
      inspect(swap, said(fstab, `device=${hex('/swapfile')}`, 'real='), { device: '/swapfile' }),
    ).rejects.toThrow('is not there');
  });
});
