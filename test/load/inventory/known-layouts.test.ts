import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { loadInventory } from '../../../src/load/load-inventory.ts';
import { Secret } from '../../../src/model/secret.ts';
import { createVault } from '../../../src/secrets/vault.ts';
import { ansibleIsHere, type Listing, list } from './ansible-says.ts';
import { asAnsible, settled } from './as-ansible.ts';

const folder = fileURLToPath(new URL('../../inventories/', import.meta.url));
const layouts = {
  kubespray: 'kubespray/inventory/prod/hosts.yaml',
  kolla: 'kolla/multinode',
  openshift: 'openshift/hosts',
  ceph: 'ceph/hosts',
  trellis: 'trellis/hosts',
  matrix: 'matrix/hosts',
  debops: 'debops/inventory',
  cloud: 'cloud/ec2.sh',
} as const;

const labels = ['default', 'mail'];
const vaultIds = labels.map((label) => `${label}@${folder}vault-passwords/${label}`);
const vault = createVault(
  labels.map((label) => ({
    label,
    password: new Secret(readFileSync(`${folder}vault-passwords/${label}`, 'utf8').trim()),
  })),
);
/** `UPDATE_EXPECTED=1`, where Ansible is installed, writes the expected files anew. */
const update = ansibleIsHere && process.env['UPDATE_EXPECTED'] !== undefined;
const agreed = {
  layouts: 0,
  hosts: 0,
  groups: 0,
  variables: 0,
  of: { hosts: 0, groups: 0, variables: 0 },
  templates: 0,
};

afterAll(() => {
  const { hosts, groups, variables, of, templates } = agreed;
  const counts = `${hosts}/${of.hosts} hosts, ${groups}/${of.groups} groups, ${variables}/${of.variables} variables`;
  process.stdout.write(`inventories like ansible-inventory's: ${counts}; ${templates} templates left out, each said\n`);
});

describe.each(Object.entries(layouts))('an inventory in the shape of %s', (name, source) => {
  const file = `${folder}expected/${name}.json`;
  if (update) writeFileSync(file, `${JSON.stringify(list([folder + source], vaultIds), null, 2)}\n`);
  const expected = JSON.parse(readFileSync(file, 'utf8')) as Listing;

  test('has the hosts, groups and variables that ansible-inventory lists', async () => {
    const { value: inventory, diagnostics } = await loadInventory([folder + source], { vault });
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
    const hosts = new Map((inventory?.hosts ?? []).map((host) => [host.name, host]));
    const groups = Object.keys(expected).filter((group) => group !== '_meta');
    const wanted = membersOf(expected, 'all');
    agreed.of.hosts += wanted.length;
    agreed.of.groups += groups.length;
    expect([...hosts.keys()].toSorted()).toEqual(wanted);
    agreed.hosts += wanted.length;
    for (const group of groups) {
      expect([group, inventory?.groups.get(group)?.toSorted()]).toEqual([group, membersOf(expected, group)]);
      agreed.groups += 1;
    }
    for (const [host, hostvars] of Object.entries(expected['_meta']?.hostvars ?? {})) {
      const given = hosts.get(host);
      const vars = settled(hostvars);
      const templates = Object.keys(vars).filter((each) => isTemplate(hostvars[each]));
      for (const each of templates) {
        expect(diagnostics.map(({ message }) => message)).toContainEqual(
          expect.stringContaining(`${each} is left out`),
        );
        delete (vars as Record<string, unknown>)[each];
      }
      agreed.of.variables += Object.keys(vars).length;
      agreed.templates += templates.length;
      expect({ [host]: given === undefined ? undefined : asAnsible(given) }).toEqual({ [host]: vars });
      agreed.variables += Object.keys(vars).length;
    }
  });

  test.runIf(ansibleIsHere)('is listed by the Ansible of this machine as is kept here', { timeout: 60_000 }, () => {
    expect(list([folder + source], vaultIds)).toEqual(expected);
  });
});

/** All hosts of a group, sorted. */
function membersOf(listing: Listing, group: string): readonly string[] {
  const { hosts = [], children = [] } = listing[group] ?? {};
  return [...new Set([...hosts, ...children.flatMap((child) => membersOf(listing, child))])].toSorted();
}

/** Ansible lists it as it is written; we leave it out with a warning. */
function isTemplate(value: unknown): boolean {
  const withoutUnsafe = JSON.stringify(value, (key, part: unknown) => (key === '__ansible_unsafe' ? '' : part));
  return /\{[{%]/.test(withoutUnsafe);
}
