import { join } from 'node:path';
import { expect, test } from 'vitest';
import { formatDiagnostic } from '../../../src/load/format-diagnostic.ts';
import { Secret } from '../../../src/model/secret.ts';
import type { Vault } from '../../../src/model/vault.ts';
import { createVault } from '../../../src/secrets/vault.ts';
import { folderOf, type Loaded, loadFrom } from './in-folder.ts';

/** Opens texts whose second line is `open`, to what stands below it. The real one has its tests in test/secrets. */
const vault: Vault = {
  open(text) {
    const [, second, ...rest] = text.split('\n');
    if (second?.trim() !== 'open') return { kind: 'shut', why: 'no vault password that was given opens it' };
    return { kind: 'opened', secret: new Secret(rest.map((line) => line.trimEnd()).join('\n')) };
  },
};
const sealed = (text: string): string => `$ANSIBLE_VAULT;1.1;AES256\nopen\n${text}`;
const load = (files: { readonly [path: string]: string }, options = { vault }): Promise<Loaded> =>
  loadFrom(join(folderOf({ hosts: '[web]\nw1\n', ...files }), 'hosts'), options);

test('texts and numbers of an encrypted file are secrets, whatever they are inside of', async () => {
  const { host, codes, inventory } = await load({
    'group_vars/web/vault.yml': sealed(
      'token: tok-1\npin: 48151623\nlist: [one-secret]\nmap: { a: { b: two-secret } }\non: true',
    ),
    'group_vars/web/vars.yml': 'plain: 1\n',
  });
  expect(codes).toEqual([]);
  const { token, pin } = host('w1').vars;
  expect([token, pin].map((value) => value instanceof Secret && value.reveal())).toEqual(['tok-1', '48151623']);
  expect(host('w1').vars).toMatchObject({ plain: 1, on: true });
  expect(JSON.stringify(inventory?.hosts)).not.toMatch(/tok-1|48151623|one-secret|two-secret/);
});

test('one encrypted value is a secret, also as ansible-inventory prints it', async () => {
  const listing = {
    web: { hosts: ['w1'], vars: { token: { __ansible_vault: sealed('tok-2') }, raw: { __ansible_unsafe: 'a' } } },
  };
  const folder = folderOf({ 'list.sh': `#!/bin/sh\ncat <<'END'\n${JSON.stringify(listing)}\nEND\n` });
  const { host } = await loadFrom(join(folder, 'list.sh'), { vault });
  const { token, raw } = host('w1').vars;
  expect([token instanceof Secret && token.reveal(), raw]).toEqual(['tok-2', 'a']);
});

test('an encrypted password is used, and hides what a group says', async () => {
  const { host, codes } = await load({
    'host_vars/w1.yml': sealed('ansible_password: pw-1\nansible_become_pass: pw-2'),
  });
  expect(codes).toEqual([]);
  const { password, becomePassword } = host('w1').connect;
  expect([password?.reveal(), becomePassword?.reveal()]).toEqual(['pw-1', 'pw-2']);
});

test('a setting that is encrypted is used in the clear, and that is said', async () => {
  const { host, codes } = await load({ 'host_vars/w1.yml': sealed('ansible_user: ops\nansible_port: 2222') });
  expect(host('w1').connect).toMatchObject({ user: 'ops', port: 2222 });
  expect(codes).toEqual(['inventory/vault-in-the-clear 1:15', 'inventory/vault-in-the-clear 2:15']);
});

test.each([
  ['no YAML', 'canary-1: [', /holds is wrong \(yaml\/syntax\)/],
  ['no mapping', '- canary-2', /holds is wrong \(inventory\/wrong-type\)/],
  ['no port', 'ansible_port: canary-3', /holds is wrong \(inventory\/wrong-value\)/],
  ['no host name', 'ansible_host: "canary 4"', /holds is wrong/],
])('what is wrong inside (%s) is said without quoting it', async (_, text, message) => {
  const { diagnostics, inventory } = await load({ 'group_vars/web.yml': sealed(text) });
  expect(inventory).toBeUndefined();
  const printed = diagnostics.map((each) => formatDiagnostic(each, { colour: false })).join('\n');
  expect(printed).toMatch(message);
  expect(printed).not.toContain('canary');
});

test('what no password opens is an error where one was given, and left out with a warning where none was', async () => {
  const files = { 'group_vars/web.yml': 'token: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  3132\nother: 1\n' };
  expect((await load(files)).inventory).toBeUndefined();
  const { host, diagnostics } = await loadFrom(join(folderOf({ hosts: '[web]\nw1\n', ...files }), 'hosts'));
  expect(host('w1').vars).toEqual({ other: 1 });
  expect(diagnostics.map(({ severity, help }) => [severity, help])).toEqual([
    ['warning', 'give its password with --vault-password-file FILE or --ask-vault-password'],
  ]);
});

test('an inventory that is encrypted as a whole is read; one in our own format is refused', async () => {
  const folder = folderOf({ hosts: sealed('[db]\nd1 token=tok-5'), 'own.yaml': sealed('hosts: [w1]') });
  const { host } = await loadFrom(join(folder, 'hosts'), { vault });
  expect(host('d1').vars['token']).toBeInstanceOf(Secret);
  expect((await loadFrom(join(folder, 'own.yaml'), { vault })).codes).toEqual(['inventory/vault 1:1']);
});

test('what is damaged is not said to need a password', async () => {
  const files = { 'group_vars/web.yml': 'token: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  313\n' };
  const damaged = createVault([{ label: 'default', password: new Secret('right') }]);
  const { diagnostics } = await load(files, { vault: damaged });
  expect(diagnostics.map(({ message, help }) => [message, help])).toEqual([
    ['token is left out: it is damaged', 'take the text from a backup, or encrypt its value anew with ansible-vault'],
  ]);
});
