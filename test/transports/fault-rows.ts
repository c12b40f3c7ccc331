import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import type ssh2 from 'ssh2';
import { vi } from 'vitest';
import type { FailurePhase } from '../../src/model/host-failure.ts';
import { Secret } from '../../src/model/secret.ts';
import { defaultLimits } from '../../src/transports/lane-limits.ts';
import { sshConfigs } from '../../src/transports/ssh-config/ssh-configs.ts';
import { freePort } from '../sshd/sshd.ts';
import { nameServer } from './dns-servers.ts';
import { fastClock } from './fast-clock.ts';
import { fix, type Got, type Rig, read } from './fault-rig.ts';
import { deafPort, faultProxy, muteServer, oddServer } from './fault-servers.ts';
import { tcpServer } from './tcp-servers.ts';

/** One row of the fault model (reference: its row's number) and how we must end. */
export interface FaultRow {
  readonly row: string;
  readonly fault: string;
  readonly expected: string;
  readonly reason?: RegExp;
  /** Real time after which it must have settled; deadlines of seconds run on a fast clock or are set short. */
  readonly withinMs: number;
  run(rig: Rig): Promise<Got>;
}

const short = { connectTimeoutMs: 1000 } as const;

function greeting(row: string, fault: string, text: string, expected: string, reason: RegExp): FaultRow {
  return {
    row,
    fault,
    expected: `unreachable(${expected})`,
    reason,
    withinMs: 2000,
    async run(rig) {
      const server = await tcpServer((socket) => socket.write(Buffer.from(text, 'latin1')));
      rig.later(() => server.close());
      return rig.reach(server.port, short);
    },
  };
}

const reaching: readonly FaultRow[] = [
  {
    row: '1',
    fault: 'nobody listens',
    expected: 'unreachable(tcp)',
    reason: /connection refused/,
    withinMs: 1000,
    run: async (rig) => rig.reach(await freePort()),
  },
  {
    row: '2',
    fault: 'no such name',
    expected: 'unreachable(dns)',
    reason: /there is no such name/,
    withinMs: 1000,
    async run(rig) {
      const server = await nameServer({});
      rig.later(() => server.close());
      return rig.reach(22, { names: namesOf(rig, server.address) }, 'nowhere.example');
    },
  },
  {
    row: '3',
    fault: 'dead name server, 30 bad names before a good one',
    expected: 'ok',
    withinMs: 3000,
    async run(rig) {
      const server = await nameServer('silent');
      rig.later(() => server.close());
      const names = namesOf(rig, server.address, '127.0.0.1 good.example\n');
      const bad = Array.from({ length: 30 }, (_, i) => rig.reach(22, { ...short, names }, `bad${i}.example`));
      const good = await rig.reach(rig.sshd.port, { names }, 'good.example');
      const others = new Set((await Promise.all(bad)).map(({ state }) => state));
      return [...others].join() === 'unreachable(dns)' ? good : { state: 'wrong', reason: [...others].join() };
    },
  },
  {
    row: '4',
    fault: 'SYN dropped',
    expected: 'unreachable(tcp)',
    reason: /no answer .* within 1 s/,
    withinMs: 3000,
    async run(rig) {
      const deaf = await deafPort();
      rig.later(() => deaf.close());
      return rig.reach(deaf.port, short);
    },
  },
  greeting('5a', 'silent port', '', 'banner', /no SSH server greeted/),
  greeting('5b', 'HTTP on the port', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'banner', /says "HTTP\/1.1 400 Bad Request"/),
  greeting('5c', 'SSH 1.5', 'SSH-1.5-OpenSSH_2.0\r\n', 'banner', /not an SSH 2 server/),
  greeting('5d', 'garbage', `${'\u0001\u00ff'.repeat(6000)}\n`, 'banner', /not an SSH 2 server/),
  greeting('5e', 'a packet too big', `SSH-2.0-x\r\n${'\u00ff'.repeat(8)}`, 'kex', /handshake failed/),
  ...(['hello\r\n', 'x'] as const).map(
    (text, index): FaultRow => ({
      row: index === 0 ? '6a' : '6b',
      fault: `greeting without end${index === 0 ? '' : ' or line'}`,
      expected: 'unreachable(banner)',
      withinMs: 2000,
      async run(rig) {
        const server = await tcpServer((socket) => {
          const more = (): void => void (socket.writable && socket.write(text.repeat(1000), more));
          more();
        });
        rig.later(() => server.close());
        return rig.reach(server.port, short);
      },
    }),
  ),
  greeting('7a', 'key exchange stalls', 'SSH-2.0-x\r\n', 'kex', /did not end within/),
  {
    row: '7b',
    fault: 'login never answered',
    expected: 'unreachable(auth)',
    reason: /no answer within/,
    withinMs: 4000,
    async run(rig) {
      const server = await muteServer();
      rig.later(() => server.close());
      return rig.reach(server.port, { clock: fastClock(10) });
    },
  },
];

function namesOf(rig: Rig, server: string, hosts = '') {
  return {
    servers: [server],
    files: {
      hosts: rig.write('hosts', hosts),
      resolvConf: rig.write('resolv', ''),
      nsswitch: rig.write('nsswitch', 'hosts: files dns\n'),
    },
  };
}

const proving: readonly FaultRow[] = [
  {
    row: '8a',
    fault: 'key not accepted',
    expected: 'unreachable(auth)',
    reason: /tried .*wrong; the host takes publickey/,
    withinMs: 3000,
    run: (rig) => rig.reach(rig.sshd.port, { privateKeyFiles: [rig.wrongKey] }),
  },
  {
    row: '8b',
    fault: 'wrong password: one try',
    expected: 'unreachable(auth)',
    reason: /^root: .*; 1 try$/,
    withinMs: 6000,
    async run(rig) {
      const before = rig.sshd.log().length;
      const got = await rig.reach(rig.sshd.port, { privateKeyFiles: [], password: new Secret('guess') });
      const said = (): readonly string[] =>
        rig.sshd
          .log()
          .slice(before)
          .match(/Failed password/g) ?? [];
      // Its words may come after its answer.
      await vi.waitUntil(() => said().length > 0, 3000).catch(() => undefined);
      const tries = said();
      return { ...got, reason: `${got.reason}; ${tries.length} ${tries.length === 1 ? 'try' : 'tries'}` };
    },
  },
  {
    row: '8c',
    fault: 'unknown user',
    expected: 'unreachable(auth)',
    reason: /^mg-nobody-here:/,
    withinMs: 3000,
    run: (rig) => rig.reach(rig.sshd.port, { user: 'mg-nobody-here' }),
  },
  {
    row: '9a',
    fault: 'agent with 10 keys, the right one last',
    expected: 'unreachable(auth)',
    reason: /tried (?:agent key [^,]*, ){5}agent key [^,]*\. 4 keys were not tried/,
    withinMs: 5000,
    run: (rig) => rig.reach(rig.sshd.port, { agent: rig.agent(9), defaultKeys: true, homeDirectory: '/none' }),
  },
  {
    row: '9b',
    fault: 'the same, MaxAuthTries 2, IdentityFile names the right one',
    expected: 'ok',
    withinMs: 6000,
    async run(rig) {
      const server = await rig.server(['MaxAuthTries 2']);
      const configs = sshConfigs({ file: rig.write('config', `Host *\n IdentityFile ${join(rig.dir, 'key')}\n`) });
      return rig.reach(server.port, { agent: rig.agent(9), defaultKeys: true, sshConfigs: configs });
    },
  },
  {
    row: '10a',
    fault: 'silent agent',
    expected: 'unreachable(agent)',
    reason: /the agent at .* gives no answer/,
    withinMs: 4000,
    async run(rig) {
      const socket = join(rig.dir, 'silent-agent');
      const silent = createServer();
      await new Promise<void>((resolve) => silent.listen(socket, resolve));
      rig.later(() => void silent.close());
      return rig.reach(rig.sshd.port, { agent: socket, privateKeyFiles: [], clock: fastClock(10) });
    },
  },
  {
    row: '10b',
    fault: 'no agent at its socket',
    expected: 'unreachable(agent)',
    reason: /cannot be asked/,
    withinMs: 2000,
    run: (rig) => rig.reach(rig.sshd.port, { agent: join(rig.dir, 'no-agent'), privateKeyFiles: [] }),
  },
  ...(['unknown', 'changed', 'revoked'] as const).map(
    (kind, index): FaultRow => ({
      row: `11${'abc'[index] ?? ''}`,
      fault: `${kind} host key`,
      expected: 'unreachable(host_key)',
      reason: kind === 'unknown' ? /not known/ : kind === 'changed' ? /has changed/ : /revoked/,
      withinMs: 2000,
      run(rig) {
        const line = `[127.0.0.1]:${rig.sshd.port} `;
        const key = rig.sshd.hostKeys[0] ?? '';
        const text = {
          unknown: '',
          changed: `${line}${rig.other.hostKeys[0]}\n`,
          revoked: `${line}${key}\n@revoked * ${key}\n`,
        }[kind];
        const knownHostsFiles = [rig.write('keys', text)];
        return rig.reach(rig.sshd.port, {
          knownHostsFiles,
          hostKeyPolicy: kind === 'unknown' ? 'strict' : 'accept-new',
        });
      },
    }),
  ),
  {
    row: '12a',
    fault: 'MaxStartups 2:100:2, 30 logins at once',
    expected: 'ok',
    reason: /^30 of 30$/,
    withinMs: 15_000,
    async run(rig) {
      const server = await rig.server(['MaxStartups 2:100:2']);
      const all = await Promise.all(Array.from({ length: 30 }, () => rig.reach(server.port)));
      const good = all.filter(({ state }) => state === 'ok').length;
      const drops = server.log().match(/drop connection/g)?.length ?? 0;
      if (drops === 0) return { state: 'wrong', reason: 'nothing was dropped' };
      return { state: all.find(({ state }) => state !== 'ok')?.state ?? 'ok', reason: `${good} of 30` };
    },
  },
  {
    row: '12b',
    fault: 'hangs up before it greets, always',
    expected: 'unreachable(banner)',
    reason: /keeps hanging up.*MaxStartups/,
    withinMs: 3000,
    async run(rig) {
      const server = await tcpServer((socket) => socket.end('Exceeded MaxStartups\r\n'));
      rig.later(() => server.close());
      return rig.reach(server.port, { clock: fastClock(20), random: () => 0.5 });
    },
  },
];

const sessions: readonly FaultRow[] = [
  {
    row: '13',
    fault: 'MaxSessions 1: probes, and a fix between them',
    expected: 'ok',
    withinMs: 6000,
    async run(rig) {
      const server = await rig.server(['MaxSessions 1']);
      const connection = await rig.connect(server.port);
      const all = await Promise.all([read(connection, 'true'), fix(connection, 'true'), read(connection, 'true')]);
      return all.find(({ state }) => state !== 'ok') ?? { state: 'ok', reason: '' };
    },
  },
  odd('14a', 'channel', 'session refused', 'not_started(channel)', /refuses another session/, (client) =>
    client.on('session', (_accept, reject) => void reject()),
  ),
  odd('14b', 'shell', 'exec refused', 'not_started(shell)', /refuses to execute/, (client) =>
    client.on('session', (accept) => accept().on('exec', (_go, reject) => void reject())),
  ),
  odd('15a', 'channel', 'channel never opened', 'not_started(channel)', /no channel within/, (client) =>
    client.on('session', () => undefined),
  ),
  odd('15b', 'channel', 'exec never answered', 'not_started(channel)', /no channel within/, (client) =>
    client.on('session', (accept) => accept().on('exec', () => undefined)),
  ),
  odd('15c', 'shell', 'executes and says nothing', 'unknown(shell)', undefined, (client) =>
    client.on('session', (accept) => accept().on('exec', (go) => void go())),
  ),
  odd('15d', 'lost', 'ends without a status', 'unknown(lost)', undefined, (client) =>
    client.on('session', (accept) => accept().on('exec', (go) => go().end())),
  ),
  odd('15e', 'shell', 'ends with a strange status', 'not_started(shell)', undefined, (client) =>
    client.on('session', (accept) =>
      accept().on('exec', (go) => {
        const channel = go();
        channel.exit(4294967295);
        channel.end();
      }),
    ),
  ),
  odd('15f', 'lost', 'hangs up at exec', 'not_started(lost)', undefined, (client) =>
    client.on('session', (accept) => accept().on('exec', () => void client.end())),
  ),
];

function odd(
  row: string,
  /** Of a probe. */
  phase: FailurePhase,
  fault: string,
  expected: string,
  reason: RegExp | undefined,
  onClient: (client: ssh2.Connection) => void,
): FaultRow {
  return {
    row,
    fault,
    expected,
    ...(reason === undefined ? {} : { reason }),
    withinMs: 6000,
    async run(rig) {
      const server = await oddServer(onClient);
      rig.later(() => server.close());
      const connection = await rig.connect(server.port, { clock: fastClock(20) });
      const seen = await read(connection, 'true');
      const got = await fix(connection, 'true', 1000);
      return seen.state === `unread(${phase})` ? got : { state: 'wrong', reason: `a probe was ${seen.state}` };
    },
  };
}

/** Keepalive of a tenth of the real one: 1 s × 3. */
const quick = (rig: Rig) => ({
  sshConfigs: sshConfigs({ file: rig.write('config', 'ServerAliveInterval 1\nServerAliveCountMax 3\n') }),
});

/** A fix that has begun, and then something happens to the wire; `afterwards`, when all is over. */
function during(
  row: string,
  fault: string,
  expected: string,
  withinMs: number,
  happen: Happen,
  afterwards: Happen = () => undefined,
): FaultRow {
  return {
    row,
    fault,
    expected,
    withinMs,
    async run(rig) {
      const server = await rig.server([]);
      const proxy = await faultProxy(server.port);
      rig.later(() => proxy.close());
      const connection = await rig.connect(proxy.port, quick(rig));
      const { stdout } = await connection.run({
        label: { kind: 'probe', name: 'test', params: {} },
        command: { script: 'echo "$PPID"' },
        become: false,
        timeoutMs: 9000,
      });
      const ready = join(rig.dir, `ready_${row}`);
      const fixing = fix(connection, `: > ${ready}; sleep 2; : > ${ready}.done`);
      await vi.waitUntil(() => existsSync(ready), { timeout: 5000 });
      const world = { proxy, cut: () => server.cut(), sshdPid: parentOf(Number(stdout)) };
      happen(world);
      const got = await fixing;
      afterwards(world);
      return got;
    },
  };
}
type Happen = (world: {
  readonly proxy: Awaited<ReturnType<typeof faultProxy>>;
  readonly cut: () => void;
  /** The sshd process of this connection. */
  readonly sshdPid: number;
}) => void;

/** Of a shell's parent: the sshd that serves the connection, whatever shells are between. */
function parentOf(pid: number): number {
  for (let one = pid; one > 1; ) {
    const [, name, parent] = /^\d+ \((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${one}/stat`, 'latin1')) ?? [];
    if (name === 'sshd') return one;
    one = Number(parent);
  }
  return pid;
}

const wire: readonly FaultRow[] = [
  during('16', 'sshd child killed under a fix', 'unknown(lost)', 5000, ({ cut }) => cut()),
  during('17', 'RST under a fix', 'unknown(lost)', 5000, ({ proxy }) => proxy.reset()),
  during('18', 'silent drop under a fix (keepalive 1 s × 3)', 'unknown(lost)', 9000, ({ proxy }) => proxy.stall()),
  during('20', 'blip of 1.5 s under a fix (keepalive 1 s × 3)', 'ok', 9000, ({ proxy }) => {
    proxy.stall();
    // Real time: how long a wire may be silent is what this row is about.
    setTimeout(() => proxy.heal(), 1500);
  }),
  during(
    '21',
    'host frozen under a fix (keepalive 1 s × 3)',
    'unknown(lost)',
    9000,
    ({ sshdPid }) => process.kill(sshdPid, 'SIGSTOP'),
    ({ sshdPid }) => process.kill(sshdPid, 'SIGCONT'),
  ),
  during('48', 'server closes politely under a fix', 'unknown(lost)', 5000, ({ proxy }) => proxy.end()),
  {
    row: '19',
    fault: 'silent drop before the fix arrives (keepalive 1 s × 3)',
    expected: 'not_started(lost)',
    withinMs: 9000,
    async run(rig) {
      const proxy = await faultProxy(rig.sshd.port);
      rig.later(() => proxy.close());
      const connection = await rig.connect(proxy.port, quick(rig));
      await read(connection, 'true');
      proxy.stall();
      return fix(connection, `: > ${rig.dir}/never`);
    },
  },
  {
    row: '37',
    fault: 'slow link (4 kB/s) beside a fast one',
    expected: 'ok',
    withinMs: 15_000,
    async run(rig) {
      const proxy = await faultProxy(rig.sshd.port, { bytesPerSecond: 4000 });
      rig.later(() => proxy.close());
      const slow = rig.connect(proxy.port).then((connection) => read(connection, 'true'));
      const begun = performance.now();
      const fast = await read(await rig.connect(rig.sshd.port), 'true');
      if (fast.state !== 'ok' || performance.now() - begun > 3000)
        return { state: 'wrong', reason: 'the fast one waited' };
      return slow;
    },
  },
  {
    row: '47',
    fault: '40 connections with one bit flipped',
    expected: 'ok',
    reason: /^40 settled, 0 wrong$/,
    withinMs: 30_000,
    async run(rig) {
      const trials = Array.from({ length: 40 }, (_, i) => ({ at: (i * 199) % 3600, bit: 1 << (i % 8) }));
      const proxy = await faultProxy(rig.sshd.port, {
        alter(chunk, direction, offset, index) {
          const { at, bit } = trials[index % trials.length] ?? { at: 0, bit: 1 };
          if (direction !== (index % 2 === 0 ? 'down' : 'up') || at < offset || at >= offset + chunk.length)
            return chunk;
          const altered = Buffer.from(chunk);
          altered[at - offset] = (altered[at - offset] ?? 0) ^ bit;
          return altered;
        },
      });
      rig.later(() => proxy.close());
      let wrong = 0;
      const one = async (): Promise<void> => {
        const options = { ...quick(rig), connectTimeoutMs: 1500 };
        const connection = await rig.connect(proxy.port, options).catch(() => undefined);
        if (connection === undefined) return;
        const got = await read(connection, 'echo 0123456789; exit 3', 3000);
        if (!got.state.startsWith('unread') && !(got.state === 'failed(3)' && got.reason === '0123456789')) wrong += 1;
        await connection.close();
      };
      for (let begun = 0; begun < trials.length; begun += 10) await Promise.all(Array.from({ length: 10 }, one));
      return { state: wrong === 0 ? 'ok' : 'wrong', reason: `${trials.length} settled, ${wrong} wrong` };
    },
  },
];

function command(row: string, fault: string, script: string, expected: string, reason?: RegExp): FaultRow {
  return {
    row,
    fault,
    expected,
    ...(reason === undefined ? {} : { reason }),
    withinMs: 20_000,
    run: async (rig) => read(await rig.connect(rig.sshd.port), script),
  };
}

const commands: readonly FaultRow[] = [
  command('25a', 'a probe leaves a child on its streams', 'sleep 30 & echo begun', 'ok', /begun/),
  {
    row: '25b',
    fault: 'a fix leaves a child on its streams',
    expected: 'ok',
    withinMs: 9000,
    run: async (rig) => fix(await rig.connect(rig.sshd.port), 'sleep 30 & true'),
  },
  command('26a', 'command killed by a signal', "sh -c 'kill -9 $$'", 'failed(137)'),
  {
    row: '26b',
    fault: 'the shell of a fix killed by a signal',
    expected: 'unknown(shell)',
    withinMs: 9000,
    run: async (rig) => fix(await rig.connect(rig.sshd.port), 'kill -9 $$; sleep 1'),
  },
  ...[255, 126, 127].map((code) => command('27', `exit ${code}`, `exit ${code}`, `failed(${code})`)),
  {
    row: '38',
    fault: 'output without end',
    expected: 'unread(output_limit)',
    withinMs: 20_000,
    async run(rig) {
      const limits = { ...defaultLimits, outputBytes: 8 * 1024 * 1024 };
      return read(await rig.connect(rig.sshd.port, { limits }), 'yes');
    },
  },
  command('39', 'NUL and bytes that are no text', "printf 'a\\0\\377b'; exit 4", 'failed(4)'),
  command('40', 'a command that reads its stdin', 'cat; cat; echo read', 'ok', /read/),
  {
    row: '45',
    fault: 'dropbear: key not accepted',
    expected: 'unreachable(auth)',
    withinMs: 9000,
    // It reads only the users' own authorized keys; what it does with commands is in ssh-faults.test.ts.
    async run(rig) {
      const server = await rig.server([], 'dropbear');
      return rig.reach(server.port, { privateKeyFiles: [rig.wrongKey] });
    },
  },
  {
    row: '46',
    fault: 'new keys for each megabyte, 20 of them',
    expected: 'ok',
    reason: /^20971520$/,
    withinMs: 20_000,
    async run(rig) {
      const server = await rig.server(['RekeyLimit 1M']);
      const connection = await rig.connect(server.port);
      const answer = await connection.run({
        label: { kind: 'probe', name: 'test', params: {} },
        command: { script: 'head -c 20971520 /dev/zero | tr "\\0" x' },
        become: false,
        timeoutMs: 20_000,
        maxBytes: 32 * 1024 * 1024,
      });
      return { state: answer.rc === 0 ? 'ok' : `failed(${answer.rc})`, reason: String(answer.stdout.length) };
    },
  },
];

export const faultRows: readonly FaultRow[] = [...reaching, ...proving, ...sessions, ...wire, ...commands];

/** Rows whose fault is injected elsewhere: the file, and words of the test's name. */
export const elsewhere: readonly { row: string; fault: string; file: string; test: string }[] = [
  {
    row: '22',
    fault: 'host dies under a fix',
    file: 'transports/ssh-faults.test.ts',
    test: 'does not cut a fix short',
  },
  {
    row: '23',
    fault: 'command never ends',
    file: 'transports/ssh-faults.test.ts',
    test: 'a deadline ends the command with its children',
  },
  { row: '24', fault: 'signals', file: 'transports/ssh-faults.test.ts', test: 'kills it only when it does not end' },
  {
    row: '28',
    fault: 'sudo: none, wrong, requiretty',
    file: 'transports/ssh-become.test.ts',
    test: 'sudo: requires a terminal (requiretty)',
  },
  {
    row: '29',
    fault: 'sudo waits for a password',
    file: 'transports/ssh-become.test.ts',
    test: 'proves a fix not started when sudo refuses it',
  },
  {
    row: '30',
    fault: 'password where sudo wants none',
    file: 'transports/ssh-become.test.ts',
    test: 'never sends a password that sudo did not ask for',
  },
  { row: '41', fault: 'login shells', file: 'transports/ssh-login-shells.test.ts', test: 'loginShells' },
  {
    row: '42',
    fault: 'noisy, exiting, greedy start-up files',
    file: 'transports/ssh-login-shells.test.ts',
    test: 'a start-up file that eats stdin',
  },
  {
    row: 'jump',
    fault: 'bastion down',
    file: 'transports/jump.test.ts',
    test: 'is unreachable at once, and all like it',
  },
  { row: 'jump', fault: 'bastion breaks', file: 'transports/jump.test.ts', test: 'is lost with its bastion' },
];
