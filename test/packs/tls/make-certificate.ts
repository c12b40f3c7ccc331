import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How many days from now it is valid; negative: before now. */
export interface Validity {
  readonly from: number;
  readonly to: number;
}

export interface MadeCertificate {
  /** PEM */
  readonly certificate: string;
  /** PEM */
  readonly key: string;
}

const keyOptions = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  rsa: ['-newkey', 'rsa:2048'],
} as const;

/** A certificate that signs itself, made by openssl. `openssl req` knows no dates, `openssl ca` does. */
export function makeCertificate(name: string, { from, to }: Validity, key: 'ec' | 'rsa' = 'ec'): MadeCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'mendgate-ca-'));
  try {
    const config = join(folder, 'ca.conf');
    const settings = ['new_certs_dir', 'database', 'serial', 'default_md', 'policy', 'x509_extensions'];
    const values = [folder, join(folder, 'index'), join(folder, 'serial'), 'sha256', 'any', 'for_name'];
    writeFileSync(
      config,
      `[ca]\ndefault_ca = it\n[it]\n${settings.map((setting, at) => `${setting} = ${values[at]}\n`).join('')}rand_serial = yes\n[any]\ncommonName = supplied\n[for_name]\nsubjectAltName = DNS:${name}\n`,
    );
    writeFileSync(join(folder, 'index'), '');
    const files = {
      key: join(folder, 'key.pem'),
      request: join(folder, 'request.pem'),
      made: join(folder, 'made.pem'),
    };
    const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
    openssl('req', ...keyOptions[key], '-nodes', '-keyout', files.key, '-out', files.request, '-subj', `/CN=${name}`);
    const dates = ['-startdate', stamp(from), '-enddate', stamp(to)];
    openssl(
      'ca',
      '-batch',
      '-selfsign',
      '-notext',
      '-config',
      config,
      '-keyfile',
      files.key,
      ...dates,
      '-in',
      files.request,
      '-out',
      files.made,
    );
    return { certificate: readFileSync(files.made, 'utf8'), key: readFileSync(files.key, 'utf8') };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Days from now as `YYYYMMDDhhmmssZ`. */
function stamp(days: number): string {
  return new Date(Date.now() + days * 86_400_000).toISOString().replaceAll(/[-:T]|\.\d+/g, '');
}
