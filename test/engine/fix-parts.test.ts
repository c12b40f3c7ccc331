import { describe, expect, it } from 'vitest';
import { fixParts } from '../../src/engine/fix-parts.ts';
import type { DueChange } from '../../src/engine/inspect-calls.ts';
import type { Action } from '../../src/model/action.ts';
import type { Command } from '../../src/model/command.ts';
import type { Json } from '../../src/model/json.ts';
import booleanAction from '../../src/packs/selinux/boolean-action.ts';
import fcontextAction from '../../src/packs/selinux/fcontext-action.ts';
import moduleAction from '../../src/packs/selinux/module-action.ts';
import portAction from '../../src/packs/selinux/port-action.ts';

const due = (action: Action, change: Json, timeoutMs?: number): DueChange => ({
  action,
  params: {},
  before: null,
  change,
  touches: [],
  become: 'root',
  on: undefined,
  timeoutMs,
  predicted: false,
});
const boolean = (name: string, persistent = true): DueChange => {
  const setting = { name, from: false, to: true };
  return due(booleanAction, { persistent: persistent ? [setting] : [], runtime: persistent ? [] : [setting] });
};
const port = (number: number, timeoutMs?: number): DueChange =>
  due(portAction, { port: number, protocol: 'tcp', from: 'ntop_port_t', to: 'http_port_t', how: 'add' }, timeoutMs);
const fcontext = (spec: string): DueChange =>
  due(fcontextAction, { spec, asked: spec, type: 'httpd_var_run_t', rule: 'add', restore: '/run/app', from: [] });
const aModule = due(moduleAction, { name: 'm', cil: '(allow a_t b_t (tcp_socket (name_connect)))', replaces: false });

/** What runs, one line per command: its program, then the lines of its stdin or what a script is given. */
const shown = (changes: readonly DueChange[]): readonly string[] =>
  fixParts(changes).flatMap(({ requests }) => requests.flatMap(({ commands }) => commands.map(text)));
function text(command: Command): string {
  if (!('argv' in command)) return `script ${Object.values(command.variables ?? {}).join(' ')}`;
  const stdin = typeof command.stdin === 'string' ? `: ${command.stdin.trimEnd().replaceAll('\n', '; ')}` : '';
  return command.argv.join(' ') + stdin;
}

describe('the changes of one fix', () => {
  it.each<[string, readonly DueChange[], readonly string[]]>([
    ['one port: its own command', [port(3000)], ['semanage port -a -t http_port_t -p tcp 3000']],
    ['booleans alone: one setsebool', [boolean('a_a'), boolean('b_b')], ['setsebool -V -P a_a=1 b_b=1']],
    [
      'label and boolean: one transaction',
      [port(3000), boolean('a_a')],
      ['semanage import: port -a -t http_port_t -p tcp 3000; boolean -m -1 a_a', 'true'],
    ],
    [
      'ports, a rule for files and booleans: one transaction, then the files are relabelled',
      [port(3000), port(3001), fcontext('/run/app(/.*)?'), boolean('a_a')],
      [
        'semanage import: port -a -t http_port_t -p tcp 3000; port -a -t http_port_t -p tcp 3001; fcontext -a -t httpd_var_run_t /run/app(/.*)?; boolean -m -1 a_a',
        'true',
        'script /run/app',
        'true',
      ],
    ],
    [
      'a boolean that is set until a reboot has no place in the store',
      [port(3000), boolean('a_a', false)],
      ['semanage port -a -t http_port_t -p tcp 3000', 'setsebool -V a_a=1'],
    ],
    [
      'a rule that semanage would read otherwise goes by itself',
      [port(3000), fcontext("/run/it's")],
      [
        'semanage port -a -t http_port_t -p tcp 3000',
        "semanage fcontext -a -t httpd_var_run_t /run/it's",
        'script /run/app',
      ],
    ],
    [
      'a module stands between: nothing is moved past it',
      [port(3000), aModule, boolean('a_a')],
      ['semanage port -a -t http_port_t -p tcp 3000', 'script m', 'setsebool -V -P a_a=1'],
    ],
  ])('%s', (_title, changes, commands) => {
    expect(shown(changes)).toEqual(commands);
  });

  it('keep a part each, which says what it makes', () => {
    const [part] = fixParts([port(3000), boolean('a_a')]);
    expect(part?.changes).toHaveLength(2);
    expect(part?.requests.map(({ label }) => label.name)).toEqual(['selinux.port', 'selinux.boolean']);
  });

  it('share the longest of their own timeouts, and the promise not to be ended halfway', () => {
    const [first] = fixParts([port(3000, 20_000), port(3001, 90_000)])[0]?.requests[0]?.commands ?? [];
    expect(first).toMatchObject({ timeoutMs: 90_000, unkillable: true });
  });
});
