import { describe, expect, it } from 'vitest';
import booleanAction, { booleanDiff } from '../../../src/packs/selinux/boolean-action.ts';
import type { BooleanValue } from '../../../src/packs/selinux/boolean-values.ts';
import fcontextAction, { fcontextDiff } from '../../../src/packs/selinux/fcontext-action.ts';
import moduleAction, { moduleDiff, moduleObstacle } from '../../../src/packs/selinux/module-action.ts';
import { sha256 } from '../../../src/packs/selinux/module-state.ts';
import portAction, { portDiff } from '../../../src/packs/selinux/port-action.ts';

const name = 'httpd_graceful_shutdown';

/** argv of the commands, a script's first word and its variables. */
const shown = (commands: readonly object[]) =>
  commands.map((command) =>
    'argv' in command
      ? (command.argv as string[]).join(' ')
      : JSON.stringify((command as { variables: object }).variables),
  );
const undo = (action: { rollback: { kind: string } }, change: object, before: object) => {
  const rollback = action.rollback as unknown as { undo(change: object, before: object): readonly object[] };
  return shown(rollback.undo(change, before));
};

describe('selinux.boolean', () => {
  const want = { name, value: true, persistent: true };
  it.each<[string, BooleanValue, readonly string[]]>([
    ['right already', { name, value: true, persistent: true }, []],
    ['off both ways', { name, value: false, persistent: false }, [`setsebool -V -P ${name}=1`]],
    ['F05: off now, on after a reboot: only now', { name, value: false, persistent: true }, [`setsebool -V ${name}=1`]],
    ['F06: on now, off after a reboot', { name, value: true, persistent: false }, [`setsebool -V -P ${name}=1`]],
    ['persistence unknown', { name, value: true }, [`setsebool -V -P ${name}=1`]],
  ])('%s', (_title, state, commands) => {
    const change = booleanDiff(state, want);
    expect(change ? shown(booleanAction.apply(change as never)) : []).toEqual(commands);
  });
  it('leaves persistence alone when only now is asked for', () => {
    const change = booleanDiff({ name, value: false, persistent: false }, { ...want, persistent: false });
    expect(change && shown(booleanAction.apply(change as never))).toEqual([`setsebool -V ${name}=1`]);
  });
  it('sets several in one transaction', () => {
    const changes = ['a_b', 'c_d'].map((each) =>
      booleanDiff({ name: each, value: false, persistent: false }, { ...want, name: each }),
    );
    const merged = booleanAction.merge(changes as never);
    expect(merged.flatMap((change) => shown(booleanAction.apply(change)))).toEqual(['setsebool -V -P a_b=1 c_d=1']);
  });
  it.each<[string, BooleanValue, readonly string[]]>([
    [
      'no record before: the record goes',
      { name, value: false, persistent: false },
      [JSON.stringify({ name, now: '0', persistent: '0' }), `setsebool -V ${name}=0`],
    ],
    [
      'F06 without a record: now and later each as they were',
      { name, value: true, persistent: false },
      [JSON.stringify({ name, now: '1', persistent: '0' }), `setsebool -V ${name}=1`],
    ],
    [
      'what is after a reboot was not known',
      { name, value: true },
      [JSON.stringify({ name, now: '1', persistent: '' }), `setsebool -V ${name}=1`],
    ],
    ['a record before', { name, value: false, persistent: false, local: false }, [`setsebool -V -P ${name}=0`]],
    [
      'F06: a record that differed from now',
      { name, value: true, persistent: false, local: false },
      [`setsebool -V -P ${name}=0`, `setsebool -V ${name}=1`],
    ],
    ['F05: only now was set', { name, value: false, persistent: true, local: true }, [`setsebool -V ${name}=0`]],
  ])('undoes exactly: %s', (_title, before, commands) => {
    const change = booleanDiff(before, want);
    expect(change && undo(booleanAction, change, before)).toEqual(commands);
  });
  it('foresees booleans, and accesses that it surely opens', () => {
    const change = booleanDiff({ name, value: false, persistent: false }, want) as never;
    const access = (target: string) => ({
      name: 'selinux.access',
      params: { source: 'u:r:httpd_t:s0', target, class: 'tcp_socket', permission: 'name_connect' },
      now: { allowed: false, permissive: false },
    });
    expect(booleanAction.predict(change, access('http_port_t'))).toEqual({ allowed: true, permissive: false });
    expect(booleanAction.predict(change, access('ntop_port_t'))).toBeUndefined();
    expect(
      booleanAction.predict(change, { name: 'selinux.boolean', params: { name }, now: { exists: true, value: false } }),
    ).toEqual({
      exists: true,
      value: true,
      persistent: true,
    });
    expect(booleanAction.predict(change, { name: 'selinux.remedies', params: {}, now: {} })).toBeUndefined();
  });
});

describe('selinux.port', () => {
  const want = { port: 3000, protocol: 'tcp', type: 'http_port_t' };
  it.each([
    ['right already', { effective: 'http_port_t', local: '', in_base: true }, undefined],
    ['in a range of the policy: add', { effective: 'ntop_port_t', local: '', in_base: false }, '-a'],
    ['exactly in the policy: modify', { effective: 'commplex_main_port_t', local: '', in_base: true }, '-m'],
    ['a local record of another type: modify', { effective: 'foo_port_t', local: 'foo_port_t', in_base: false }, '-m'],
  ])('%s', (_title, state, flag) => {
    const change = portDiff(state, want);
    expect(change && shown(portAction.apply(change as never))).toEqual(
      flag && [`semanage port ${flag} -t http_port_t -p tcp 3000`],
    );
  });
  it('undoes by deleting what it added, or by the former local type', () => {
    const change = portDiff({ effective: 'ntop_port_t', local: '', in_base: false }, want) ?? {};
    expect(undo(portAction, change, { effective: 'ntop_port_t', local: '', in_base: false })).toEqual([
      JSON.stringify({ protocol: 'tcp', port: '3000' }),
    ]);
    expect(undo(portAction, change, { effective: 'foo_port_t', local: 'foo_port_t', in_base: false })).toEqual([
      'semanage port -m -t foo_port_t -p tcp 3000',
    ]);
  });
  it('F01: foresees that a label alone opens nothing', () => {
    const change = portDiff({ effective: 'ntop_port_t', local: '', in_base: false }, want) as never;
    const access = { name: 'selinux.access', params: {}, now: { allowed: false, permissive: false } };
    expect(portAction.predict(change, access)).toEqual({ allowed: false, permissive: false });
    const now = {
      type: 'ntop_port_t',
      local: false,
      exact: false,
      base_type: 'ntop_port_t',
      ranges: ['3000-3001 ntop_port_t'],
    };
    expect(portAction.predict(change, { name: 'selinux.port', params: { port: 3000, protocol: 'tcp' }, now })).toEqual({
      type: 'http_port_t',
      local: true,
      local_type: 'http_port_t',
      exact: true,
      base_type: 'ntop_port_t',
      ranges: ['3000 http_port_t (local)', '3000-3001 ntop_port_t'],
    });
    expect(
      portAction.predict(change, { name: 'selinux.port', params: { port: 3001, protocol: 'tcp' }, now }),
    ).toBeUndefined();
  });
});

describe('selinux.fcontext', () => {
  const want = { path: '/run/app(/.*)?', restore: '' };
  const state = {
    spec: '/var/run/app(/.*)?',
    type: 'httpd_var_run_t',
    local: '',
    in_base: false,
    expected: 'var_run_t',
    labels: [
      { path: '/run/app', context: 'system_u:object_r:var_run_t:s0', type: 'var_run_t' },
      { path: '/run/app/app.sock', context: 'system_u:object_r:var_run_t:s0', type: 'var_run_t' },
    ],
  };
  const labelled = state.labels.map((label) => ({ ...label, type: 'httpd_var_run_t' }));
  it.each([
    ['right already', { ...state, expected: 'httpd_var_run_t', labels: labelled }, undefined],
    ['nothing there yet, the rule is right', { ...state, local: 'httpd_var_run_t', labels: [] }, undefined],
    ['no rule', state, 'add'],
    ['the policy has a rule for that spec', { ...state, in_base: true }, 'modify'],
    ['a local rule of another type', { ...state, local: 'var_t' }, 'modify'],
    [
      'the directory is right, the socket is not',
      { ...state, local: 'httpd_var_run_t', labels: [...labelled.slice(0, 1), ...state.labels.slice(1)] },
      'none',
    ],
    ['a rule, old labels', { ...state, local: 'httpd_var_run_t' }, 'none'],
  ])('%s: %s', (_title, before, rule) => {
    expect(fcontextDiff(before, want)?.rule).toBe(rule);
  });
  it('adds the rule, restores, and undoes both', () => {
    const change = fcontextDiff(state, want) ?? {};
    expect(shown(fcontextAction.apply(change as never))).toEqual([
      'semanage fcontext -a -t httpd_var_run_t /var/run/app(/.*)?',
      JSON.stringify({ path: '/run/app' }),
    ]);
    expect(undo(fcontextAction, change, state)).toEqual([
      JSON.stringify({ spec: state.spec }),
      JSON.stringify({ labels: state.labels.map(({ context, path }) => `${context} ${path}`).join('\n') }),
    ]);
  });
  it.each<[string, string, RegExp | undefined, boolean?]>([
    ['only a label differs', 'expected u:object_r:web_t:s0', undefined],
    ['a rule is missing', 'expected <<none>>', /policycoreutils-python-utils/],
    ['a rule is missing, and semanage comes', 'expected <<none>>', undefined, true],
    ['a rule is missing, and semanage is there', 'expected <<none>>\nsemanage yes', undefined],
    ['the label is for administrators', 'expected u:object_r:web_t:s0\ncustomizable old_t', /by hand, with chcon/],
    ['other labels are', 'expected u:object_r:web_t:s0\ncustomizable web_t\ncustomizable public_content_t', undefined],
  ])('without semanage, where %s', async (_title, lines, why, comes = false) => {
    const stdout = `selinux yes\nspec /srv/a.sock\n${lines}\nlabel u:object_r:old_t:s0 /srv/a.sock\n`;
    const host = { since: 0, run: async () => ({ rc: 0, stdout, stderr: '', truncated: false, ms: 1 }) };
    const params = { path: '/srv/a.sock', type: 'web_t', restore: '', after_install: comes };
    const state = await fcontextAction.inspect(host, params as never);
    expect(state).toMatchObject(why === undefined ? { type: 'web_t' } : { reason: expect.stringMatching(why) });
  });
  it('counts as undone when what was there has its old label, whatever came since', () => {
    const [folder, socket] = state.labels;
    if (!folder || !socket) throw new Error('no labels');
    const came = {
      path: '/run/app/new.sock',
      context: 'system_u:object_r:httpd_var_run_t:s0',
      type: 'httpd_var_run_t',
    };
    const same = (now: object) => fcontextAction.same(state, { ...state, ...now } as never);
    expect(same({ labels: [came, socket, folder] })).toBe(true);
    expect(same({ labels: [folder] })).toBe(true);
    expect(same({ labels: [] })).toBe(true);
    expect(same({ local: 'httpd_var_run_t' })).toBe(false);
    expect(same({ labels: [folder, { ...came, path: socket.path }] })).toBe(false);
  });
  it('foresees the label of what is below', () => {
    const change = fcontextDiff(state, want) as never;
    const now = {
      exists: true,
      context: 'system_u:object_r:var_run_t:s0',
      type: 'var_run_t',
      expected: 'var_run_t',
      matches_rule: true,
      rule_path: '/x',
    };
    expect(
      fcontextAction.predict(change, { name: 'selinux.context', params: { path: '/run/app/app.sock' }, now }),
    ).toMatchObject({
      context: 'system_u:object_r:httpd_var_run_t:s0',
      type: 'httpd_var_run_t',
      matches_rule: true,
    });
    expect(
      fcontextAction.predict(change, { name: 'selinux.context', params: { path: '/run/apple' }, now }),
    ).toBeUndefined();
  });
});

describe('selinux.module', () => {
  const want = { name: 'mendgate_x', cil: '(allow httpd_t ntop_port_t (tcp_socket (name_connect)))\n' };
  it.each([
    ['absent', { installed: false, priority: 0 }, false],
    ['only the distribution’s, at another priority', { installed: false, priority: 100 }, false],
    ['same text', { installed: true, priority: 400, cil: want.cil }, undefined],
    ['same checksum', { installed: true, priority: 400, sha256: sha256(want.cil) }, undefined],
    ['another text', { installed: true, priority: 400, cil: '(x)', sha256: sha256('(x)') }, true],
  ])('%s', (_title, state, replaces) => {
    expect(moduleDiff(state, want)?.replaces).toBe(replaces);
  });
  it.each<[string, object, RegExp | undefined]>([
    ['absent', { installed: false, priority: 0 }, undefined],
    ['its own former text', { installed: true, priority: 400, cil: '(x)', sha256: sha256('(x)') }, undefined],
    ['right already, text unknown', { installed: true, priority: 400, sha256: sha256(want.cil) }, undefined],
    ['the distribution’s', { installed: false, priority: 100 }, /of its own \(priority 100\).*hide all of it/],
    ['ours over the distribution’s already', { installed: true, priority: 400, cil: '(x)' }, undefined],
    ['one that hides ours', { installed: true, priority: 500, cil: want.cil }, /at priority 500 hides/],
    ['a compiled one', { installed: true, priority: 400 }, /cannot be read/],
    ['one that is too long', { installed: true, priority: 400, long: true }, /too long/],
  ])('refuses where it could not be put back, or would hide others: %s', (_title, state, why) => {
    const found = moduleObstacle(state as never, want);
    expect(found).toEqual(why === undefined ? undefined : expect.stringMatching(why));
  });
  it('removes what it installed, and puts a former text back', () => {
    const change = { ...want, replaces: false };
    const { rollback } = moduleAction;
    if (rollback.kind !== 'undo') throw new Error('selinux.module has no undo');
    expect(rollback.undo(change, { installed: true, priority: 400, cil: '(old)' })).toMatchObject([{ stdin: '(old)' }]);
    expect(rollback.undo(change, { installed: false, priority: 0 })).toMatchObject([
      { script: expect.stringContaining('semodule -X 400 -r') },
    ]);
  });
  it('foresees exactly the accesses that its rules name', () => {
    const change = { ...want, replaces: false };
    const access = (target: string) => ({
      name: 'selinux.access',
      params: { source: 'system_u:system_r:httpd_t:s0', target, class: 'tcp_socket', permission: 'name_connect' },
      now: { allowed: false, permissive: false },
    });
    expect(moduleAction.predict(change, access('ntop_port_t'))).toEqual({ allowed: true, permissive: false });
    expect(moduleAction.predict(change, access('http_port_t'))).toBeUndefined();
  });
});
