import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { isObject } from '../../../src/model/json.ts';

/** What Ansible makes of inventory sources; `undefined` where it is not installed. */
export interface AnsibleView {
  /** Names in the order of `ansible all --list-hosts`. */
  readonly hosts: readonly string[];
  /** Of every group but `all`, in that order too. */
  readonly groups: { readonly [name: string]: readonly string[] };
  readonly hostvars: { readonly [host: string]: { readonly [name: string]: unknown } };
}

export const ansibleIsHere = ((): boolean => {
  try {
    execFileSync('ansible-inventory', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** What `ansible-inventory --list` prints. */
export interface Listing {
  readonly [group: string]: {
    readonly hosts?: readonly string[];
    readonly children?: readonly string[];
    readonly hostvars?: AnsibleView['hostvars'];
  };
}

export function ansibleSays(sources: readonly string[]): AnsibleView {
  const names = Object.keys(list(sources)).filter((name) => name !== '_meta' && name !== 'all');
  const groups = Object.fromEntries(names.toSorted().map((name) => [name, hostsOf(sources, name)]));
  return { hosts: hostsOf(sources, 'all'), groups, hostvars: hostvarsOf(sources) };
}

export function hostvarsOf(sources: readonly string[]): AnsibleView['hostvars'] {
  return list(sources)['_meta']?.hostvars ?? {};
}

/** The hosts of a pattern, in Ansible's order. */
export function hostsOf(sources: readonly string[], pattern: string, limit?: string): readonly string[] {
  const narrowed = limit === undefined ? [] : ['-l', limit];
  const lines = ansible('ansible', [...from(sources), pattern, ...narrowed, '--list-hosts'])
    .split('\n')
    .slice(1);
  return lines.map((line) => line.trim()).filter((line) => line !== '');
}

/** `ansible-inventory --list`. With vault ids (`LABEL@FILE`) values of `!vault` stand in the clear, by `ansible-vault decrypt`. */
export function list(sources: readonly string[], vaultIds: readonly string[] = []): Listing {
  const ids = vaultIds.flatMap((id) => ['--vault-id', id]);
  const listing = ansible('ansible-inventory', [...from(sources), '--list', ...ids]);
  return JSON.parse(listing, (_, value: unknown) => {
    if (!isObject(value) || typeof value['__ansible_vault'] !== 'string') return value;
    return ansible('ansible-vault', ['decrypt', '--output', '-', ...ids], value['__ansible_vault']);
  }) as Listing;
}

function from(sources: readonly string[]): readonly string[] {
  return sources.flatMap((source) => ['-i', source]);
}

function ansible(program: string, args: readonly string[], input?: string): string {
  const env = { ...process.env, ANSIBLE_NOCOLOR: '1' };
  return execFileSync(program, args, {
    encoding: 'utf8',
    env,
    cwd: tmpdir(),
    stdio: ['pipe', 'pipe', 'ignore'],
    input,
  });
}
