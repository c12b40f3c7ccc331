import { defineProbe, unreadable } from '../../model/probe.ts';
import { type Fields, parseFields, word, words } from '../core/fields.ts';
import { absolutePath } from '../core/params.ts';
import { firstLine, whyNot } from '../core/why-not.ts';
import { type Lineage, readLineage } from './renewal.ts';
import { renewalScript } from './renewal-script.ts';

export default defineProbe({
  name: 'tls.renewal',
  summary:
    'Which tool renews each certificate file (certbot, acme.sh, certmonger), and whether anything still starts it.',
  params: {
    type: 'object',
    properties: {
      certificates: {
        type: 'array',
        items: absolutePath,
        maxItems: 500,
        description: 'Certificate files, as servers name them',
      },
    },
    required: ['certificates'],
  },
  result: {
    type: 'array',
    items: {
      type: 'object',
      properties: {
        certificate: { type: 'string', description: 'The file asked for' },
        tool: {
          type: 'string',
          enum: ['certbot', 'acme.sh', 'certmonger', 'none'],
          description: 'none: no such tool knows the file',
        },
        name: { type: 'string', description: 'What the tool calls it' },
        ecc: { type: 'boolean', description: 'acme.sh keeps it apart, as one with an elliptic curve key' },
        by_hand: { type: 'string', description: 'Why the tool does not renew it by itself; empty when it does' },
        scheduled: { type: 'boolean', description: 'A timer, a service or cron starts the tool by itself' },
        unit: { type: 'string', description: 'The unit that does, or should; empty without one' },
        last_run: {
          type: 'string',
          description: 'How the run that it started last ended: success, exit-code, …; empty without one',
        },
      },
      required: ['certificate', 'tool', 'name', 'ecc', 'by_hand', 'scheduled', 'unit', 'last_run'],
    },
  },
  reads: ({ certificates }) => [
    ...certificates.map((path) => `file:${path}`),
    'file:/etc/letsencrypt/*',
    'file:/etc/cron.d/*',
    'service',
  ],
  async read(host, { certificates }) {
    const what = 'cannot tell what renews the certificates';
    const answer = await host.run({ script: renewalScript, variables: { certificates: certificates.join('\n') } });
    if (answer.rc !== 0 || answer.truncated) return unreadable(whyNot(answer, what));
    const fields = parseFields(answer.stdout);
    const forbidden = word(fields, 'forbidden');
    if (forbidden !== undefined) return unreadable(`${what}: ${firstLine(forbidden)} cannot be read: needs root`);
    if (fields.has('more')) return unreadable(`${what}: there are more than 300 of them`);
    const known = lineages(fields);
    const real = realPaths(fields);
    return certificates.map((certificate) => {
      const found = known.find(
        ({ files }) => files.includes(certificate) || files.includes(real.get(certificate) ?? ''),
      );
      if (!found) return { certificate, ...unknownToAll };
      const { tool, name, ecc, by_hand } = found;
      return { certificate, tool, name, ecc, by_hand, ...schedule(fields, tool) };
    });
  },
});

const unknownToAll = {
  tool: 'none',
  name: '',
  ecc: false,
  by_hand: '',
  scheduled: false,
  unit: '',
  last_run: '',
} as const;

function lineages(fields: Fields): readonly Lineage[] {
  const texts = words(fields, 'text').map(decode);
  return words(fields, 'file').flatMap((path, at) => readLineage(decode(path), texts[at] ?? '') ?? []);
}

function realPaths(fields: Fields): ReadonlyMap<string, string> {
  const real = words(fields, 'real').map(decode);
  return new Map(words(fields, 'asked').map((path, at) => [decode(path), real[at] ?? '']));
}

function decode(hex: string): string {
  return Buffer.from(hex, 'hex').toString('utf8');
}

/** The unit that runs counts; of several that do not, the first. */
function schedule(fields: Fields, tool: Lineage['tool']) {
  const units = words(fields, 'unit').flatMap((line) => {
    const [of, unit = '', active, enabled, result = ''] = line.split(' ');
    return of === tool ? [{ unit, runs: active === '1' && enabled === '1', result }] : [];
  });
  const found = units.find(({ runs }) => runs) ?? units[0];
  return {
    scheduled: found?.runs === true || words(fields, 'cron').includes(tool),
    unit: found?.unit ?? '',
    last_run: found?.result ?? '',
  };
}
