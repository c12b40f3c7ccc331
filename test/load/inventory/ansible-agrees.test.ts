import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadInventory } from '../../../src/load/load-inventory.ts';
import { type AnsibleView, ansibleIsHere, ansibleSays, hostvarsOf } from './ansible-says.ts';
import { asAnsible, settled } from './as-ansible.ts';

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
      expect({ [host.name]: asAnsible(host) }).toEqual({ [host.name]: settled(expected.hostvars[host.name]) });
  });

  test.runIf(ansibleIsHere)('is what the Ansible of this machine says', () => {
    expect(hostvarsOf(sources)).toEqual(expected.hostvars);
  });
});
