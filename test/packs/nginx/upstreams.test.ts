import { describe, expect, test } from 'vitest';
import { certificateFiles } from '../../../src/packs/nginx/certificate-files.ts';
import { followIncludes } from '../../../src/packs/nginx/config-includes.ts';
import { parseConfig } from '../../../src/packs/nginx/config-tree.ts';
import { findErrorLogs } from '../../../src/packs/nginx/error-logs.ts';
import { findUpstreams } from '../../../src/packs/nginx/upstreams.ts';

const directivesOf = (text: string) =>
  followIncludes('/e/n', { trees: new Map([['/e/n', parseConfig(text)]]), matches: new Map() }).directives;
const peers = (text: string) => findUpstreams(directivesOf(text)).map(({ scheme, peer }) => `${scheme} ${peer}`);
const inServer = (text: string) => `http { server { server_name a.example b.example; location / { ${text} } } }`;

describe('nginx.upstreams', () => {
  test.each([
    ['proxy_pass http://127.0.0.1:3000;', 'http 127.0.0.1:3000'],
    ['proxy_pass http://127.0.0.1:3000/a/b;', 'http 127.0.0.1:3000'],
    ['proxy_pass http://app.internal;', 'http app.internal:80'],
    ['proxy_pass https://app.internal/;', 'https app.internal:443'],
    ['proxy_pass HTTP://[::1]:3000;', 'http [::1]:3000'],
    ['proxy_pass http://[::1];', 'http [::1]:80'],
    ['proxy_pass http://unix:/run/app.sock;', 'http unix:/run/app.sock'],
    ['proxy_pass "http://unix:/run/app.sock:/uri";', 'http unix:/run/app.sock'],
    ['proxy_pass http://unix:/run/app.sock:;', 'http unix:/run/app.sock'],
    ['fastcgi_pass 127.0.0.1:9000;', 'fastcgi 127.0.0.1:9000'],
    ['fastcgi_pass unix:/run/php/php.sock;', 'fastcgi unix:/run/php/php.sock'],
    ['uwsgi_pass suwsgi://127.0.0.1:1;', 'suwsgi 127.0.0.1:1'],
    ['scgi_pass localhost:4000;', 'scgi localhost:4000'],
    ['memcached_pass 10.0.0.1:11211;', 'memcached 10.0.0.1:11211'],
    ['grpc_pass grpcs://h;', 'grpcs h:443'],
    ['grpc_pass h:50051;', 'grpc h:50051'],
    ['proxy_pass http://$backend;', 'http $backend'],
    ['proxy_pass http://${app}:3000/x;', 'http ${app}:3000'],
    ['proxy_pass http://unix:/run/$app.sock;', 'http unix:/run/$app.sock'],
  ])('%s', (text, peer) => {
    expect(peers(inServer(text))).toEqual([peer]);
  });

  test('an upstream block gives its servers, without those marked down, port 80 where none is written', () => {
    const text = `http { upstream App { server a:1 weight=2; server b; server c:3 down; server unix:/s backup; keepalive 4; }
      server { location / { proxy_pass http://app/x; } location /f { fastcgi_pass app; } } }`;
    expect(peers(text)).toEqual([
      'http a:1',
      'http b:80',
      'http unix:/s',
      'fastcgi a:1',
      'fastcgi b:80',
      'fastcgi unix:/s',
    ]);
    expect(findUpstreams(directivesOf(text))[0]).toMatchObject({ via: 'upstream app', source: '/e/n:1', server: '' });
  });

  test('a block that nothing passes to does not count, unless a variable may name it', () => {
    const block = 'upstream old { server o:1; }';
    expect(peers(`http { ${block} server { location / { proxy_pass http://n:1; } } }`)).toEqual(['http n:1']);
    expect(peers(`http { ${block} server { location / { proxy_pass http://$x; } } }`)).toEqual(['http $x', 'http o:1']);
  });

  test('stream has addresses without scheme and blocks of its own', () => {
    const text =
      'http { upstream db { server web:1; } } stream { upstream db { server 10.0.0.5:5432; } server { proxy_pass db; } server { proxy_pass 10.0.0.6:53; } }';
    expect(peers(text)).toEqual(['stream 10.0.0.5:5432', 'stream 10.0.0.6:53']);
  });

  test('each backend once, with its parts and where the configuration says so', () => {
    const text = `http {\n server {\n server_name a.example b.example;\n proxy_pass http://[::1]:3000;\n if ($x) { proxy_pass http://[::1]:3000/y; } } }`;
    expect(findUpstreams(directivesOf(text))).toEqual([
      {
        kind: 'tcp',
        peer: '[::1]:3000',
        address: '::1',
        port: 3000,
        scheme: 'http',
        server: 'a.example',
        source: '/e/n:4',
        via: 'proxy_pass',
        dynamic: false,
      },
    ]);
  });

  test('what is no address is left out', () => {
    expect(peers(inServer('proxy_pass http://a:99999; fastcgi_pass nowhere; proxy_pass; grpc_pass grpc://;'))).toEqual(
      [],
    );
  });
});

describe('error logs', () => {
  const places = { config: '/e/n', prefix: '/p', errorLog: 'stderr', directives: '' };
  const logs = (text: string, commandLine = '') =>
    findErrorLogs(directivesOf(text), directivesOf(commandLine), places).map(
      ({ kind, target, level }) => `${kind} ${target} ${level}`,
    );

  test.each([
    ['user a;', 'stderr stderr error'],
    ['error_log logs/e.log;', 'file /p/logs/e.log error'],
    ['error_log /v/e.log crit;', 'file /v/e.log crit'],
    ['error_log stderr info;', 'stderr stderr info'],
    ['error_log /dev/stderr;', 'stderr /dev/stderr error'],
    ['error_log /dev/null;', 'none /dev/null error'],
    ['error_log syslog:server=unix:/dev/log,nohostname warn;', 'syslog syslog:server=unix:/dev/log,nohostname warn'],
    ['error_log syslog:server=10.0.0.1;', 'remote syslog:server=10.0.0.1 error'],
  ])('%s', (text, log) => {
    expect(logs(text)).toEqual([log]);
  });

  test('of servers count too, each target once with its most talkative level; so do those of -g', () => {
    const text = 'error_log /v/e; http { server { error_log /v/a crit; location / { error_log /v/a warn; } } }';
    expect(logs(text, 'error_log /v/g;')).toEqual(['file /v/g error', 'file /v/e error', 'file /v/a warn']);
  });
});

test('certificates are those that nginx reads when it loads', () => {
  const text = `http { ssl_certificate c.pem; ssl_certificate_key /k.pem; proxy_ssl_trusted_certificate /t.pem;
    server { ssl_certificate $dynamic; ssl_certificate_key "engine:x:y"; auth_basic_user_file /h; } }`;
  expect(certificateFiles(directivesOf(text), '/e')).toEqual(['/e/c.pem', '/k.pem', '/t.pem']);
});
