import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { ObjectSchema } from '../../model/schema.ts';

const day = 86_400;
const longest = 200;

/** A certificate as a runbook sees it; times in epoch seconds. `days_left` and `valid` are told by the host's own clock. */
export interface Certificate {
  readonly subject: string;
  readonly issuer: string;
  readonly names: readonly string[];
  readonly not_before: number;
  readonly not_after: number;
  /** Whole days, rounded down: negative once it has expired. */
  readonly days_left: number;
  /** Neither expired nor still to come. */
  readonly valid: boolean;
  readonly fingerprint: string;
  readonly key_type: 'rsa' | 'ec' | 'other';
}

/** The members of a result that holds a certificate. */
export const certificateProperties = {
  subject: { type: 'string', description: 'Whom it was made out to: CN=www.example.com' },
  issuer: { type: 'string', description: 'Who signed it' },
  names: { type: 'array', items: { type: 'string' }, description: 'Host names and addresses that it is for' },
  not_before: { type: 'integer', description: 'When it becomes valid, epoch seconds' },
  not_after: { type: 'integer', description: 'When it expires, epoch seconds' },
  days_left: {
    type: 'integer',
    description: 'Whole days until then by the host’s clock; negative once it has expired',
  },
  valid: { type: 'boolean', description: 'Neither expired nor still to come, by the host’s clock' },
  fingerprint: { type: 'string', description: 'SHA-256 of it: two with the same one are the same certificate' },
  key_type: { type: 'string', enum: ['rsa', 'ec', 'other'], description: 'Kind of its public key' },
} as const satisfies ObjectSchema['properties'];

/** All of them are always there. */
export const certificateNames = [
  'subject',
  'issuer',
  'names',
  'not_before',
  'not_after',
  'days_left',
  'valid',
  'fingerprint',
  'key_type',
] as const;

/** What stands in a member where there is no certificate. */
export const noCertificate: Certificate = {
  subject: '',
  issuer: '',
  names: [],
  not_before: 0,
  not_after: 0,
  days_left: 0,
  valid: false,
  fingerprint: '',
  key_type: 'other',
};

/** Every certificate in a PEM text, in order; those that cannot be read are left out. More than 20 are nobody's chain. */
export function readPem(text: string): readonly X509Certificate[] {
  const blocks = text.match(
    /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END (?:TRUSTED )?CERTIFICATE-----/g,
  );
  return (blocks ?? []).slice(0, 20).flatMap(readBlock);
}

/** What a host sends may be made to break us: a key or a date that cannot be read is no certificate either. */
function readBlock(block: string): readonly X509Certificate[] {
  try {
    const certificate = new X509Certificate(block);
    publicKeyOf(certificate);
    return Number.isFinite(epochOf(certificate.validFrom) + epochOf(certificate.validTo)) ? [certificate] : [];
  } catch {
    return [];
  }
}

/** @param now the host's clock, epoch seconds */
export function describeCertificate(certificate: X509Certificate, now: number): Certificate {
  const notBefore = epochOf(certificate.validFrom);
  const notAfter = epochOf(certificate.validTo);
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: namesOf(certificate),
    not_before: notBefore,
    not_after: notAfter,
    days_left: Math.floor((notAfter - now) / day),
    valid: notBefore <= now && now < notAfter,
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    key_type: keyType(certificate),
  };
}

/** Whether each certificate of a chain was issued by the next one: the order in which a server has to send them. */
export function inOrder(chain: readonly X509Certificate[]): boolean {
  return chain.every((each, at) => {
    const next = chain[at + 1];
    return next === undefined || each.checkIssued(next);
  });
}

/** Whether it is for this host name or IP address. */
export function isFor(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
}

/** The public key as PEM without line ends, to be compared. */
export function publicKeyOf(certificate: X509Certificate): string {
  return bare(String(certificate.publicKey.export({ type: 'spki', format: 'pem' })));
}

/** PEM text without its white space. */
export function bare(pem: string): string {
  return pem.replaceAll(/\s/g, '');
}

function epochOf(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}

function keyType({ publicKey }: X509Certificate): Certificate['key_type'] {
  const type = publicKey.asymmetricKeyType;
  return type === 'rsa' || type === 'ec' ? type : 'other';
}

/** node writes one part of a name on each line. */
function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').join(', ').slice(0, longest);
}

function namesOf({ subjectAltName, subject }: X509Certificate): readonly string[] {
  const listed = (subjectAltName ?? '')
    .split(', ')
    .flatMap((entry) => /^(?:DNS|IP Address):(.+)$/.exec(entry)?.[1] ?? []);
  const common = /(?:^|\n)CN=(.+)/.exec(subject ?? '')?.[1];
  return listed.length > 0 || common === undefined ? listed.slice(0, 100) : [common.slice(0, longest)];
}
