import { describe, expect, test } from 'vitest';
import { followIncludes } from '../../../src/packs/nginx/config-includes.ts';
import { parseConfig } from '../../../src/packs/nginx/config-tree.ts';

const read = (files: Record<string, string>, matches: Record<string, readonly string[]>) => ({
  trees: new Map(Object.entries(files).map(([path, text]) => [path, parseConfig(text)])),
  matches: new Map(Object.entries(matches)),
});

describe('includes', () => {
  test('are put in place with the file they stand in, relative ones below the main file’s folder', () => {
    const config = followIncludes(
      '/e/nginx.conf',
      read(
        {
          '/e/nginx.conf': 'http {\n include conf.d/*.conf;\n}',
          '/e/conf.d/a.conf': 'listen 80;',
          '/e/conf.d/b.conf': 'listen 81;',
        },
        { '/e/conf.d/*.conf': ['/e/conf.d/a.conf', '/e/conf.d/b.conf'] },
      ),
    );
    expect(config.directives[0]?.block).toEqual([
      { name: 'listen', args: ['80'], file: '/e/conf.d/a.conf', line: 1 },
      { name: 'listen', args: ['81'], file: '/e/conf.d/b.conf', line: 1 },
    ]);
    expect(config.files).toEqual(['/e/nginx.conf', '/e/conf.d/a.conf', '/e/conf.d/b.conf']);
    expect(config).toMatchObject({ wanted: [], missing: [], truncated: false });
  });

  test('that are not read yet are wanted', () => {
    expect(
      followIncludes('/e/n', read({ '/e/n': 'include a.conf; include /x/*.conf;' }, { '/x/*.conf': ['/x/y.conf'] }))
        .wanted,
    ).toEqual(['/e/a.conf', '/x/y.conf']);
  });

  test('of one file that is not there are missing; patterns without match are not', () => {
    const config = followIncludes(
      '/e/n',
      read({ '/e/n': 'include a.conf; include b/*;' }, { '/e/a.conf': [], '/e/b/*': [] }),
    );
    expect(config.missing).toEqual(['/e/a.conf']);
  });

  test('in a circle end, and are told as cut off', () => {
    const config = followIncludes('/e/n', read({ '/e/n': 'include n; user a;' }, { '/e/n': ['/e/n'] }));
    expect(config.truncated).toBe(true);
    expect(config.directives.at(-1)).toMatchObject({ name: 'user' });
  });

  test('that double at each file end', () => {
    const names = Array.from({ length: 18 }, (_, at) => `/e/${at}`);
    const files = Object.fromEntries(names.map((name, at) => [name, `include ${at + 1}; include ${at + 1}; x;`]));
    const matches = Object.fromEntries(names.map((name) => [name, [name]]));
    expect(followIncludes('/e/0', read(files, matches)).truncated).toBe(true);
  });
});
