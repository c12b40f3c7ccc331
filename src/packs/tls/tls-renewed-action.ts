import { defineAction, irreversible } from '../../model/action.ts';
import type { Command } from '../../model/command.ts';
import { unreadable } from '../../model/probe.ts';
import { fieldFunctions, integer, parseFields, text, word } from '../core/fields.ts';
import { absolutePath } from '../core/params.ts';
import { whyNot } from '../core/why-not.ts';
import { describeCertificate, readPem } from './certificate.ts';
import { certificateFunctions } from './certificate-script.ts';

interface State {
  readonly days_left: number;
  /** The tool's own program; empty when it is not there. */
  readonly program: string;
}
interface Change {
  readonly certificate: string;
  readonly tool: 'certbot' | 'acme.sh' | 'certmonger';
  readonly name: string;
  readonly ecc: boolean;
  readonly program: string;
  readonly days_left: number;
}

const script = `${fieldFunctions}${certificateFunctions}
plain now "$(date +%s)"
certificates "$certificate" | hex pem
case $tool in
  certbot) program=$(command -v certbot || command -v /snap/bin/certbot);;
  acme.sh) for program in "$HOME/.acme.sh/acme.sh" /root/.acme.sh/acme.sh ''; do [ -x "$program" ] && break; done;;
  certmonger) program=$(command -v getcert);;
esac
plain program "$program"
:
`;

export default defineAction({
  name: 'tls.renewed',
  summary:
    'A certificate file is valid for so many days more: renewed by the tool that keeps it, as that tool is configured.',
  params: {
    type: 'object',
    properties: {
      certificate: { ...absolutePath, description: 'The certificate’s file' },
      tool: {
        type: 'string',
        enum: ['certbot', 'acme.sh', 'certmonger'],
        description: 'Which tool keeps it, as `tls.renewal` says',
      },
      name: {
        type: 'string',
        pattern: '^[A-Za-z0-9_*][A-Za-z0-9_.*-]{0,252}$',
        description: 'What the tool calls it, as `tls.renewal` says',
      },
      ecc: {
        type: 'boolean',
        default: false,
        description: 'acme.sh keeps it apart, as one with an elliptic curve key',
      },
      days: { type: 'integer', minimum: 1, maximum: 3650, description: 'For how many days at least it shall be valid' },
    },
    required: ['certificate', 'tool', 'name', 'days'],
  },
  reads: ({ certificate }) => [`file:${certificate}`],
  // The file is usually a link; what it points to is written.
  touches: ({ certificate }: Change) => [`file:${certificate}`, 'file:/etc/letsencrypt/*', 'tls'],
  async inspect(host, { certificate, tool }) {
    const answer = await host.run({ script, variables: { certificate, tool } });
    const what = `cannot look at ${certificate}`;
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, what));
    const fields = parseFields(answer.stdout);
    const now = integer(fields, 'now');
    const [own] = readPem(text(fields, 'pem') ?? '');
    if (now === undefined || own === undefined) return unreadable(`${what}: there is no certificate in it`);
    const program = word(fields, 'program') ?? '';
    if (program === '') return unreadable(`${tool} is not installed on this host`);
    return { days_left: describeCertificate(own, now).days_left, program };
  },
  diff: (state: State, { certificate, tool, name, ecc, days }): Change | undefined =>
    state.days_left >= days ? undefined : { certificate, tool, name, ecc, ...state },
  describe: ({ certificate, tool, name, ecc, days_left }) =>
    `${certificate}: ${days_left} days left → renewed by ${tool} (${name}${ecc ? ', ecc' : ''})`,
  apply: (change) => [renew(change)],
  rollback: irreversible('the certificate authority has issued a certificate, and counts it'),
});

/** None is forced: a tool that thinks it too early renews nothing, and then the fix fails and says so. */
function renew({ tool, name, ecc, program, certificate }: Change): Command {
  switch (tool) {
    case 'certbot':
      return { argv: [program, 'renew', '--cert-name', name, '--non-interactive', '--no-random-sleep-on-renew'] };
    case 'acme.sh':
      return {
        argv: [program, '--renew', '-d', name, ...(ecc ? ['--ecc'] : []), '--home', program.replace(/\/[^/]*$/, '')],
      };
    case 'certmonger':
      return { argv: [program, 'resubmit', '-w', '-f', certificate] };
  }
}
