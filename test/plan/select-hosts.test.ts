import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadInventory } from '../../src/load/load-inventory.ts';
import type { Host, Inventory } from '../../src/model/inventory.ts';
import { limitHosts, type Selection, selectHosts } from '../../src/plan/select-hosts.ts';
import { ansibleIsHere, hostsOf } from '../load/inventory/ansible-says.ts';

const folder = fileURLToPath(new URL('../fixtures/inventories/', import.meta.url));
const basics = `${folder}basics.ini`;
const { value: loaded } = await loadInventory([basics]);
if (!loaded) throw new Error('the fixture does not load');
const inventory: Inventory = loaded;

const names = (selection: Selection): readonly string[] | string =>
  selection.kind === 'hosts' ? selection.hosts.map((host) => host.name) : selection.message;
const select = (pattern: string): readonly string[] | string => names(selectHosts(inventory, pattern));
const limit = (pattern: string, narrowing: string): readonly string[] | string =>
  names(limitHosts(inventory, pattern, narrowing));

describe('selects what Ansible selects', () => {
  const patterns = [
    'all',
    '*',
    'web',
    'db',
    'prod',
    'ungrouped',
    'web:db',
    'web,db',
    'db,web',
    ' db , web ',
    'db web',
    'web:&db',
    'prod:!web',
    '!web',
    '&db',
    'prod:&db:!db-b.example.com',
    '!db-b.example.com:db',
    'db-b.example.com,db',
    'web0?.example.com',
    '*.example.com',
    'db-[ab].example.com',
    'db-[!ab].example.com',
    'node[0369]x1',
    'w*',
    '~(web|db).*\\.com',
    '~web0[1-2]',
    '~b',
    '~node\\dx2$',
    'web[0]',
    'web[-1]',
    'web[0:1]',
    'web[1:]',
    'web[1-2]',
    'prod[2:3]',
    'web[0:5]',
    'db[0],web[0]',
    'v6',
    'gate.example.com',
    'all:!prod',
    'all:!ungrouped:&web',
    'web*[1]',
    '!web:prod:&db',
    'all[3:5]',
    'nothere',
    'nothere:web',
    'web:!nothere',
    'web:&nothere',
  ];
  const file = `${folder}expected/patterns.json`;
  if (ansibleIsHere && process.env['UPDATE_EXPECTED'] !== undefined) {
    const said = Object.fromEntries(patterns.map((pattern) => [pattern, hostsOf([basics], pattern)]));
    writeFileSync(file, `${JSON.stringify(said, null, 2)}\n`);
  }
  const expected = JSON.parse(readFileSync(file, 'utf8')) as { [pattern: string]: readonly string[] };

  test.each(patterns)('%s', (pattern) => {
    expect(select(pattern)).toEqual(expected[pattern]);
  });
});

describe('parts that match nothing are told', () => {
  test.each([
    ['web,nothere', ['nothere']],
    ['web:!nothere:&nobody', ['&nobody', '!nothere']],
    ['web[9]', ['web[9]']],
    ['localhost', ['localhost']],
    ['Web', ['Web']],
    ['web', []],
  ])('%s', (pattern, unmatched) => {
    expect(selectHosts(inventory, pattern)).toMatchObject({ kind: 'hosts', unmatched });
  });
});

describe('names as runs print them', () => {
  const fleet = (...names: readonly string[]): Inventory => {
    const hosts = names.map((name) => ({ ...(inventory.hosts[0] as Host), name }));
    return { ...inventory, hosts, groups: new Map([['all', names]]) };
  };
  const among = (all: Inventory, pattern: string): unknown => {
    const found = selectHosts(all, pattern);
    return found.kind === 'hosts' ? [found.hosts.map(({ name }) => name), found.unmatched] : found.message;
  };
  const webs = fleet('web01', 'web02', 'web03', 'web07', 'web1', 'web2', 'db1.dc2', 'db2.dc2', 'db12.dc2');

  test.each([
    ['web[01-03]', ['web01', 'web02', 'web03']],
    ['web[01-03,07], db[1-2].dc2', ['web01', 'web02', 'web03', 'web07', 'db1.dc2', 'db2.dc2']],
    ['web*:!web[01-03]', ['web07', 'web1', 'web2']],
    ['web[1-2]', ['web1', 'web2']],
  ])('%s', (pattern, names) => {
    expect(among(webs, pattern)).toEqual([names, []]);
  });

  test('that are not all of them hosts match nothing', () => {
    expect(among(webs, 'web[01-04]')).toEqual([[], ['web[01-04]']]);
    expect(among(webs, 'web[1-999999999999999]')).toEqual([[], ['web[1-999999999999999]']]);
  });

  test('are refused where Ansible would mean others', () => {
    const ours = { ...webs, groups: new Map([...webs.groups, ['web', ['web01', 'web02', 'web03', 'web07']]]) };
    expect(among(ours, 'web[01-03]')).toMatch(/web01,web02,web03, or for Ansible web02,web03,web07/);
    expect(among(ours, 'web[0:1]')).toEqual([['web01', 'web02'], []]);
  });
});

describe('a pattern that cannot be read is invalid', () => {
  test.each([
    ['', /empty/],
    [' , ,', /empty/],
    ['web:!', /names nothing/],
    ['web[0', /bracket/],
    ['~we(b', /regular expression/],
    ['~(?=web)', /regular expression/],
    ['web\u001b[31m', /control character/],
    ['@failed.txt', /@failed.txt/],
  ])('%j', (pattern, message) => {
    expect(select(pattern)).toMatch(message);
  });
});

describe('a limit narrows', () => {
  test('in the order of `hosts:`', () => {
    expect(limit('db', 'db-c.example.com,db-a.example.com')).toEqual(['db-a.example.com', 'db-c.example.com']);
  });
  test('and never widens', () => {
    expect(limit('web', 'db')).toEqual([]);
    expect(limit('web', 'all')).toEqual(select('web'));
  });
  test('by exclusion alone', () => {
    expect(limit('db', '!node*')).toEqual(['db-a.example.com', 'db-b.example.com', 'db-c.example.com']);
  });
  test('by the lines of a file', () => {
    expect(limit('all', '# bad hosts of a run\nweb01.example.com\r\n\ndb-a.example.com\n')).toEqual([
      'web01.example.com',
      'db-a.example.com',
    ]);
  });
  test('with all unmatched parts of both told', () => {
    expect(limitHosts(inventory, 'web,nohost', 'web,web99')).toMatchObject({ unmatched: ['nohost', 'web99'] });
  });
  test('not at all when there is none', () => {
    expect(names(limitHosts(inventory, 'web', undefined))).toEqual(select('web'));
  });
  test.each(['', ',', ' , ', ':', '\n'])('%j is not "all hosts"', (narrowing) => {
    expect(limitHosts(inventory, 'all', narrowing)).toMatchObject({ kind: 'invalid', message: 'the limit is empty' });
  });
});

describe('hostile patterns', () => {
  const long: Inventory = {
    hosts: [{ name: 'a'.repeat(253), connect: { address: 'a', port: 22 }, vars: {}, groups: [], origins: {} }],
    groups: new Map(),
    sources: [],
  };
  test.each(['~(a+)+b', '~(a|a)*b', '~(a?){100}b$', `${'*a'.repeat(60)}b`])('%s takes no time', (pattern) => {
    const start = performance.now();
    selectHosts(long, pattern);
    expect(performance.now() - start).toBeLessThan(1000);
  });
  test('any text gives hosts of the inventory, each once, or a reason', () => {
    const text = fc.string({ unit: fc.constantFrom(...'web01db:,&!~[]*?.-^$()|+ \\@\n') });
    fc.assert(
      fc.property(text, (pattern) => {
        const selection = selectHosts(inventory, pattern);
        if (selection.kind === 'invalid') return;
        expect(new Set(selection.hosts).size).toBe(selection.hosts.length);
        for (const host of selection.hosts) expect(inventory.hosts).toContain(host);
      }),
    );
  });
  test('a glob matches as the regular expression of the same meaning does', () => {
    const glob = fc.string({ unit: fc.constantFrom(...'ab*?') });
    const name = fc.string({ unit: fc.constantFrom(...'ab'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        glob.filter((text) => text !== ''),
        name,
        (pattern, hostName) => {
          const one: Inventory = { ...long, hosts: long.hosts.map((host) => ({ ...host, name: hostName })) };
          const regex = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`);
          expect(names(selectHosts(one, pattern))).toEqual(regex.test(hostName) ? [hostName] : []);
        },
      ),
    );
  });
});
