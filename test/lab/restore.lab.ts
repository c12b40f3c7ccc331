import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Guest, startGuest } from './guest.ts';
import { diffState } from './state.ts';

// That the state tells an exact restore from one that leaves something: what each tool's own opposite leaves behind.
let guest: Guest;
beforeAll(async () => {
  guest = await startGuest({ kind: 'selinux' });
});
afterAll(async () => {
  await guest?.stop();
});

const opposites: readonly (readonly [string, string, string, readonly string[]])[] = [
  ['port', 'semanage port -a -t http_port_t -p tcp 3000', 'semanage port -d -p tcp 3000', []],
  ['fcontext', "semanage fcontext -a -t httpd_var_run_t '/run/x(/.*)?'", "semanage fcontext -d '/run/x(/.*)?'", []],
  [
    'module',
    'f=/root/lab_x.cil; echo "(allow httpd_t ntop_port_t (tcp_socket (name_connect)))" >$f; semodule -i $f; rm $f',
    'semodule -r lab_x',
    [],
  ],
  [
    'boolean',
    'setsebool -P httpd_graceful_shutdown 1',
    'setsebool -P httpd_graceful_shutdown 0',
    ['records: + booleans.local:httpd_graceful_shutdown=0'],
  ],
];

test.each(opposites)('%s: what taking it back leaves', async (_, change, back, left) => {
  await guest.reset();
  const before = await guest.state();
  expect((await guest.exec(change)).rc).toBe(0);
  expect(diffState(before, await guest.state())).not.toEqual([]);
  expect((await guest.exec(back)).rc).toBe(0);
  expect(diffState(before, await guest.state())).toEqual(left);
});
