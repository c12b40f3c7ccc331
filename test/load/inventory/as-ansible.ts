import type { Connect, Host } from '../../../src/model/inventory.ts';
import { isObject } from '../../../src/model/json.ts';
import { Secret } from '../../../src/model/secret.ts';

type Vars = Readonly<Record<string, unknown>>;

/** A host's variables as Ansible would print them, connection variables under one name each, secrets in the clear. */
export function asAnsible({ name, connect, vars }: Host): Vars {
  return { ...(inTheClear(vars) as Vars), ...connectionOf(name, connect) };
}

/** The same of what Ansible printed: one name for each setting, and what we say by leaving it away said. */
export function settled(hostvars: Vars | undefined): Vars {
  const vars: Record<string, unknown> = { ansible_port: 22, ...(unmarked(hostvars ?? {}) as Vars) };
  for (const [other, name] of otherNames) {
    if (!(other in vars)) continue;
    vars[name] = vars[other];
    delete vars[other];
  }
  // Of no use here: no Python runs on a host.
  delete vars['ansible_python_interpreter'];
  vars['ansible_port'] = Number(vars['ansible_port']);
  if ('ansible_become' in vars)
    vars['ansible_become'] = ['yes', true].includes(vars['ansible_become'] as string | boolean);
  if (vars['ansible_become'] === false) delete vars['ansible_become_user'];
  // Ansible's ways over SSH are one for us: which of ours goes there is settled when it is reached.
  if (vars['ansible_connection'] === 'ssh') delete vars['ansible_connection'];
  return vars;
}

/** A text that is marked as no template is that text. */
function unmarked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unmarked);
  if (!isObject(value)) return value;
  if ('__ansible_unsafe' in value) return value['__ansible_unsafe'];
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, unmarked(part)]));
}

const otherNames = [
  ['ansible_ssh_user', 'ansible_user'],
  ['ansible_ssh_host', 'ansible_host'],
  ['ansible_ssh_port', 'ansible_port'],
] as const;

function connectionOf(name: string, connect: Connect): Vars {
  const { address, port, user, privateKeyFile, become, becomeMethod, transport, password, becomePassword } = connect;
  return {
    ...(address === name ? {} : { ansible_host: address }),
    ansible_port: port,
    ...(user === undefined ? {} : { ansible_user: user }),
    ...(privateKeyFile === undefined ? {} : { ansible_ssh_private_key_file: privateKeyFile }),
    ...(password === undefined ? {} : { ansible_password: password.reveal() }),
    ...(become === undefined ? {} : { ansible_become: become !== false }),
    ...(typeof become === 'string' && become !== 'root' ? { ansible_become_user: become } : {}),
    ...(becomeMethod === undefined ? {} : { ansible_become_method: becomeMethod }),
    ...(becomePassword === undefined ? {} : { ansible_become_password: becomePassword.reveal() }),
    ...(transport === undefined ? {} : { ansible_connection: transport }),
  };
}

function inTheClear(value: unknown): unknown {
  if (value instanceof Secret) return value.reveal();
  if (Array.isArray(value)) return value.map(inTheClear);
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, part]) => [name, inTheClear(part)]))
    : value;
}
