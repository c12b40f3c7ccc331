import { defineProbe, unreadable } from '../../model/probe.ts';
import { timeoutMs, timeoutParam } from '../core/duration-param.ts';
import { fieldFunctions, integer, parseFields, text, word } from '../core/fields.ts';
import { networkAddress, withoutBrackets } from '../core/params.ts';
import { firstLine, whyNot } from '../core/why-not.ts';
import {
  certificateNames,
  certificateProperties,
  describeCertificate,
  inOrder,
  isFor,
  noCertificate,
  readPem,
} from './certificate.ts';

/** `timeout` is in coreutils and BusyBox; where it is missing the lane's own deadline is left. */
const script = `${fieldFunctions}
command -v openssl >/dev/null 2>&1 || { plain no_tool 1; exit 0; }
set -- openssl s_client -connect "$server" -showcerts
if [ -n "$name" ]; then set -- "$@" -servername "$name"; else set -- "$@" -noservername; fi
if [ -n "$sigalgs" ]; then set -- "$@" -sigalgs "$sigalgs"; fi
if command -v timeout >/dev/null 2>&1; then set -- timeout "$seconds" "$@"; fi
plain now "$(date +%s)"
said=$("$@" 2>&1 </dev/null)
plain rc $?
printf '%s\\n' "$said" | head -c 300000 | hex said
`;

/** What a client of one kind of key offers: a server with two certificates then shows the one of that kind. */
const offers = {
  any: '',
  rsa: 'rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:rsa_pkcs1_sha256:rsa_pkcs1_sha384:rsa_pkcs1_sha512',
  ec: 'ecdsa_secp256r1_sha256:ecdsa_secp384r1_sha384:ecdsa_secp521r1_sha512',
  other: '',
} as const;

export default defineProbe({
  name: 'tls.endpoint',
  summary: 'Which certificate a TLS server really serves for a name, asked from the host.',
  params: {
    type: 'object',
    properties: {
      address: { ...networkAddress, description: 'Host name or IP address, as seen from the host' },
      port: { type: 'integer', minimum: 1, maximum: 65_535, description: 'Port' },
      name: {
        type: 'string',
        pattern: '^(?:[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252}))?$',
        default: '',
        description: 'The name that the client asks for (SNI); empty: none',
      },
      key_type: {
        type: 'string',
        enum: ['any', 'rsa', 'ec', 'other'],
        default: 'any',
        description: 'Of a server with two certificates, the one with this kind of key',
      },
      timeout: timeoutParam,
    },
    required: ['address', 'port'],
  },
  result: {
    type: 'object',
    properties: {
      address: { type: 'string', description: 'The address asked for' },
      port: { type: 'integer', description: 'The port asked for' },
      name: { type: 'string', description: 'The name asked for' },
      answered: { type: 'boolean', description: 'It showed a certificate' },
      error: { type: 'string', description: 'Why not; absent when it did' },
      matches_name: { type: 'boolean', description: 'The certificate is for the name asked for; true without a name' },
      chain: { type: 'integer', description: 'How many certificates it sends, its own included' },
      in_order: { type: 'boolean', description: 'Each is followed by the one that issued it; true for a single one' },
      ...certificateProperties,
    },
    required: ['address', 'port', 'name', 'answered', 'matches_name', 'chain', 'in_order', ...certificateNames],
  },
  reads: ({ address, port }) => [`tls:${address}:${port}`, 'service', 'route'],
  fingerprint: ({ answered, fingerprint }) => ({ answered, fingerprint }),
  async read(host, { address, port, name, key_type, timeout }) {
    const ms = timeoutMs(timeout);
    const bare = withoutBrackets(address);
    const variables = {
      server: bare.includes(':') ? `[${bare}]:${port}` : `${bare}:${port}`,
      name,
      sigalgs: offers[key_type],
      seconds: String(Math.ceil(ms / 1000)),
    };
    const what = `cannot ask ${address}:${port} for its certificate`;
    const answer = await host.run({ script, variables, timeoutMs: ms + 5000 });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, what));
    const fields = parseFields(answer.stdout);
    if (fields.has('no_tool')) return unreadable(`${what}: that needs openssl on the host`);
    const now = integer(fields, 'now');
    const said = text(fields, 'said');
    if (now === undefined || said === undefined) return unreadable(`${what}: its answer is not whole`);
    const chain = readPem(said);
    const [own] = chain;
    const told = { address, port, name, chain: chain.length, in_order: inOrder(chain) };
    if (own === undefined) {
      const error = handshakeError(said, word(fields, 'rc') ?? '');
      return { ...told, answered: false, error, matches_name: false, ...noCertificate };
    }
    const matches_name = name === '' || isFor(own, name);
    return { ...told, answered: true, matches_name, ...describeCertificate(own, now) };
  },
});

/** Why there is no certificate, out of what s_client of OpenSSL 1.1 and 3 writes. */
export function handshakeError(said: string, rc: string): string {
  if (rc === '124' || rc === '143') return 'no answer in time';
  const reason = /error:[0-9A-F]{8}:[^:\n]*:[^:\n]*:([^:\n]+)/.exec(said)?.[1]?.toLowerCase();
  if (reason === 'wrong version number') return 'it does not speak TLS';
  if (reason !== undefined) return reason;
  if (/no peer certificate available/.test(said)) return 'it ended the handshake without a certificate';
  return firstLine(said) || 'it did not speak TLS';
}
