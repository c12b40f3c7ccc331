import { isBecomeMethod } from '../../model/runbook.ts';
import { Secret } from '../../model/secret.ts';
import type { Value } from '../../model/value.ts';
import type { ConnectSettings } from './draft.ts';
import { hostNameProblem, isPort } from './host-name.ts';
import type { Problem } from './place.ts';

/** What an `ansible_*` variable comes to. */
export type Alias =
  | { readonly kind: 'connect'; readonly settings: ConnectSettings }
  /** Known, and of no use here. */
  | { readonly kind: 'ignored' }
  /** Known, and its absence may be felt. */
  | { readonly kind: 'unsupported'; readonly problem: Problem }
  | { readonly kind: 'priority'; readonly priority: number }
  | { readonly kind: 'wrong'; readonly problem: Problem };

const aliases: Readonly<Record<string, (value: Value, name: string) => Alias>> = {
  ansible_host: addressOf,
  ansible_ssh_host: addressOf,
  ansible_port: portOf,
  ansible_ssh_port: portOf,
  ansible_user: (value, name) => word(value, name, (user) => ({ user })),
  ansible_ssh_user: (value, name) => word(value, name, (user) => ({ user })),
  ansible_ssh_private_key_file: (value, name) => word(value, name, (privateKeyFile) => ({ privateKeyFile })),
  ansible_private_key_file: (value, name) => word(value, name, (privateKeyFile) => ({ privateKeyFile })),
  ansible_password: (value, name) => secret(value, name, (password) => ({ password })),
  ansible_ssh_pass: (value, name) => secret(value, name, (password) => ({ password })),
  ansible_ssh_password: (value, name) => secret(value, name, (password) => ({ password })),
  ansible_become: becomeOf,
  ansible_become_user: (value, name) => word(value, name, (becomeUser) => ({ becomeUser })),
  ansible_become_password: (value, name) => secret(value, name, (becomePassword) => ({ becomePassword })),
  ansible_become_pass: (value, name) => secret(value, name, (becomePassword) => ({ becomePassword })),
  ansible_become_method: methodOf,
  ansible_connection: transportOf,
  ansible_group_priority: priorityOf,
  ansible_ssh_common_args: sshOption,
  ansible_ssh_extra_args: sshOption,
  ansible_ssh_args: sshOption,
  ansible_ssh_executable: sshOption,
  ansible_become_exe: (_, name) => unsupported(name, 'the program is found on the PATH, by its own name'),
  ansible_become_flags: (_, name) => unsupported(name, 'become is always `sudo -n`, then with the password'),
  ansible_host_key_checking: hostKeys,
  ansible_ssh_host_key_checking: hostKeys,
};

const ignored =
  /^ansible_(?:\w+_interpreter|(?:ssh_)?(?:pipelining|timeout|retries|use_tty|transfer_method)|module_compression|shell_executable|shell_type|network_os|(?:sftp|scp)_(?:extra_args|executable|if_ssh)|sftp_batch_mode|(?:async|remote)_\w+|python_\w+|ssh_control_path\w*|control_path\w*|scp_if_ssh|command_timeout|connect_timeout|persistent_\w+|paramiko_\w+|host_key_auto_add|docker_extra_args|facts_parallel|no_target_syslog|config_file)$/;

/** Ansible's connection variables as our own settings; `undefined`: an ordinary variable. */
export function connectAlias(name: string, value: Value): Alias | undefined {
  if (!name.startsWith('ansible_')) return undefined;
  if (Object.hasOwn(aliases, name)) return aliases[name]?.(value, name);
  return ignored.test(name) ? { kind: 'ignored' } : undefined;
}

const loginPassword = /^ansible_(?:password|ssh_pass(?:word)?)$/;
const becomePassword = /^ansible_become_pass(?:word)?$/;

/** Whether a variable is a password, of which nothing is ever shown. */
export function isPassword(name: string): boolean {
  return loginPassword.test(name) || becomePassword.test(name);
}

/** The setting that a variable would have given, written out as absent; for values that cannot be read here. */
export function hiddenSetting(name: string): ConnectSettings | undefined {
  if (loginPassword.test(name)) return { password: undefined };
  if (becomePassword.test(name)) return { becomePassword: undefined };
  return Object.hasOwn(aliases, name) ? {} : undefined;
}

/** Why this cannot be a user, key file or the like: it would be read as an option, or split. */
function plainWordProblem(text: string, what: string): Problem | undefined {
  if (text !== '' && text.length <= 4096 && !text.startsWith('-') && !/[\u0000-\u001f\u007f-\u009f]/.test(text))
    return undefined;
  return {
    message: `${JSON.stringify(text.slice(0, 100))} cannot be ${what}`,
    help: 'not empty, not starting with `-`, no control characters',
  };
}

function addressOf(value: Value, name: string): Alias {
  if (typeof value !== 'string') return wrong(name, 'a host name or an address');
  const problem = hostNameProblem(value);
  return problem
    ? { kind: 'wrong', problem: { ...problem, message: `${name}: ${problem.message}` } }
    : { kind: 'connect', settings: { address: value } };
}

function portOf(value: Value, name: string): Alias {
  const port = typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value;
  return isPort(port) ? { kind: 'connect', settings: { port } } : wrong(name, 'a port from 1 to 65535');
}

function becomeOf(value: Value, name: string): Alias {
  const text = String(value).toLowerCase();
  if (['true', 'yes', 'on', '1', 'y', 't'].includes(text)) return { kind: 'connect', settings: { become: true } };
  if (['false', 'no', 'off', '0', 'n', 'f'].includes(text)) return { kind: 'connect', settings: { become: false } };
  return wrong(name, 'true or false');
}

function methodOf(value: Value, name: string): Alias {
  const text = String(value).replace(/^(?:ansible\.builtin|community\.general)\./, '');
  return isBecomeMethod(text)
    ? { kind: 'connect', settings: { becomeMethod: text } }
    : unsupported(name, `\`${text}\` is none of ours: become is by sudo, doas or su`);
}

function transportOf(value: Value, name: string): Alias {
  const text = String(value).replace(/^(?:ansible\.builtin|ansible\.netcommon|community\.general)\./, '');
  if (text === 'local') return { kind: 'connect', settings: { transport: 'local' } };
  if (text === 'openssh') return { kind: 'connect', settings: { transport: text } };
  // Over SSH, by whichever of our two can do it.
  if (['ssh', 'smart', 'paramiko', 'paramiko_ssh', 'libssh'].includes(text))
    return { kind: 'connect', settings: { transport: undefined } };
  return unsupported(name, `\`${text}\` is none of our transports: this host is reached over ssh, or not at all`);
}

function priorityOf(value: Value, name: string): Alias {
  const priority = typeof value === 'string' && /^-?\d{1,9}$/.test(value) ? Number(value) : value;
  return typeof priority === 'number' && Number.isInteger(priority)
    ? { kind: 'priority', priority }
    : wrong(name, 'a whole number');
}

function sshOption(_: Value, name: string): Alias {
  return unsupported(
    name,
    'options of the ssh program are not read here',
    'put them (ProxyJump, IdentityFile, …) into ~/.ssh/config, which is',
  );
}

function hostKeys(value: Value, name: string): Alias {
  if (value === true) return { kind: 'ignored' };
  return unsupported(
    name,
    'host keys are always checked',
    'to learn keys of new hosts, use the command line option for it',
  );
}

function word(value: Value, name: string, settings: (text: string) => ConnectSettings): Alias {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string') return wrong(name, 'text');
  const problem = plainWordProblem(text, `the value of ${name}`);
  return problem ? { kind: 'wrong', problem } : { kind: 'connect', settings: settings(text) };
}

/** Never shows the value. */
function secret(value: Value, name: string, settings: (password: Secret) => ConnectSettings): Alias {
  if (typeof value !== 'string' && typeof value !== 'number') return wrong(name, 'text');
  return { kind: 'connect', settings: settings(new Secret(String(value))) };
}

function wrong(name: string, wanted: string): Alias {
  return { kind: 'wrong', problem: { message: `${name} must be ${wanted}` } };
}

function unsupported(name: string, why: string, help?: string): Alias {
  return { kind: 'unsupported', problem: { message: `${name} is left out: ${why}`, ...(help ? { help } : {}) } };
}
