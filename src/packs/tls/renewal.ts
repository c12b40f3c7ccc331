/** Which tool renews a certificate, as its own configuration says. */
export interface Lineage {
  readonly tool: 'certbot' | 'acme.sh' | 'certmonger';
  /** What the tool calls it. */
  readonly name: string;
  /** Every file that the tool writes for it. */
  readonly files: readonly string[];
  /** Why it does not renew it by itself; empty when it does. */
  readonly by_hand: string;
  /** acme.sh: it is kept apart, as one with an elliptic curve key. */
  readonly ecc: boolean;
}

/** Reads one file that `renewalScript` found; `undefined` when it is none of a lineage. */
export function readLineage(path: string, text: string): Lineage | undefined {
  if (path.startsWith('/etc/letsencrypt/renewal/')) return certbotLineage(path, text);
  if (path.includes('/.acme.sh/') || /(?:^|\n)Le_Domain=/.test(text)) return acmeLineage(path, text);
  return certmongerLineage(text);
}

function certbotLineage(path: string, text: string): Lineage | undefined {
  const value = (key: string) => new RegExp(`^\\s*${key}\\s*=\\s*(.*?)\\s*$`, 'm').exec(text)?.[1] ?? '';
  const files = ['fullchain', 'cert', 'chain'].map(value).filter(isPath);
  if (files.length === 0) return undefined;
  const byHand =
    value('authenticator') === 'manual' && value('manual_auth_hook') === ''
      ? 'certbot got it by hand (authenticator manual, without a hook)'
      : value('autorenew') === 'False'
        ? 'its renewal is switched off (autorenew = False)'
        : '';
  const name = (path.split('/').at(-1) ?? '').replace(/\.conf$/, '');
  return isName(name) ? { tool: 'certbot', name, files, by_hand: byHand, ecc: false } : undefined;
}

/** acme.sh writes `Le_Name='value'`, as its own shell reads it back. */
function acmeLineage(path: string, text: string): Lineage | undefined {
  const value = (key: string) => new RegExp(`^${key}='([^'\\n]*)'`, 'm').exec(text)?.[1] ?? '';
  const name = value('Le_Domain');
  const folder = path.slice(0, path.lastIndexOf('/'));
  const installed = ['Le_RealFullChainPath', 'Le_RealCertPath'].map(value);
  const files = [...installed, `${folder}/fullchain.cer`, `${folder}/${name}.cer`].filter(isPath);
  const byHand = value('Le_Webroot') === 'dns' ? 'acme.sh got it by hand (DNS manual mode)' : '';
  return isName(name) ? { tool: 'acme.sh', name, files, by_hand: byHand, ecc: folder.endsWith('_ecc') } : undefined;
}

function certmongerLineage(text: string): Lineage | undefined {
  const value = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(text)?.[1] ?? '';
  const [id, file] = [value('id'), value('cert_file')];
  if (!isName(id) || !isPath(file)) return undefined;
  const byHand = value('autorenew') === '0' ? 'its renewal is switched off (autorenew=0)' : '';
  return { tool: 'certmonger', name: id, files: [file], by_hand: byHand, ecc: false };
}

/** What may stand as a name in an argument list, and is no option. */
function isName(name: string): boolean {
  return /^[A-Za-z0-9_*][A-Za-z0-9_.*-]{0,252}$/.test(name);
}

function isPath(path: string): boolean {
  return path.startsWith('/') && path.length <= 4096;
}
