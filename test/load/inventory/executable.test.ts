import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folderOf, type Loaded, loadFrom } from './in-folder.ts';

const prints = (listing: unknown): string => `#!/bin/sh\ncat <<'END'\n${JSON.stringify(listing)}\nEND\n`;
const run = (script: string, options = {}): Promise<Loaded> =>
  loadFrom(join(folderOf({ 'list.sh': script }), 'list.sh'), { executable: options });

describe('an executable inventory', () => {
  test('is asked for --list, in its own folder', async () => {
    const folder = folderOf({
      'list.sh': '#!/bin/sh\n[ "$1" = --list ] && [ $# = 1 ] || exit 9\ncat listing.json\n',
      'listing.json': JSON.stringify({ web: ['w1', 'w2'] }),
    });
    const { inventory, codes } = await loadFrom(join(folder, 'list.sh'));
    expect(codes).toEqual([]);
    expect(inventory?.groups.get('web')).toEqual(['w1', 'w2']);
  });

  test('gives groups as lists or objects, children, and variables of groups and hosts', async () => {
    const { inventory, host, codes } = await run(
      prints({
        web: { hosts: ['w1', 'w2'], vars: { ansible_user: 'ops', color: 'blue' } },
        db: ['d1'],
        prod: { children: ['web', 'db'], vars: { env: 'prod' } },
        empty: {},
        alone: { note: 'a group that is one host' },
        _meta: { hostvars: { w1: { ansible_host: '192.0.2.1', color: 'red' }, stranger: { x: 1 } } },
      }),
    );
    expect(inventory?.hosts.map(({ name }) => name)).toEqual(['empty', 'alone', 'w1', 'w2', 'd1']);
    expect(inventory?.groups.get('prod')).toEqual(['w1', 'w2', 'd1']);
    expect(host('w1')).toMatchObject({
      connect: { address: '192.0.2.1', user: 'ops' },
      vars: { color: 'red', env: 'prod' },
      groups: ['prod', 'web'],
    });
    expect(host('alone').vars).toEqual({ note: 'a group that is one host' });
    expect(codes.filter((code) => !code.startsWith('inventory/host-and-group'))).toEqual([]);
  });

  test.each([
    [
      'exits with an error',
      "#!/bin/sh\nprintf 'no \\033[31mtoken' >&2; exit 3\n",
      {},
      /exit code 3/,
      /no \\x1b\[31mtoken/,
    ],
    ['takes too long', '#!/bin/sh\nexec sleep 60\n', { timeoutMs: 100 }, /longer than 0.1 s/, undefined],
    ['prints too much', '#!/bin/sh\nexec cat /dev/zero\n', { maxBytes: 1000 }, /more than 1000 bytes/, undefined],
    ['has no such interpreter', '#!/no/such/program\n', {}, /does not exist/, undefined],
  ])('that %s is an error', async (_, script, limits, message, help) => {
    const { inventory, diagnostics } = await run(script, limits);
    expect(inventory).toBeUndefined();
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ code: 'inventory/executable-failed', at: { line: 1, col: 1 } });
    expect(diagnostics[0]?.message).toMatch(message);
    if (help) expect(diagnostics[0]?.help).toMatch(help);
  });

  test.each([
    ['no JSON', '#!/bin/sh\necho "<html>"\n', 'inventory/bad-listing 1:1'],
    ['a list', prints([]), 'inventory/bad-listing 1:1'],
    ['JSON nested too deeply', `#!/bin/sh\necho '${'['.repeat(5000)}'\n`, 'inventory/bad-listing 1:1'],
    ['hosts that are no list', prints({ web: { hosts: 'w1' } }), 'inventory/bad-listing 1:1'],
    ['an option as a host', prints({ web: ['-oProxyCommand=x'] }), 'inventory/bad-host-name 1:1'],
    ['a group name with a line end', prints({ 'a\nb': ['w1'] }), 'inventory/bad-group-name 1:1'],
    [
      'a port that is none',
      prints({ web: ['w1'], _meta: { hostvars: { w1: { ansible_port: 'x' } } } }),
      'inventory/wrong-value 1:1',
    ],
    ['a circle', prints({ a: { children: ['b'] }, b: { children: ['a'] } }), 'inventory/group-circle 1:1'],
  ])('that prints %s is an error', async (_, script, code) => {
    const { inventory, codes } = await run(script);
    expect(codes).toEqual([code]);
    expect(inventory).toBeUndefined();
  });

  test('cannot change objects by names such as __proto__', async () => {
    const { host } = await run(
      '#!/bin/sh\necho \'{"web":["w1"],"_meta":{"hostvars":{"w1":{"__proto__":{"bad":1},"a":{"constructor":1}}}}}\'\n',
    );
    expect(host('w1').vars).toEqual({ a: {} });
    expect(host('w1').vars['bad']).toBeUndefined();
  });

  test('is told apart from a text file that happens to be executable', async () => {
    const folder = folderOf({ hosts: '[web]\nw1\n' });
    chmodSync(join(folder, 'hosts'), 0o755);
    expect((await loadFrom(join(folder, 'hosts'))).inventory?.groups.get('web')).toEqual(['w1']);
  });
});
