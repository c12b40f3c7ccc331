import { defineProbe, unreadable } from '../../model/probe.ts';
import { fieldFunctions, integer, parseFields, text, word } from '../core/fields.ts';
import { absolutePath } from '../core/params.ts';
import { firstLine, whyNot } from '../core/why-not.ts';
import {
  bare,
  certificateNames,
  certificateProperties,
  describeCertificate,
  inOrder,
  noCertificate,
  publicKeyOf,
  readPem,
} from './certificate.ts';
import { certificateFunctions } from './certificate-script.ts';

/** The key never leaves the host: openssl computes its public half there. `-passin` keeps it from asking for a password. */
const script = `${fieldFunctions}${certificateFunctions}
plain now "$(date +%s)"
if [ ! -e "$certificate" ]; then plain missing 1
elif [ ! -r "$certificate" ] || ! head -c 1 "$certificate" >/dev/null 2>&1; then plain forbidden "$certificate"
else certificates "$certificate" | hex pem
fi
if [ -n "$key" ]; then
  if [ ! -e "$key" ]; then plain key_missing 1
  elif [ ! -r "$key" ]; then plain forbidden "$key"
  elif grep -q ENCRYPTED "$key"; then plain key_locked 1
  elif command -v openssl >/dev/null 2>&1; then
    public=$(openssl pkey -in "$key" -passin pass: -pubout 2>/dev/null) || plain key_bad 1
    plain key "$(printf %s "$public" | tr -d ' \\n')"
  fi
fi
:
`;

export default defineProbe({
  name: 'tls.file',
  summary: 'The certificate in a file, how long it is valid, and whether a server could use it with its key.',
  params: {
    type: 'object',
    properties: {
      certificate: { ...absolutePath, description: 'PEM file: the server’s certificate first, then its chain' },
      key: {
        ...absolutePath,
        pattern: '^(?:/[^\\u0000\\n\\r]*)?$',
        default: '',
        description: 'File of the private key, which is only compared, on the host; empty: not compared',
      },
    },
    required: ['certificate'],
  },
  result: {
    type: 'object',
    properties: {
      certificate: { type: 'string', description: 'The file asked for' },
      usable: {
        type: 'boolean',
        description: 'A server could load it: it is there, it is a certificate, and the key is its own',
      },
      why_not: { type: 'string', description: 'Why a server could not; absent when it could' },
      chain: { type: 'integer', description: 'How many certificates the file holds, the server’s own included' },
      in_order: { type: 'boolean', description: 'Each is followed by the one that issued it; true for a single one' },
      ...certificateProperties,
    },
    required: ['certificate', 'usable', 'chain', 'in_order', ...certificateNames],
  },
  reads: ({ certificate, key }) => [certificate, ...(key === '' ? [] : [key])].map((path) => `file:${path}`),
  fingerprint: ({ fingerprint, usable }) => ({ fingerprint, usable }),
  async read(host, { certificate, key }) {
    const answer = await host.run({ script, variables: { certificate, key } });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, `cannot look at ${certificate}`));
    const fields = parseFields(answer.stdout);
    const now = integer(fields, 'now');
    const forbidden = word(fields, 'forbidden');
    if (forbidden !== undefined) return unreadable(`${firstLine(forbidden)} cannot be read: needs root`);
    if (now === undefined) return unreadable(`cannot look at ${certificate}: the host does not tell its time`);
    const chain = readPem(text(fields, 'pem') ?? '');
    const [own] = chain;
    const told = { certificate, chain: chain.length, in_order: inOrder(chain) };
    if (own === undefined) {
      const why_not = fields.has('missing') ? 'there is no such file' : 'there is no certificate in it';
      return { ...told, usable: false, why_not, ...noCertificate };
    }
    const said = word(fields, 'key');
    const why = fields.has('key_missing')
      ? `its key ${key} is missing`
      : fields.has('key_bad')
        ? `${key} holds no private key`
        : said !== undefined && bare(said) !== publicKeyOf(own)
          ? `its key is not the one in ${key}`
          : undefined;
    return {
      ...told,
      usable: why === undefined,
      ...(why === undefined ? {} : { why_not: why }),
      ...describeCertificate(own, now),
    };
  },
});
