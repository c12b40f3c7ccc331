import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Channel } from '../../src/transports/channel.ts';
import { systemClock } from '../../src/transports/clock.ts';
import { type Lane, openLane } from '../../src/transports/lane.ts';
import type { LaneLimits } from '../../src/transports/lane-limits.ts';
import { openProcess } from '../../src/transports/local.ts';
import { request } from './hosts.ts';

const shells = [
  { name: 'dash', path: '/bin/dash' },
  { name: 'BusyBox ash', path: '/bin/busybox sh' },
  { name: 'bash', path: '/bin/bash --posix' },
].filter(({ path }) => existsSync(path.split(' ')[0] ?? ''));

const limits: LaneLimits = {
  graceMs: 300,
  termMs: 500,
  killMs: 5000,
  outputBytes: 8 * 1024 * 1024,
  sessionWaitMs: 1000,
};

describe.each(shells)('a lane over $name', ({ path }) => {
  const channels = new Set<Channel>();
  let opened = 0;
  let lane: Lane;

  beforeEach(() => {
    opened = 0;
    const open = openProcess(['/bin/sh'], channels);
    lane = openLane(
      {
        open: (exec, events) => {
          opened += 1;
          return open(exec.replaceAll('/bin/sh', path), events);
        },
        become: false,
        becomePassword: undefined,
        clock: systemClock,
      },
      limits,
    );
  });
  afterEach(() => {
    lane.close();
    for (const channel of channels) channel.destroy();
  });

  const run = (script: string, more = {}) => lane.run(request(script, more));

  it('gives rc, both streams and a time', async () => {
    const answer = await run('echo out; echo err >&2; exit 3');
    expect(answer).toMatchObject({ rc: 3, stdout: 'out\n', stderr: 'err\n', truncated: false });
    expect(answer.ms).toBeGreaterThanOrEqual(0);
  });

  it('runs what lasts only as long as its shell again, first of all, in each shell that takes over', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'mendgate-again-'));
    const told: string[] = [];
    const heard = ({ stdout }: { readonly stdout: string }) => told.push(stdout);
    const again = { command: { script: `echo $$ >>${dir}/held; echo $$` }, heard };
    const first = await lane.run({ ...request(`echo $$ >${dir}/held; echo $$`), again });
    await expect(run('sleep 30', { timeoutMs: 200 })).rejects.toMatchObject({ phase: 'timeout' });
    expect((await run(`cat ${dir}/held`)).stdout).toBe(`${first.stdout}${told.join('')}`);
    expect(told).toHaveLength(1);
    lane.park();
    expect((await run(`cat ${dir}/held`)).stdout).toBe(`${first.stdout}${told.join('')}`);
    expect(told).toHaveLength(2);
    expect(new Set([first.stdout, ...told]).size).toBe(3);
    rmSync(dir, { recursive: true, force: true });
  });

  it('is greeted from without a frame, by the shell that the frames go to, which is not given up meanwhile', async () => {
    const greeted = lane.greeted();
    lane.park();
    await greeted;
    await lane.greeted();
    await run('echo there');
    expect(opened).toBe(1);
  });

  it('says what a frame is for only where somebody reads that', async () => {
    for (const labelled of [false, true]) {
      const sent: string[] = [];
      const open = openProcess(['/bin/sh'], channels);
      const other = openLane({
        async open(exec, events) {
          const channel = await open(exec.replaceAll('/bin/sh', path), events);
          return {
            ...channel,
            write(data) {
              sent.push(data.toString());
              channel.write(data);
            },
          };
        },
        become: false,
        becomePassword: undefined,
        clock: systemClock,
        labelled,
      });
      expect((await other.run(request('echo there'))).stdout).toBe('there\n');
      expect(sent.join('').includes('# mendgate {"kind":"probe","name":"test.probe"')).toBe(labelled);
      other.close();
    }
  });

  it('does not wait for a greeting that never comes', async () => {
    const greeted = lane.greeted();
    lane.close();
    await expect(greeted).rejects.toMatchObject({ phase: 'cancelled' });
    await expect(lane.greeted()).rejects.toMatchObject({ phase: 'cancelled' });
  });

  it('keeps output exact that has no line end', async () => {
    expect(await run('printf a; printf b >&2')).toMatchObject({ stdout: 'a', stderr: 'b' });
  });

  it('answers fifty pipelined frames in order over one shell', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => run(`echo ${i}; exit ${i}`)));
    expect(answers.map(({ stdout }) => stdout)).toEqual(Array.from({ length: 50 }, (_, i) => `${i}\n`));
    expect(answers.map(({ rc }) => rc)).toEqual(Array.from({ length: 50 }, (_, i) => i));
    expect(opened).toBe(1);
  });

  it.each([
    ['exit', 'exit 7', 7],
    ['set -e', 'set -e; false; echo no', 1],
    ['exec', 'exec true', 0],
    ['a replaced stdout', 'exec >/dev/null 2>&1; echo no', 0],
    ['unset and cd', 'cd /; unset PATH; mg_s=; mg_t=; exit 5', 5],
    ['a reader of stdin', 'cat; read -r x; exit 4', 4],
    ['a signal to itself', 'sh -c "kill -9 \\$\\$"', 137],
    ['closed descriptors', 'exec 1>&- 2>&- 3>&- 4>&- 5>&-; exit 6', 6],
    ['redefined words', 'echo() { exit 9; }; cat() { exit 9; }; alias read=false; trap "" PIPE; exit 8', 8],
  ])('is not touched by %s', async (_name, script, rc) => {
    const [spoiling, next] = await Promise.all([run(script), run('echo "still $#"')]);
    expect(spoiling.rc).toBe(rc);
    expect(next).toMatchObject({ rc: 0, stdout: 'still 0\n', stderr: '' });
    expect(opened).toBe(1);
  });

  it.each(["echo 'open", 'if true', 'echo $(', '}', ')'])(
    'answers a syntax error (%s) with rc 2 or so',
    async (script) => {
      const [broken, next] = await Promise.all([run(script), run('echo fine')]);
      expect(broken.rc).not.toBe(0);
      expect(broken.stderr).not.toBe('');
      expect(next).toMatchObject({ rc: 0, stdout: 'fine\n', stderr: '' });
    },
  );

  it('spares the others when a command kills the shell', async () => {
    const before = run('echo before');
    const killer = run('kill -9 $$; echo no');
    const after = run('echo after');
    await expect(killer).rejects.toMatchObject({ name: 'HostFailure', phase: 'shell' });
    expect((await before).stdout).toBe('before\n');
    expect((await after).stdout).toBe('after\n');
  });

  it('ends at its deadline only the command that is late, and runs none twice', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'mendgate-lane-'));
    const file = join(dir, 'ran');
    const note = (name: string, then = ':') => `echo ${name} >> ${file}; ${then}`;
    const settled = await Promise.allSettled([
      run(note('1')),
      run(note('late', 'sleep 60 & sleep 60'), { timeoutMs: 100 }),
      run(note('3')),
      run(note('left', 'sleep 60 & exit 4')),
      run(note('5')),
      run(note('killer', 'kill -9 $$; sleep 1')),
      run(note('7')),
      run(note('8')),
    ]);
    expect(settled.map((one) => (one.status === 'fulfilled' ? one.value.rc : one.reason.phase))).toEqual([
      0,
      'timeout',
      0,
      4,
      0,
      'shell',
      0,
      0,
    ]);
    expect(readFileSync(file, 'utf8').split('\n')).toEqual(['1', 'late', '3', 'left', '5', 'killer', '7', '8', '']);
    rmSync(dir, { recursive: true });
  });

  it('answers when a child left behind holds the streams, and shuts it out of the next frame', async () => {
    const [left, next] = await Promise.all([
      run('echo mine; (sleep 0.4; echo late; echo late >&2; sleep 60) & exit 3'),
      run('sleep 0.6; echo next'),
    ]);
    expect(left).toMatchObject({ rc: 3, stdout: 'mine\n' });
    expect(next).toMatchObject({ rc: 0, stdout: 'next\n', stderr: '' });
  });

  it.each(['2>/dev/null', '>/dev/null'])(
    'shuts a child that holds one stream (%s) out of the next frame',
    async (other) => {
      const [left, next] = await Promise.all([
        run(`echo mine; (sleep 0.4; echo late; echo late >&2; sleep 60) ${other} & exit 3`),
        run('sleep 0.6; echo next'),
      ]);
      expect(left).toMatchObject({ rc: 3, stdout: 'mine\n' });
      expect(next).toMatchObject({ rc: 0, stdout: 'next\n', stderr: '' });
    },
  );

  it('tells apart what plain programs that travel together write, and what scripts between them do', async () => {
    const answers = await Promise.all([
      lane.run(request({ argv: ['printf', 'no line end'] })),
      lane.run(request({ argv: ['cat', '/nonexistent'] })),
      run('echo script; echo complaint >&2; exit 3'),
      lane.run(request({ argv: ['test', '-e', '/nonexistent'] })),
      lane.run(request({ argv: ['cat'], stdin: 'given' })),
      run('exit 4'),
      lane.run(request({ argv: ['echo', 'last'] })),
    ]);
    expect(answers.map(({ rc }) => rc)).toEqual([0, 1, 3, 1, 0, 4, 0]);
    expect(answers.map(({ stdout }) => stdout)).toEqual(['no line end', '', 'script\n', '', 'given', '', 'last\n']);
    expect(answers.map(({ stderr }) => stderr === '')).toEqual([true, false, false, true, true, true, true]);
    expect(opened).toBe(1);
  });

  it('answers a plain program before one that follows it later', async () => {
    const first = await lane.run(request({ argv: ['echo', 'first'] }));
    const second = await lane.run(request({ argv: ['echo', 'second'] }));
    expect([first.stdout, second.stdout]).toEqual(['first\n', 'second\n']);
  });

  it('ends a plain program at its deadline, and runs the others once', async () => {
    const settled = await Promise.allSettled([
      lane.run(request({ argv: ['echo', '1'] })),
      lane.run(request({ argv: ['tail', '-f', '/dev/null'] }, { timeoutMs: 100 })),
      lane.run(request({ argv: ['echo', '3'] })),
    ]);
    expect(settled.map((one) => (one.status === 'fulfilled' ? one.value.stdout : one.reason.phase))).toEqual([
      '1\n',
      'timeout',
      '3\n',
    ]);
  });

  it('runs what follows a big frame in its turn', async () => {
    const data = 'x'.repeat(200_000);
    const [small, big, next] = await Promise.all([
      lane.run(request({ argv: ['echo', 'small'] })),
      lane.run(request({ argv: ['wc', '-c'], stdin: data })),
      lane.run(request({ argv: ['echo', 'next'] })),
    ]);
    expect([small.stdout, big.stdout.trim(), next.stdout]).toEqual(['small\n', '200000', 'next\n']);
  });

  it('carries 5 MB of output whole when asked, and one MiB otherwise', async () => {
    const script = 'head -c 5000000 /dev/zero | tr "\\0" x';
    const [whole, capped] = await Promise.all([run(script, { maxBytes: 6_000_000 }), run(script)]);
    expect(whole).toMatchObject({ truncated: false });
    expect(whole.stdout).toBe('x'.repeat(5_000_000));
    expect(capped).toMatchObject({ rc: 0, truncated: true });
    expect(capped.stdout.length).toBe(1024 * 1024);
  });

  it('stops a command whose output has no end, and goes on', async () => {
    const [flood, next] = await Promise.allSettled([run('yes'), run('echo next')]);
    expect(flood).toMatchObject({ status: 'rejected', reason: { phase: 'output_limit' } });
    expect(next).toMatchObject({ status: 'fulfilled', value: { stdout: 'next\n' } });
  });

  it('carries NUL and invalid UTF-8 from the host', async () => {
    expect(await run("printf 'a\\0b\\377\\342\\202'")).toMatchObject({ stdout: 'a\0b\ufffd\ufffd' });
  });

  it('refuses a NUL on its way to the host', async () => {
    await expect(lane.run(request({ argv: ['echo', 'a\0b'] }))).rejects.toMatchObject({ phase: 'command' });
  });

  it('runs a big script with odd bytes exactly as given', async () => {
    const data = Array.from({ length: 3000 }, (_, i) => `${i} \u0001\u007f\u00e9€\\n \t'"$\`!*~`).join('\n');
    const answer = await lane.run(request({ argv: ['cat'], stdin: data }));
    expect(answer).toMatchObject({ rc: 0, stdout: data });
  });

  it('gives every command a C locale, no terminal and a fixed PATH', async () => {
    const answer = await run('printf "%s\\n" "$LC_ALL" "$TERM" "$PATH" "$(umask)" "${BASH_ENV-unset}"');
    expect(answer.stdout).toBe('C\ndumb\n/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin\n0077\nunset\n');
  });

  it('cancels what waits when it is closed', async () => {
    const waiting = run('sleep 60');
    lane.close();
    await expect(waiting).rejects.toMatchObject({ phase: 'cancelled' });
    await expect(run('true')).rejects.toMatchObject({ phase: 'cancelled' });
  });
});
