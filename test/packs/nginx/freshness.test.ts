import { describe, expect, test } from 'vitest';
import { type Freshness, latestChange, staleAfter, staleNow } from '../../../src/packs/nginx/freshness.ts';
import current from '../../../src/packs/nginx/nginx-current-action.ts';

const state: Freshness = {
  running: true,
  master_pid: 10,
  unit: 'nginx.service',
  binary: '/usr/sbin/nginx',
  options: ['-c', '/etc/nginx/nginx.conf'],
  loaded: 1000.5,
  files: [{ path: '/etc/nginx/nginx.conf', changed: 900 }],
  watched: ['file:/etc/nginx/conf.d/*', 'file:/etc/nginx/nginx.conf', 'file:/etc/ssl/site.pem'],
  exact: true,
};
const changedAt = (changed: number) => ({
  ...state,
  files: [{ path: '/etc/nginx/conf.d/a.conf', changed }, ...state.files],
});

describe('nginx.current', () => {
  test('does nothing when nginx runs what the files say', () => {
    expect(staleNow(state)).toBeUndefined();
    expect(staleNow(changedAt(1000.4))).toBeUndefined();
  });

  test('reloads when a file changed after the workers started, and says which', () => {
    const change = staleNow(changedAt(1000.6));
    expect(change?.why).toEqual(['/etc/nginx/conf.d/a.conf']);
    expect(current.describe({ ...change })).toBe(
      'nginx: test, then reload, since these are newer than what it runs: /etc/nginx/conf.d/a.conf',
    );
  });

  test('does nothing when nginx does not run: it loads its files when it starts', () => {
    expect(staleNow({ ...changedAt(2000), running: false })).toBeUndefined();
    expect(staleAfter({ ...state, running: false }, ['file:/etc/nginx/conf.d/new.conf'])).toBeUndefined();
  });

  test.each([
    ['a new file in a folder it includes', 'file:/etc/nginx/conf.d/new.conf', true],
    ['its main file', 'file:/etc/nginx/nginx.conf', true],
    ['a certificate', 'file:/etc/ssl/site.pem', true],
    ['another certificate', 'file:/etc/ssl/other.pem', false],
    ['a folder it does not include', 'file:/etc/nginx/sites-available/a', false],
    ['a boolean', 'selinux.boolean:httpd_can_network_connect', false],
    ['a unit', 'service:nginx', false],
    ['whatever a command touches', '*', true],
    ['the folder of a certificate', 'file:/etc/ssl', true],
  ])('will reload after %s is written: %s → %s', (_what, resource, reloads) => {
    expect(staleAfter(state, [resource]) !== undefined).toBe(reloads);
  });

  test('without fractions a file counts as changed at the end of its second', () => {
    expect(latestChange(1000, false)).toBe(1001);
    expect(latestChange(1000.25, true)).toBe(1000.25);
  });
});
