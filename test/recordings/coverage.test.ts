import { readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apparmorPack } from '../../src/packs/apparmor/index.ts';
import { corePack } from '../../src/packs/core/index.ts';
import { nginxPack } from '../../src/packs/nginx/index.ts';
import { selinuxPack } from '../../src/packs/selinux/index.ts';
import { loadRecordings } from './replay-flagship.ts';
import { recordingsFolder } from './texts.ts';

/** What no guest was asked, and why. */
const notRecorded: { readonly [name: string]: string } = {
  'probe selinux.boolean':
    'the flagship reads booleans through selinux.remedies; the action of that name reads the same',
  'probe selinux.booleans': 'the flagship reads booleans through selinux.remedies',
  'probe selinux.module': 'the flagship only installs modules; the action of that name reads the same',
  'probe selinux.port_users': 'the flagship reads the users of ports through selinux.remedies',
  'probe nginx.config': 'the flagship reads the configuration through nginx.upstreams and nginx.upstream_errors',
  'action nginx.current': 'of another runbook, provision-nginx-proxy',
  'probe nginx.certificates': 'of another runbook, tls-certificate-near-expiry',
};

const flagship = readFileSync('runbooks/nginx-502-permission-denied.yaml', 'utf8');
// A list's `- NAME:` is an action, any other place is a probe's.
const inFlagship = (name: string, before: string): boolean =>
  new RegExp(`${before}\\b${name.replace('.', '\\.')}: `).test(flagship);

const all = (kind: 'probe' | 'action', from: readonly { readonly name: string }[]): readonly string[] =>
  from.map(({ name }) => `${kind} ${name}`);
const packs = [selinuxPack, apparmorPack, nginxPack];
const wanted = [
  ...packs.flatMap((pack) => [...all('probe', pack.probes), ...all('action', pack.actions)]),
  ...all(
    'probe',
    corePack.probes.filter(({ name }) => inFlagship(name, '(?<!- )')),
  ),
  ...all(
    'action',
    corePack.actions.filter(({ name }) => inFlagship(name, '- ')),
  ),
];

describe('the recordings', async () => {
  const recordings = await loadRecordings();
  const entries = recordings.flatMap(({ runs }) => runs.flatMap((run) => run.entries));
  const labels = entries.flatMap((entry) =>
    entry.type === 'ask' ? [entry.label] : entry.type === 'fix' ? entry.parts.map((part) => part.label) : [],
  );
  const told = new Set(labels.map(({ kind, name }) => (kind === 'probe' ? `probe ${name}` : `${kind} ${name}`)));

  test('hold what a guest answered to every probe and every action, or it is said why not', () => {
    const missing = wanted.filter((each) => {
      const name = each.replace('action ', '');
      return each.startsWith('probe ') ? !told.has(each) : !(told.has(`inspect ${name}`) && told.has(`apply ${name}`));
    });
    expect(missing.sort()).toEqual(Object.keys(notRecorded).sort());
  });

  test('name the versions of what answered', () => {
    for (const { about } of recordings) {
      expect(about.guest).toMatchObject({
        kind: expect.any(String),
        os: expect.stringMatching(/\d/),
        kernel: expect.any(String),
      });
      expect(Object.keys(about.guest.packages)).toContain('nginx');
    }
  });

  test('stay small', async () => {
    const files = await readdir(recordingsFolder, { recursive: true });
    const sizes = files
      .filter((file) => file.endsWith('.jsonl'))
      .map((file) => statSync(join(recordingsFolder, file)).size);
    expect(Math.max(...sizes)).toBeLessThan(600_000);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(6_000_000);
    for (const { name, runs } of recordings) {
      expect(runs.length, name).toBeGreaterThan(1);
      expect(
        runs.some((run) => run.cut),
        name,
      ).toBe(false);
    }
  });
});
