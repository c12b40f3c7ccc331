import { describe, expect, test } from 'vitest';
import { findPlaces, readBuildOptions, readStartOptions } from '../../../src/packs/nginx/command-line.ts';

// nginx -V of Debian 12, shortened in the middle.
const debian =
  "nginx version: nginx/1.22.1\nconfigure arguments: --with-cc-opt='-g -O2 -ffile-prefix-map=/build/nginx=. -fPIC' --with-ld-opt='-Wl,-z,relro' --prefix=/usr/share/nginx --conf-path=/etc/nginx/nginx.conf --http-log-path=/var/log/nginx/access.log --error-log-path=stderr --pid-path=/run/nginx.pid";

describe('where nginx keeps its things', () => {
  test.each([
    ['nginx: master process nginx -c /t/n.conf -p /t/', { config: '/t/n.conf', prefix: '/t/' }],
    [
      'nginx: master process /usr/sbin/nginx -g daemon on; master_process on;',
      { directives: 'daemon on; master_process on;' },
    ],
    [
      'nginx: master process nginx -g user x; error_log stderr; -c /a',
      { directives: 'user x; error_log stderr;', config: '/a' },
    ],
    ['nginx: master process nginx -c/a -e stderr', { config: '/a', errorLog: 'stderr' }],
    ['nginx: master process nginx -qc /a', { config: '/a' }],
    ['nginx: master process /usr/sbin/nginx', {}],
    ['nginx: master process nginx -c', { config: '' }],
  ])('%s', (title, options) => {
    expect(readStartOptions(title)).toEqual(options);
  });

  test('the build’s options fill in what the command line leaves open', () => {
    expect(findPlaces({}, readBuildOptions(debian), '/')).toEqual({
      config: '/etc/nginx/nginx.conf',
      prefix: '/usr/share/nginx',
      errorLog: 'stderr',
      directives: '',
    });
    expect(findPlaces({ prefix: 'site/', config: 'n.conf' }, readBuildOptions(debian), '/srv')).toMatchObject({
      config: '/srv/site/n.conf',
      prefix: '/srv/site',
    });
    expect(findPlaces({}, {}, '/')).toMatchObject({
      config: '/usr/local/nginx/conf/nginx.conf',
      errorLog: '/usr/local/nginx/logs/error.log',
    });
  });
});
