// A fleet of real sshd on loopback: hosts 127.0.1.1, 127.0.1.2, …, one port, an sshd for each.
import { execFileSync, spawn } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

const benchUser = 'mendgate-bench';

/** The address of host 0, 1, …; 250 in each network. */
export function hostName(index) {
  return `127.0.${1 + Math.floor(index / 250)}.${1 + (index % 250)}`;
}

/** Starts `count` hosts. `makeUser`: as root, log in as a user made for it, so that sudo has something to do. `memory`: root's markers lie in memory. */
export async function startFleet(count, { makeUser, memory }) {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-bench-'));
  chmodSync(folder, 0o755);
  const user = makeUser ? addUser() : userInfo().username;
  const hosts = Array.from({ length: count }, (_, index) => hostName(index));
  const port = await freePort();
  const files = {
    key: join(folder, 'id_ed25519'),
    hostKey: join(folder, 'host_ed25519'),
    state: join(folder, 'state'),
  };
  for (const file of [files.key, files.hostKey])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file]);
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(`${files.key}.pub`));
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true });
  mkdirSync(join(folder, 'locks'));
  chmodSync(join(folder, 'locks'), 0o1777);
  const account = cpuAccount();
  const daemons = hosts.map((host) => startDaemon(folder, user, host, port, account?.procs, memory));
  const [type, key] = readFileSync(`${files.hostKey}.pub`, 'utf8').split(' ');
  const fleet = {
    folder,
    user,
    hosts,
    port,
    ...files,
    hostKeyLine: `${type} ${key}`,
    daemons: daemons.map(({ pid }) => pid),
  };
  resetState(fleet);
  await Promise.all(hosts.map((host) => untilListening(host, port)));
  return {
    ...fleet,
    /** CPU seconds that all sshd and what they started have used; 0 where the kernel keeps no account. */
    cpu: () => account?.read() ?? 0,
    async stop() {
      const gone = daemons.map((daemon) => new Promise((resolve) => daemon.once('exit', resolve)));
      for (const daemon of daemons) daemon.kill();
      await Promise.all(gone);
      rmSync(folder, { recursive: true, force: true });
      if (makeUser) removeUser();
      account?.close();
    },
  };
}

function startDaemon(folder, user, address, port, procs, memory) {
  const config = join(folder, `sshd-${address}.conf`);
  const lines = [`ListenAddress ${address}:${port}`, `SetEnv MENDGATE_LOCK_DIR=${join(folder, 'locks', address)}`];
  lines.push(`HostKey ${join(folder, 'host_ed25519')}`, `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`);
  lines.push(`AllowUsers ${user}`, 'PidFile none', 'StrictModes no', 'UsePAM no', 'UseDNS no', 'PrintMotd no');
  lines.push('PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'PermitRootLogin prohibit-password');
  lines.push('MaxStartups 4000', 'MaxSessions 100', 'LogLevel ERROR');
  writeFileSync(config, `${lines.join('\n')}\n`);
  const program = ['/usr/sbin/sshd', '/usr/bin/sshd', '/usr/local/sbin/sshd'].find(existsSync);
  if (program === undefined) throw new Error('the benchmark needs an OpenSSH server (sshd)');
  const sshd = `exec ${program} -D -f ${config} -E ${join(folder, 'sshd.log')}`;
  // Seen by this daemon and its children only: a host has one lock, and these are many on one machine.
  const own = ['/run/mendgate', ...(memory ? ['/var/lib/mendgate'] : [])];
  const mounts = own.map((path) => `mkdir -p -m 700 ${path}; mount -t tmpfs -o mode=0700 bench ${path}; `).join('');
  const serve = process.getuid?.() === 0 ? `exec unshare -m sh -c '${mounts}${sshd}'` : sshd;
  const start = `${procs === undefined ? '' : `echo $$ > ${procs}; `}${serve}`;
  return spawn('sh', ['-c', start], { stdio: 'ignore' });
}

/** A control group of its own, since sshd does not wait for all of its children. As root only. */
function cpuAccount() {
  const root = '/sys/fs/cgroup';
  const old = existsSync(join(root, 'cpuacct/cgroup.procs'));
  const group = join(root, old ? 'cpuacct' : '', `mendgate-bench-${process.pid}`);
  try {
    mkdirSync(group);
  } catch {
    return undefined;
  }
  return {
    procs: join(group, 'cgroup.procs'),
    read: () =>
      old
        ? Number(readFileSync(join(group, 'cpuacct.usage'), 'utf8')) / 1e9
        : Number(/usage_usec (\d+)/.exec(readFileSync(join(group, 'cpu.stat'), 'utf8'))?.[1] ?? 0) / 1e6,
    close() {
      try {
        rmdirSync(group);
      } catch {
        // A session that has not ended yet keeps it; an empty group costs nothing.
      }
    },
  };
}

/** Every host back to what W has to mend: bool off, mode on, 8 errors in a log of 200 lines. */
export function resetState({ hosts, state }) {
  const log = Array.from({ length: 200 }, (_, at) =>
    at % 25 === 24
      ? `ERROR worker ${at}: connection to upstream lost (errno 104)`
      : `INFO worker ${at}: request handled`,
  ).join('\n');
  for (const host of hosts) {
    const folder = join(state, host);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'app.log'), `${log}\n`);
    writeFileSync(join(folder, 'mode'), 'on\n');
    writeFileSync(join(folder, 'bool'), 'off\n');
    chmodSync(join(folder, 'bool'), 0o644);
  }
}

/** How many of these hosts are mended. */
export function countMended({ state }, hosts) {
  return hosts.filter((host) => readFileSync(join(state, host, 'bool'), 'utf8').trim() === 'on').length;
}

function addUser() {
  try {
    execFileSync('id', [benchUser], { stdio: 'ignore' });
  } catch {
    execFileSync('useradd', ['--create-home', '--shell', '/bin/bash', '--password', '*', benchUser]);
  }
  const sudoers = `/etc/sudoers.d/${benchUser}`;
  writeFileSync(sudoers, '', { mode: 0o440 });
  appendFileSync(sudoers, `${benchUser} ALL=(ALL) NOPASSWD: ALL\n`);
  return benchUser;
}

function removeUser() {
  rmSync(`/etc/sudoers.d/${benchUser}`, { force: true });
  execFileSync('userdel', ['--remove', benchUser], { stdio: 'ignore' });
}

/** A port that is free on loopback now, with room for the delay proxies above it. */
export async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilListening(host, port) {
  const { connect } = await import('node:net');
  for (let tries = 0; tries < 200; tries += 1) {
    const open = await new Promise((resolve) => {
      const socket = connect({ host, port }, () => {
        socket.destroy();
        resolve(true);
      }).once('error', () => resolve(false));
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`sshd does not listen at ${host} port ${port}`);
}
