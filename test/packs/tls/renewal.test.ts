import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/model/json.ts';
import { readLineage } from '../../../src/packs/tls/renewal.ts';
import probe from '../../../src/packs/tls/tls-renewal-probe.ts';
import renewed from '../../../src/packs/tls/tls-renewed-action.ts';
import { answering, diff, read, reasonOf } from '../core/local-host.ts';

/** As certbot 2.1 writes it; the probe sends the lines that count. */
const certbot = `cert = /etc/letsencrypt/live/a.example/cert.pem
chain = /etc/letsencrypt/live/a.example/chain.pem
fullchain = /etc/letsencrypt/live/a.example/fullchain.pem
authenticator = nginx
`;
/** As acme.sh 3.0 writes it. */
const acme = `Le_Domain='b.example'
Le_Webroot='nginx:'
Le_RealCertPath=''
Le_RealKeyPath='/etc/nginx/ssl/b.key'
Le_RealFullChainPath='/etc/nginx/ssl/b.pem'
`;
/** As certmonger 0.79 writes it. */
const certmonger = 'id=20260101120000\nautorenew=1\ncert_file=/etc/pki/tls/certs/c.crt\n';

const conf = '/etc/letsencrypt/renewal/a.example.conf';
describe('the file that a tool keeps about a certificate', () => {
  test.each([
    ['certbot', conf, certbot, { tool: 'certbot', name: 'a.example', by_hand: '' }],
    ['certbot, by hand', conf, certbot.replace('nginx', 'manual'), { by_hand: expect.stringContaining('manual') }],
    ['certbot, by a hook', conf, `${certbot.replace('nginx', 'manual')}manual_auth_hook = /x\n`, { by_hand: '' }],
    ['certbot, switched off', conf, `autorenew = False\n${certbot}`, { by_hand: expect.stringContaining('autorenew') }],
    [
      'acme.sh',
      '/root/.acme.sh/b.example_ecc/b.example.conf',
      acme,
      {
        tool: 'acme.sh',
        name: 'b.example',
        ecc: true,
        by_hand: '',
        files: [
          '/etc/nginx/ssl/b.pem',
          '/root/.acme.sh/b.example_ecc/fullchain.cer',
          '/root/.acme.sh/b.example_ecc/b.example.cer',
        ],
      },
    ],
    [
      'acme.sh, by hand',
      '/root/.acme.sh/b.example/b.example.conf',
      acme.replace('nginx:', 'dns'),
      { ecc: false, by_hand: expect.stringContaining('DNS') },
    ],
    [
      'certmonger',
      '/var/lib/certmonger/requests/1',
      certmonger,
      { tool: 'certmonger', name: '20260101120000', files: ['/etc/pki/tls/certs/c.crt'], by_hand: '' },
    ],
    [
      'certmonger, switched off',
      '/var/lib/certmonger/requests/1',
      certmonger.replace('w=1', 'w=0'),
      { by_hand: expect.stringContaining('autorenew') },
    ],
  ])('%s', (_what, path, text, expected) => {
    expect(readLineage(path, text)).toMatchObject(expected);
  });

  test.each([
    ['without files', conf, 'authenticator = nginx\n'],
    ['whose name is an option', '/etc/letsencrypt/renewal/-x.conf', certbot],
    ['whose name is an option', '/root/.acme.sh/x/x.conf', acme.replace('b.example', '--install')],
    ['without a name', '/var/lib/certmonger/requests/1', 'cert_file=/etc/x\n'],
  ])('%s is none', (_what, path, text) => {
    expect(readLineage(path, text)).toBeUndefined();
  });

  test('whatever it holds, its name is no option', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (name, file) => {
        const lineage = readLineage('/root/.acme.sh/x/x.conf', `Le_Domain='${name}'\nLe_RealFullChainPath='${file}'\n`);
        return lineage === undefined || /^[A-Za-z0-9_*][A-Za-z0-9_.*-]*$/.test(lineage.name);
      }),
    );
  });
});

const hex = (text: string) => Buffer.from(text).toString('hex');
const said = (...lines: readonly string[]) => answering({ stdout: `${lines.join('\n')}\n` });
const known = [`file=${hex(conf)}`, `text=${hex(certbot)}`];
const live = '/etc/letsencrypt/live/a.example/fullchain.pem';

describe('tls.renewal', () => {
  test('finds the tool by the file, also behind a link', async () => {
    const asked = [`asked=${hex('/etc/nginx/a.pem')}`, `real=${hex(live)}`];
    const found = await read(probe, said(...known, ...asked, 'unit:certbot certbot.timer 1 1 success'), {
      certificates: [live, '/etc/nginx/a.pem', '/etc/other.pem'],
    });
    const one = { tool: 'certbot', name: 'a.example', scheduled: true, unit: 'certbot.timer', last_run: 'success' };
    expect(found).toMatchObject([one, { ...one, certificate: '/etc/nginx/a.pem' }, { tool: 'none' }]);
  });

  test.each([
    ['a timer that is off', ['unit:certbot certbot.timer 0 1 success'], { scheduled: false, unit: 'certbot.timer' }],
    ['a timer that ends with the reboot', ['unit:certbot certbot.timer 1 0 success'], { scheduled: false }],
    [
      'the one of two that runs',
      ['unit:certbot certbot.timer 0 0 ', 'unit:certbot snap.certbot.renew.timer 1 1 exit-code'],
      { scheduled: true, unit: 'snap.certbot.renew.timer', last_run: 'exit-code' },
    ],
    ['cron', ['cron:certbot'], { scheduled: true, unit: '', last_run: '' }],
    ['another tool’s timer', ['unit:acme.sh acme.timer 1 1 success'], { scheduled: false, unit: '' }],
  ])('%s', async (_what, lines, expected) => {
    expect(await read(probe, said(...known, ...lines), { certificates: [live] })).toMatchObject([expected]);
  });

  test('says that it may not look, rather than that no tool keeps it', async () => {
    expect(reasonOf(await read(probe, said('forbidden:/etc/letsencrypt/renewal'), { certificates: [live] }))).toContain(
      'needs root',
    );
  });
});

describe('tls.renewed', () => {
  const params = { certificate: live, tool: 'certbot', name: 'a.example', days: 21 };
  const commandOf = (change: Json | undefined) =>
    renewed.apply(change ?? null).map((command) => ('argv' in command ? command.argv : []));

  test.each([
    [22, false],
    [21, false],
    [20, true],
    [-3, true],
  ])('with %i days left of 21: due %s', (days_left, due) => {
    expect(diff(renewed, { days_left, program: '/usr/bin/certbot' }, params) !== undefined).toBe(due);
  });

  test.each([
    [
      {},
      '/usr/bin/certbot',
      ['/usr/bin/certbot', 'renew', '--cert-name', 'a.example', '--non-interactive', '--no-random-sleep-on-renew'],
    ],
    [
      { tool: 'acme.sh', ecc: true },
      '/root/.acme.sh/acme.sh',
      ['/root/.acme.sh/acme.sh', '--renew', '-d', 'a.example', '--ecc', '--home', '/root/.acme.sh'],
    ],
    [{ tool: 'certmonger' }, '/usr/bin/getcert', ['/usr/bin/getcert', 'resubmit', '-w', '-f', live]],
  ])('%o', (more, program, expected) => {
    expect(commandOf(diff(renewed, { days_left: 3, program }, { ...params, ...more }))).toEqual([expected]);
  });

  test('cannot be taken back', () => {
    expect(renewed.rollback.kind).toBe('irreversible');
  });
});
