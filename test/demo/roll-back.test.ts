import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createDemoFleet } from '../../src/demo/fleet.ts';
import { changeable } from '../../src/demo/host-state.ts';
import { play } from './play.ts';

const folder = mkdtempSync(join(tmpdir(), 'mendgate-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** One fix of these calls, whose claim never holds. */
function runbookWith(name: string, calls: readonly string[]): string {
  const file = join(folder, `${name}.yaml`);
  const lines = [
    'runbook: in-vain',
    'title: A fix that does not help',
    'become: true',
    'steps:',
    '  - id: vain',
    '    title: Change it, and see that it was in vain',
    '    fix:',
    ...calls.map((call) => `      - ${call}`),
    '    verify:',
    // Only after the change can this be read, so that the dry run does not foresee that it will not hold.
    '      probes: { later: { nginx.upstream_errors: { since: change } } }',
    '      that: later.exists(l, l.errno == 0)',
  ];
  writeFileSync(file, `${lines.join('\n')}\n`);
  return file;
}

const cases: readonly (readonly [host: string, calls: readonly string[]])[] = [
  ['web01', ['selinux.boolean: { name: httpd_graceful_shutdown, value: true }']],
  ['web02', ['selinux.boolean: { name: httpd_graceful_shutdown, value: false }']],
  ['web02', ['selinux.port: { port: 3000, type: http_port_t }', 'selinux.port: { port: 3001, type: http_port_t }']],
  [
    'web03',
    ['selinux.module: { name: mine, cil: "(allow httpd_t http_cache_port_t (tcp_socket (name_connect)))\\n" }'],
  ],
  ['web04', ['selinux.fcontext: { path: "/run/app(/.*)?", type: httpd_var_run_t }']],
  ['web05', ['file.acl: { path: /run/php-fpm/www.sock, user: nginx, rights: rw }']],
  ['web05', ['file.mode: { path: /run/php-fpm/www.sock, mode: "0666", group: nginx }']],
];

describe('a fix that does not help, on a simulated host', () => {
  it.each(cases)('is undone on %s, and the host is as it was: %j', async (name, calls) => {
    const host = createDemoFleet(Date.now).find((each) => each.name === `${name}.demo`);
    if (host === undefined) throw new Error(`no host ${name}`);
    const before = changeable(host.state);
    const { outcomes, events } = await play([host], 'apply', runbookWith(name, calls));
    expect(events.find((event) => event.type === 'fix.result')).toMatchObject({ outcome: 'done' });
    expect(events.find((event) => event.type === 'rollback.result')).toMatchObject({ done: true });
    expect(outcomes[0]?.verdict).toBe('rolled_back');
    expect(changeable(host.state)).toEqual(before);
  });
});
