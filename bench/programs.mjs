// Which programs W starts on a host, in order, by mendgate and by the floor: strace on the host's own sshd. Counts, unlike
// times, are the same on a busy machine.
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { resetState } from './fleet.mjs';
import { measure } from './measure.mjs';
import { commandOf, peersFor } from './peers.mjs';

const counted = ['mendgate', 'ssh2, one script'];

/** A page of the report: the fleet's first host, each peer once. `sessionsLeft`: how many sessions its sshd still has. */
export async function countPrograms(fleet, sessionsLeft) {
  const [host] = fleet.hosts;
  const work = join(fleet.folder, 'programs');
  mkdirSync(work, { recursive: true });
  const job = { ...fleet, work, hosts: [host], forks: 1, sudo: 'sudo -n' };
  const lines = [
    `### Programs that W starts on a host\n`,
    '| who | programs | forks | in order |',
    '|---|---|---|---|',
  ];
  for (const peer of peersFor(job).filter(({ name }) => counted.includes(name))) {
    resetState({ ...fleet, hosts: [host] });
    const trace = join(work, 'trace');
    const tracer = await follow(fleet.daemons[0], trace);
    const output = join(work, 'output');
    const { code } = await measure(commandOf(peer), output);
    await sessionsLeft();
    tracer.kill('SIGINT');
    await new Promise((resolve) => tracer.once('exit', resolve));
    if (code !== 0) throw new Error(`${peer.name}: exit ${code}\n${readFileSync(output, 'utf8')}`);
    const { programs, forks } = readTrace(readFileSync(trace, 'utf8'));
    lines.push(`| ${peer.name} | ${programs.length} | ${forks} | ${programs.join(', ')} |`);
  }
  return { text: [...lines, ''].join('\n') };
}

async function follow(pid, trace) {
  execFileSync('strace', ['-V'], { stdio: 'ignore' });
  const calls = 'execve,clone,clone3,fork,vfork';
  const args = ['-f', '-qq', '-e', `trace=${calls}`, '-e', 'signal=none', '-o', trace, '-p', String(pid)];
  const tracer = spawn('strace', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const traced = () => /TracerPid:\t[1-9]/.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  while (!traced() || !existsSync(trace)) await new Promise((resolve) => setTimeout(resolve, 20));
  return tracer;
}

/** A call that another process interrupted stands in two lines, of which the second has the result. */
function readTrace(text) {
  const programs = [];
  const begun = new Map();
  let forks = 0;
  for (const line of text.split('\n')) {
    const [, pid, call] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (pid === undefined) continue;
    const path = /^execve\("([^"]+)"/.exec(call)?.[1];
    if (path !== undefined) begun.set(pid, path);
    const [, name, result] = /^(?:<\.\.\. )?(execve|clone3?|v?fork)\b.*\) += (-?\d+)/.exec(call) ?? [];
    if (name === 'execve' && result === '0') programs.push(basename(begun.get(pid) ?? '?'));
    else if (name !== undefined && name !== 'execve' && Number(result) > 0) forks += 1;
  }
  return { programs, forks };
}
