import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadInventory } from '../../../src/load/load-inventory.ts';
import type { Connect, Host } from '../../../src/model/inventory.ts';
import { type AnsibleView, ansibleIsHere, ansibleSays, hostvarsOf } from './ansible-says.ts';

const folder = fileURLToPath(new URL('../../fixtures/inventories/', import.meta.url));
const scenarios: { readonly [expected: string]: readonly string[] } = {
  basics: ['basics.ini'],
  precedence: ['precedence.ini'],
  'ini-tree': ['ini-tree/hosts'],
  'ansible-tree': ['ansible-tree.yaml'],
  folder: ['folder'],
  several: ['basics.ini', 'ini-tree/hosts', 'folder'],
  list: ['ini-tree/hosts', 'a1,extra,other:2022,[2001:db8::5]:2200'],
};

/** Ansible walks groups on the third level and below as its hash tables have them: other in each run. */
const unordered: ReadonlySet<string> = new Set(['several']);
/** `UPDATE_EXPECTED=1`, where Ansible is installed, writes the expected files anew. */
const update = ansibleIsHere && process.env['UPDATE_EXPECTED'] !== undefined;

describe.each(Object.entries(scenarios))('%s', (name, files) => {
  const sources = files.map((file) => (file.includes(',') ? file : folder + file));
  const file = `${folder}expected/${name}.json`;
  if (update) writeFileSync(file, `${JSON.stringify(ansibleSays(sources), null, 2)}\n`);
  const expected = JSON.parse(readFileSync(file, 'utf8')) as AnsibleView;
  const inOrder = (names: readonly string[] = []): readonly string[] =>
    unordered.has(name) ? names.toSorted() : names;

  test('gives the hosts, groups, order and variables that Ansible gives', async () => {
    const { value, diagnostics } = await loadInventory(sources);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(inOrder(value?.hosts.map((host) => host.name))).toEqual(inOrder(expected.hosts));
    const { all, ...groups } = Object.fromEntries(value?.groups ?? []);
    expect(inOrder(all)).toEqual(inOrder(expected.hosts));
    expect(Object.keys(groups).sort()).toEqual([...new Set(['ungrouped', ...Object.keys(expected.groups)])].sort());
    for (const [group, hosts] of Object.entries(expected.groups))
      expect(inOrder(groups[group])).toEqual(inOrder(hosts));
    for (const host of value?.hosts ?? [])
      expect({ [host.name]: varsOf(host) }).toEqual({ [host.name]: wanted(expected, host.name) });
  });

  test.runIf(ansibleIsHere)('is what the Ansible of this machine says', () => {
    expect(hostvarsOf(sources)).toEqual(expected.hostvars);
  });
});

/** A host's variables as Ansible would print them, connection variables under one name each. */
function varsOf({ name, connect, vars }: Host): object {
  return { ...vars, ...ansibleNames(name, connect) };
}

function ansibleNames(name: string, connect: Connect): object {
  const { address, port, user, privateKeyFile, become, transport } = connect;
  return {
    ...(address === name ? {} : { ansible_host: address }),
    ansible_port: port,
    ...(user === undefined ? {} : { ansible_user: user }),
    ...(privateKeyFile === undefined ? {} : { ansible_ssh_private_key_file: privateKeyFile }),
    ...(become === undefined ? {} : { ansible_become: become !== false }),
    ...(typeof become === 'string' && become !== 'root' ? { ansible_become_user: become } : {}),
    ...(transport === undefined ? {} : { ansible_connection: transport }),
  };
}

function wanted(expected: AnsibleView, name: string): object {
  const vars: Record<string, unknown> = { ansible_port: 22, ...expected.hostvars[name] };
  vars['ansible_port'] = Number(vars['ansible_port']);
  if ('ansible_become' in vars)
    vars['ansible_become'] = ['yes', true].includes(vars['ansible_become'] as string | boolean);
  if (vars['ansible_become'] === false) delete vars['ansible_become_user'];
  // Ansible's ways over SSH are one for us: which of ours goes there is settled when it is reached.
  if (vars['ansible_connection'] === 'ssh') delete vars['ansible_connection'];
  return vars;
}
