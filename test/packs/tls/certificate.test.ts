import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeCertificate, inOrder, isFor, readPem } from '../../../src/packs/tls/certificate.ts';
import { handshakeError } from '../../../src/packs/tls/tls-endpoint-probe.ts';
import { makeCertificate } from './make-certificate.ts';

const made = makeCertificate('a.example', { from: -80, to: 10 });
const certificate = new X509Certificate(made.certificate);
const begins = Math.floor(Date.parse(certificate.validFrom) / 1000);
const ends = Math.floor(Date.parse(certificate.validTo) / 1000);
const day = 86_400;

describe('how long a certificate is valid', () => {
  test.each([
    ['ten days before its end', ends - 10 * day, 10, true],
    ['a second less', ends - 10 * day + 1, 9, true],
    ['in its last second', ends - 1, 0, true],
    ['when it expires', ends, 0, false],
    ['a second later', ends + 1, -1, false],
    ['before it begins', begins - 1, 90, false],
    ['when it begins', begins, 90, true],
  ])('%s', (_when, now, days_left, valid) => {
    expect(describeCertificate(certificate, now)).toMatchObject({ days_left, valid });
  });
});

test('a certificate is told by its names, its kind of key and its fingerprint', () => {
  expect(describeCertificate(certificate, begins)).toEqual({
    subject: 'CN=a.example',
    issuer: 'CN=a.example',
    names: ['a.example'],
    not_before: begins,
    not_after: ends,
    days_left: 90,
    valid: true,
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    key_type: 'ec',
  });
});

test('it is for its names, and for no other', () => {
  expect(['a.example', 'b.example', 'www.a.example', '127.0.0.1'].map((name) => isFor(certificate, name))).toEqual([
    true,
    false,
    false,
    false,
  ]);
});

test('a chain is in order when each is followed by its issuer', () => {
  const other = new X509Certificate(makeCertificate('b.example', { from: -1, to: 1 }, 'rsa').certificate);
  expect([inOrder([]), inOrder([certificate]), inOrder([certificate, other])]).toEqual([true, true, false]);
});

describe('a PEM text', () => {
  test('gives its certificates in order, whatever stands between them', () => {
    const text = `subject=/CN=x\n${made.certificate}junk\n${made.key}\n${made.certificate}`;
    expect(readPem(text).map(({ fingerprint }) => fingerprint)).toEqual([
      certificate.fingerprint,
      certificate.fingerprint,
    ]);
  });
  test('whose base64 is no certificate gives none', () => {
    expect(readPem('-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n')).toEqual([]);
  });
  test('cut or altered anywhere never throws', () => {
    fc.assert(
      fc.property(fc.nat({ max: made.certificate.length }), fc.string({ maxLength: 3 }), (at, into) => {
        const text = made.certificate.slice(0, at) + into + made.certificate.slice(at + into.length);
        for (const found of readPem(text)) describeCertificate(found, ends);
      }),
    );
  });
});

/** Written by OpenSSL 3.0 and 1.1.1. */
describe('why a handshake gave no certificate', () => {
  test.each([
    [
      '40772AC8B27F0000:error:8000006F:system library:BIO_connect:Connection refused:../crypto/bio/bio_sock2.c:117:calling connect()',
      '1',
      'connection refused',
    ],
    [
      '40174362A97F0000:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../ssl/record/ssl3_record.c:350:',
      '1',
      'it does not speak TLS',
    ],
    [
      '139:error:1408F10B:SSL routines:ssl3_get_record:wrong version number:ssl/record/ssl3_record.c:332:',
      '1',
      'it does not speak TLS',
    ],
    [
      '40D7:error:0A000458:SSL routines:ssl3_read_bytes:tlsv1 unrecognized name:../ssl/record/rec_layer_s3.c:1601:SSL alert number 112',
      '1',
      'tlsv1 unrecognized name',
    ],
    ['connect: Connection refused\nconnect:errno=111', '1', 'connect: Connection refused'],
    [
      'CONNECTED(00000003)\n---\nno peer certificate available\n---',
      '1',
      'it ended the handshake without a certificate',
    ],
    ['CONNECTED(00000003)', '124', 'no answer in time'],
    ['', '1', 'it did not speak TLS'],
  ])('%s', (said, rc, expected) => {
    expect(handshakeError(said, rc)).toBe(expected);
  });
});
