import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../src/packs/nginx/config-tree.ts';

const first = (text: string) => parseConfig(text).directives[0];

describe('nginx configuration is taken apart as nginx does', () => {
  test.each([
    ['plain words', 'listen 80 default_server;', ['80', 'default_server']],
    ['double quotes keep spaces and semicolons', 'server_name "a b;c{";', ['a b;c{']],
    ['single quotes hold double ones', `add_header X 'say "hi"';`, ['X', 'say "hi"']],
    ['an escaped quote does not end the word', 'return 200 "a\\"b";', ['200', 'a"b']],
    ['a backslash before other characters stays', 'rewrite ^/a\\.b$ /c;', ['^/a\\.b$', '/c']],
    ['an escaped semicolon does not end the directive', 'return 200 a\\;b;', ['200', 'a\\;b']],
    ['a variable in braces opens no block', 'set $x a${b}c;', ['$x', 'a${b}c']],
    ['# inside a word is no comment', 'return 301 /a#b;', ['301', '/a#b']],
    ['a comment ends with its line', 'listen # 81;\n80;', ['80']],
    ['line ends separate words', 'proxy_set_header\n\tHost\r\n $host;', ['Host', '$host']],
  ])('%s', (_why, text, args) => {
    expect(first(text)?.args).toEqual(args);
  });

  test('blocks nest, and every directive knows its line', () => {
    const { directives, faults } = parseConfig('http {\n  server {\n    listen 80;\n  }\n}\nuser www-data;\n');
    expect(faults).toEqual([]);
    expect(directives).toEqual([
      {
        name: 'http',
        args: [],
        line: 1,
        block: [{ name: 'server', args: [], line: 2, block: [{ name: 'listen', args: ['80'], line: 3 }] }],
      },
      { name: 'user', args: ['www-data'], line: 6 },
    ]);
  });

  test('Lua blocks are skipped whole, whatever braces their strings and comments hold', () => {
    const lua =
      'location / {\n content_by_lua_block {\n  local t = { "}", \'}\', [[ } ]] } -- }\n  --[[ } ]]\n }\n proxy_pass http://a;\n}\n';
    const block = first(lua)?.block ?? [];
    expect(block.map((directive) => [directive.name, directive.line])).toEqual([
      ['content_by_lua_block', 2],
      ['proxy_pass', 6],
    ]);
  });

  test.each([
    ['a missing brace', 'http { server {', /"\{" without "\}"/],
    ['one brace too many', 'user a; }', /unexpected "\}"/],
    ['a missing semicolon', 'user a', /not ended by ";"/],
    ['a missing semicolon before a brace', 'http { user a }', /unexpected "\}" behind user/],
    ['a byte order mark is no fault', '\ufeffuser a;', undefined],
  ])('%s is told, and the rest is read', (_why, text, fault) => {
    const { faults } = parseConfig(text);
    if (fault === undefined) expect(faults).toEqual([]);
    else expect(faults.join()).toMatch(fault);
  });

  test('deep nesting is cut off and told, what follows is read', () => {
    const deep = `${'a {'.repeat(10_000)}${'}'.repeat(10_000)} user b;`;
    const { directives, faults } = parseConfig(deep);
    expect(directives.at(-1)).toMatchObject({ name: 'user', args: ['b'] });
    expect(faults.join()).toMatch(/nested deeper/);
  });

  test('no text makes it throw', () => {
    const piece = fc.constantFrom(
      'a',
      ' ',
      '\n',
      ';',
      '{',
      '}',
      '"',
      "'",
      '\\',
      '#',
      '$',
      '${',
      'content_by_lua_block',
      '[[',
      '--',
      '[=[',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece).map((pieces) => pieces.join('')),
        ),
        (text) => {
          parseConfig(text);
        },
      ),
    );
  });

  test('any words survive being quoted', () => {
    const word = fc.string({ maxLength: 20 }).filter((text) => !/[\\"]/.test(text));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
        const text = `x ${words.map((each) => `"${each}"`).join(' ')};`;
        expect(first(text)?.args).toEqual(words);
      }),
    );
  });

  test('time grows with the length only', () => {
    const lines = (count: number) => 'a b c; '.repeat(count);
    const time = (text: string) => {
      const begun = performance.now();
      parseConfig(text);
      return performance.now() - begun;
    };
    time(lines(20_000));
    expect(time(lines(200_000))).toBeLessThan(2000);
    expect(time(`content_by_lua_block { ${'[[ '.repeat(100_000)}`)).toBeLessThan(2000);
    expect(time('"'.repeat(200_001))).toBeLessThan(2000);
  });
});
