// Who does W: each peer is a command line for one run, or a word why it can't be run here.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/**
 * The peers for a fleet's first hosts at a port. `mostHosts`: above that it takes minutes. `needs`: programs, the first
 * that exists is used.
 */
export function peersFor(job) {
  const { key, user, hosts, port, state, forks, sudo } = job;
  const file = (name, text) => {
    const path = join(job.work, name);
    writeFileSync(path, text);
    return path;
  };
  const knownHosts = file('known_hosts', hosts.map((host) => `[${host}]:${port} ${job.hostKeyLine}\n`).join(''));
  const hostList = file('hosts', `${hosts.join('\n')}\n`);
  const script = file(
    'w.sh',
    readFileSync(here('./w.sh'), 'utf8').replaceAll('@STATE@', state).replaceAll('@SUDO@', sudo),
  );
  const ownHost = file(
    'w-own.sh',
    readFileSync(script, 'utf8').replace('/$1\n', '/$(set -- $SSH_CONNECTION; echo "$3")\n'),
  );
  const config = file(
    'ssh_config',
    `Host *\n Port ${port}\n User ${user}\n IdentityFile ${key}\n IdentitiesOnly yes\n UserKnownHostsFile ${knownHosts}\n GlobalKnownHostsFile none\n StrictHostKeyChecking yes\n BatchMode yes\n LogLevel ERROR\n ConnectTimeout 60\n`,
  );
  const inventory = file(
    'inventory.yaml',
    `connect: { user: ${user}, port: ${port} }\nhosts:\n${hosts.map((host) => `  ${host}: {}\n`).join('')}`,
  );
  const floor = file('floor.json', JSON.stringify({ ...job, script }));
  const ours = (stateFolder) => [
    ...['node', here('../dist/cli/main.js'), 'run', here('./w.yaml'), '-i', inventory],
    ...['--known-hosts', knownHosts, '--private-key', key, '-e', `state=${state}`, '-f', String(forks)],
    ...['--state-dir', stateFolder, '--yes'],
  ];
  const each = `xargs -a ${hostList} -P ${forks} -I{}`;
  return [
    { name: 'ssh2, one script', command: () => ['node', here('./floor.mjs'), floor], floor: true },
    { name: 'mendgate', command: () => ours(join(job.work, 'kept')) },
    {
      // What the disk under the journal costs.
      name: 'mendgate, journal in memory',
      missing: existsSync('/dev/shm') ? undefined : 'there is no /dev/shm',
      command: () => ours(join('/dev/shm', basename(job.folder))),
    },
    {
      name: 'ssh, one script each',
      // OpenSSH's own first choice of key exchange costs its client 50 ms more.
      shell: `${each} sh -c 'ssh -F ${config} -o KexAlgorithms=curve25519-sha256 {} sh -s {} < ${script}'`,
    },
    {
      name: 'ssh, one per command',
      mostHosts: 50,
      shell: `${each} ${here('./peers/ssh-each.sh')} {} ${config} ${state} '${sudo}'`,
    },
    {
      name: 'ssh + ControlMaster',
      mostHosts: 50,
      shell: `${each} ${here('./peers/ssh-each.sh')} {} ${masterConfig(file, config, job.work)} ${state} '${sudo}'`,
    },
    ...fanOuts(hostList, config, forks, ownHost),
    ...ansibles(job, {
      file,
      config,
      inventory: file(
        'ansible.ini',
        hosts.map((host) => `${host} ansible_port=${port} ansible_user=${user}\n`).join(''),
      ),
    }),
    pyinfra(job, file, knownHosts),
  ];
}

function masterConfig(file, config, work) {
  return file(
    'ssh_master',
    `${readFileSync(config, 'utf8')} ControlMaster auto\n ControlPersist 60\n ControlPath ${work}/cm-%h\n`,
  );
}

function fanOuts(hostList, config, forks, script) {
  return [
    {
      name: 'clush',
      needs: ['clush'],
      shell: `clush -f ${forks} -S -q -o '-F ${config}' --hostfile ${hostList} "$(cat ${script})"`,
    },
    {
      name: 'pssh',
      needs: ['parallel-ssh', 'pssh'],
      shell: `"$(command -v parallel-ssh || command -v pssh)" -h ${hostList} -p ${forks} -t 120 -i -x '-F ${config}' "$(cat ${script})"`,
    },
  ];
}

function ansibles({ work, key, forks, state }, { file, config, inventory }) {
  const base = `[defaults]\ninventory = ${inventory}\nforks = ${forks}\nprivate_key_file = ${key}\nlocal_tmp = ${work}/ansible\nretry_files_enabled = false\ngathering = explicit\ntimeout = 60\ninterpreter_python = /usr/bin/python3\n`;
  const ssh = `[ssh_connection]\npipelining = true\nssh_args = -F ${config} -o ControlMaster=auto -o ControlPersist=60s\ncontrol_path_dir = ${work}/cp\n`;
  const run = (cfg) => [
    'env',
    `ANSIBLE_CONFIG=${cfg}`,
    `ANSIBLE_HOME=${work}/ansible`,
    'ANSIBLE_NOCOLOR=1',
    'ansible-playbook',
    '-e',
    `state=${state}`,
    here('./peers/ansible.yml'),
  ];
  const mitogen = mitogenPlugins();
  return [
    {
      name: 'ansible',
      needs: ['ansible-playbook'],
      mostHosts: 50,
      command: () => run(file('ansible.cfg', base + ssh)),
    },
    {
      name: 'ansible + mitogen',
      needs: ['ansible-playbook'],
      missing: mitogen === undefined ? 'ansible_mitogen is not installed' : undefined,
      mostHosts: 50,
      command: () =>
        run(file('mitogen.cfg', `${base}strategy_plugins = ${mitogen}\nstrategy = mitogen_linear\n${ssh}`)),
    },
  ];
}

function mitogenPlugins() {
  // Ansible's own interpreter need not be the first python3 of the PATH.
  for (const python of ['python3', '/usr/bin/python3']) {
    try {
      const folder = execFileSync(
        python,
        ['-c', 'import ansible_mitogen, os; print(os.path.dirname(ansible_mitogen.__file__))'],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
      );
      return join(folder.trim(), 'plugins/strategy');
    } catch {}
  }
  return undefined;
}

function pyinfra({ hosts, user, port, key, forks, state }, file, knownHosts) {
  const login = {
    ssh_user: user,
    ssh_port: port,
    ssh_key: key,
    ssh_known_hosts_file: knownHosts,
    ssh_allow_agent: false,
  };
  const inventory = file(
    'pyinfra_inventory.py',
    `hosts = (${JSON.stringify(hosts)}, {${Object.entries(login)
      .map(([name, value]) => `"${name}": ${value === false ? 'False' : JSON.stringify(value)}`)
      .join(', ')}})\n`,
  );
  return {
    name: 'pyinfra',
    needs: ['pyinfra'],
    mostHosts: 200,
    command: () => [
      'env',
      `BENCH_STATE=${state}`,
      'pyinfra',
      '-y',
      '--parallel',
      String(forks),
      inventory,
      here('./peers/pyinfra_w.py'),
    ],
  };
}

/** Why a peer can't be run here; `undefined`: it can. */
export function whyNot({ needs, missing }) {
  if (missing !== undefined) return missing;
  const found = needs === undefined || needs.some((name) => onPath(name));
  return found ? undefined : `${needs[0]} is not installed`;
}

export function commandOf(peer) {
  return peer.shell === undefined ? peer.command() : ['bash', '-c', `set -o pipefail; ${peer.shell}`];
}

function onPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}
