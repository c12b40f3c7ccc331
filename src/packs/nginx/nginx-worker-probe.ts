import { defineProbe, unreadable } from '../../model/probe.ts';
import { readStartOptions } from './command-line.ts';
import { readConfinement, whyUnconfirmed } from './confinement.ts';
import { pidFile } from './params.ts';
import { parseProcesses } from './processes.ts';
import { processesScript } from './processes-script.ts';

/** Not running is an answer; processes hidden from this user are not. Those inside containers are left out. */
export default defineProbe({
  name: 'nginx.worker',
  summary: 'As whom nginx’s workers run, and what SELinux or AppArmor holds them to.',
  params: { type: 'object', properties: { pid_file: pidFile } },
  result: {
    type: 'object',
    properties: {
      running: { type: 'boolean', description: 'A master runs outside of containers' },
      user: { type: 'string', description: 'User of the workers; empty when not running' },
      domain: { type: 'string', description: 'SELinux type of the workers, e.g. httpd_t; empty when SELinux is off' },
      context: { type: 'string', description: 'Whole SELinux context of the workers; empty when SELinux is off' },
      apparmor: { type: 'string', description: 'AppArmor profile of the workers; empty when unconfined' },
      apparmor_mode: { type: 'string', enum: ['enforce', 'complain', ''], description: 'Mode of that profile' },
      master_pid: { type: 'integer', description: 'Process id of the master; 0 when not running' },
      worker_pids: { type: 'array', items: { type: 'integer' }, description: 'Workers that are not shutting down' },
      unit: { type: 'string', description: 'systemd’s unit, e.g. nginx.service; empty when none holds it' },
      masters: { type: 'integer', description: 'Masters on this host; with more than one, `pid_file` chooses' },
      binary: { type: 'string', description: 'The running program; absent without the right to see it' },
      config: { type: 'string', description: 'Configuration file as given on the master’s command line' },
      started_epoch: { type: 'integer', description: 'Start of the master, epoch seconds; 0 when not running' },
    },
    required: [
      'running',
      'user',
      'domain',
      'context',
      'apparmor',
      'apparmor_mode',
      'master_pid',
      'worker_pids',
      'unit',
      'masters',
      'started_epoch',
    ],
  },
  reads: () => ['nginx:processes', 'service:nginx'],
  fingerprint: ({ running, user, domain, apparmor, apparmor_mode }) => ({
    running,
    user,
    domain,
    apparmor,
    apparmor_mode,
  }),
  async read(host, { pid_file }) {
    const answer = await host.run({ script: processesScript, variables: { PIDFILE: pid_file } });
    const processes = parseProcesses(answer.stdout);
    const { master, workers, masters } = processes;
    if (!master) {
      if (processes.hidden) return unreadable('other users’ processes are hidden from this user (hidepid): needs root');
      return { ...notRunning, masters };
    }
    const worker = workers[0] ?? master;
    const unconfirmed = whyUnconfirmed(processes, worker.label);
    if (unconfirmed !== undefined) return unreadable(unconfirmed);
    const { config } = readStartOptions(master.title);
    return {
      running: true,
      user: worker.user,
      ...readConfinement(worker.label),
      master_pid: master.pid,
      worker_pids: workers.map((process) => process.pid),
      unit: master.unit,
      masters,
      ...(master.binary === '' ? {} : { binary: master.binary }),
      ...(config === undefined ? {} : { config }),
      started_epoch: Math.floor(master.started),
    };
  },
});

const notRunning = {
  running: false,
  user: '',
  domain: '',
  context: '',
  apparmor: '',
  apparmor_mode: '',
  master_pid: 0,
  worker_pids: [],
  unit: '',
  started_epoch: 0,
} as const;
