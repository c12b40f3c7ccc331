import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import type { Vault } from '../../src/model/vault.ts';
import { createVault } from '../../src/secrets/vault.ts';
import { ansibleIsHere } from '../load/inventory/ansible-says.ts';

const kept = fileURLToPath(new URL('../inventories/', import.meta.url));
const encryptedFile = readFileSync(`${kept}trellis/group_vars/production/vault.yml`, 'utf8');

function vaultOf(...passwords: readonly (readonly [string, string])[]): Vault {
  return createVault(passwords.map(([label, password]) => ({ label, password: new Secret(password) })));
}
function clear(vault: Vault, text: string): string {
  const opened = vault.open(text);
  return opened.kind === 'opened' ? opened.secret.reveal() : opened.why;
}

describe('a text of ansible-vault', () => {
  test('opens with its password, whatever the password is called', () => {
    expect(clear(vaultOf(['default', 'correct horse']), encryptedFile)).toContain('example-mysql-root');
    expect(clear(vaultOf(['a', 'no'], ['b', 'correct horse']), encryptedFile)).toContain('example-mysql-root');
  });

  test.each([
    ['another password', encryptedFile, 'no vault password that was given opens it'],
    ['no password at all', encryptedFile, 'no vault password that was given opens it', []],
    ['a vault id', encryptedFile.replace('1.1;AES256', '1.2;AES256;prod'), 'opens it (its vault id is "prod")'],
    ['format 1.0', encryptedFile.replace('1.1', '1.0'), 'format 1.0 of ansible-vault is unknown'],
    ['cipher AES', encryptedFile.replace('AES256', 'AES'), 'cipher AES of ansible-vault is unknown'],
    ['only a header', '$ANSIBLE_VAULT;1.1;AES256\n', 'it is damaged'],
    ['no hex', '$ANSIBLE_VAULT;1.1;AES256\nzz\n', 'it is damaged'],
    ['one part', '$ANSIBLE_VAULT;1.1;AES256\n6162\n', 'it is damaged'],
  ] as const)('with %s stays shut and says why', (_, text, why, passwords = [['default', 'wrong']] as never) => {
    expect(clear(vaultOf(...(passwords as readonly [string, string][])), text)).toContain(why);
  });

  test('never opens once a single digit of it is another', () => {
    const vault = vaultOf(['default', 'correct horse']);
    const digits = encryptedFile.indexOf('\n') + 1;
    fc.assert(
      fc.property(fc.integer({ min: digits, max: encryptedFile.length - 2 }), (at) => {
        const digit = encryptedFile[at] ?? '';
        if (!/[0-9a-f]/.test(digit)) return;
        const other = digit === '3' ? '4' : '3';
        const flipped = encryptedFile.slice(0, at) + other + encryptedFile.slice(at + 1);
        expect(vault.open(flipped).kind).toBe('shut');
      }),
      { numRuns: 60 },
    );
  });
});

describe.runIf(ansibleIsHere)('what the real ansible-vault writes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-vault-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const passwords = { default: 'päss word', prod: 'second' } as const;
  for (const [label, password] of Object.entries(passwords)) writeFileSync(join(folder, label), `${password}\n`);
  const ids = Object.keys(passwords).flatMap((label) => ['--vault-id', `${label}@${join(folder, label)}`]);
  const vault = vaultOf(...Object.entries(passwords));

  function ansibleVault(args: readonly string[], input: string): string {
    return execFileSync('ansible-vault', [...args, ...ids], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'ignore'],
    });
  }

  test.each([
    ['short', 'x'],
    ['of a whole cipher block', '0123456789abcdef'],
    ['with any characters', 'a\n"b" \u00e9 \u{1f511} $(c) \\'],
    ['long', 'many lines\n'.repeat(500)],
  ])('opens: `encrypt`, %s', (_, text) => {
    const written = ansibleVault(['encrypt', '--encrypt-vault-id', 'default', '--output', '-'], text);
    expect(written).toMatch(/^\$ANSIBLE_VAULT;1\.1;AES256\n/);
    expect(clear(vault, written)).toBe(text);
  });

  test('opens: `encrypt_string` under a vault id of its own', () => {
    const written = ansibleVault(['encrypt_string', '--encrypt-vault-id', 'prod'], 'token-7');
    const text = written.replace(/^!vault \|\n/, '');
    expect(text.trim()).toMatch(/^\$ANSIBLE_VAULT;1\.2;AES256;prod\n/);
    expect(clear(vault, text)).toBe('token-7');
  });
});
