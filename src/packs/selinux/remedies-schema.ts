import type { TypeOf } from '../../model/schema.ts';
import { proofKinds } from './proof.ts';
import { absolutePath, accessSchema, booleanName, moduleName, portNumber, protocolName, typeName } from './schemas.ts';

const texts = (description: string) => ({ type: 'array', items: { type: 'string' }, description }) as const;

/** What every remedy tells. */
const common = {
  title: { type: 'string', description: 'What it does, in a few words' },
  opens: { type: 'array', items: accessSchema, description: 'The accesses that must be allowed afterwards: its claim' },
  solves: texts('What it helps, e.g. "tcp/3000 (ntop_port_t)"'),
  reach: { type: 'integer', description: 'How many ports (or, for sockets, domains and directories) become reachable' },
  reach_text: { type: 'string', description: 'The same in words, with who gains it' },
  proof: texts(
    'Why it is enough: rules of this host’s policy, or known ones that the kernel confirms after the change',
  ),
  proved_by: {
    type: 'string',
    enum: proofKinds,
    description:
      'sesearch: a rule of this host’s policy. audit2why: its decision about a made-up record. kernel: its answer of today. unproved: no tool here can tell; the kernel’s answer after the change decides',
  },
  proof_text: { type: 'string', description: 'Proof and kind of proof in words' },
  alternatives: texts('What else would work, narrowest first, with its reach; and what was refused, with the reason'),
} as const;
const commonNames = [
  'title',
  'opens',
  'solves',
  'reach',
  'reach_text',
  'proof',
  'proved_by',
  'proof_text',
  'alternatives',
] as const;

const moduleSchema = {
  type: 'object',
  properties: { name: moduleName, cil: { type: 'string', description: 'The module’s text in CIL' } },
  required: ['name', 'cil'],
} as const;

const booleanRemedySchema = {
  type: 'object',
  properties: { name: booleanName, ...common },
  required: ['name', ...commonNames],
} as const;

const portRemedySchema = {
  type: 'object',
  properties: {
    ports: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          port: portNumber,
          protocol: protocolName,
          type: { ...typeName, description: 'The type that it gets' },
          current_type: { ...typeName, description: 'The type that it has' },
        },
        required: ['port', 'protocol', 'type', 'current_type'],
      },
      description: 'Ports to label',
    },
    booleans: { type: 'array', items: booleanName, description: 'Booleans without which the labels help nothing' },
    ...common,
  },
  required: ['ports', 'booleans', ...commonNames],
} as const;

const socketRemedySchema = {
  type: 'object',
  properties: {
    path: { ...absolutePath, description: 'The socket' },
    fcontexts: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          path: { type: 'string', description: 'The label rule’s regular expression' },
          type: typeName,
          restore: { ...absolutePath, description: 'What is relabelled at once' },
          rule: {
            type: 'boolean',
            description: 'A rule is made; false: the policy’s own rule is right, and only the label is put back',
          },
        },
        required: ['path', 'type', 'restore', 'rule'],
      },
      description: 'Labels that are given, by a new rule or as the policy’s own rules say',
    },
    files: {
      type: 'array',
      items: {
        type: 'object',
        properties: { path: absolutePath, content: { type: 'string', description: 'The whole file' } },
        required: ['path', 'content'],
      },
      description: 'systemd-tmpfiles rules that bring the directory back after a reboot',
    },
    modules: { type: 'array', items: moduleSchema, description: 'One-rule policy modules, for the listener’s domain' },
    ...common,
  },
  required: ['path', 'fcontexts', 'files', 'modules', ...commonNames],
} as const;

const moduleRemedySchema = {
  type: 'object',
  properties: { ...moduleSchema.properties, ...common },
  required: ['name', 'cil', ...commonNames],
} as const;

const openQuestion = {
  type: 'object',
  properties: {
    access: { type: 'string', description: 'What nginx needs' },
    why: { type: 'string', description: 'Why there is no remedy' },
  },
  required: ['access', 'why'],
} as const;

/** What `selinux.remedies` answers: one list for each kind of remedy. */
export const remediesSchema = {
  type: 'object',
  properties: {
    booleans: { type: 'array', items: booleanRemedySchema, description: 'Booleans that are enough by themselves' },
    ports: { type: 'array', items: portRemedySchema, description: 'Port labels, with the boolean that they need' },
    sockets: {
      type: 'array',
      items: socketRemedySchema,
      description: 'Labels of Unix sockets, with the rules for their listeners that they need',
    },
    modules: { type: 'array', items: moduleRemedySchema, description: 'One-rule policy modules' },
    unsolved: { type: 'array', items: openQuestion, description: 'What has no safe remedy' },
    undecided: { type: 'array', items: openQuestion, description: 'What could not be looked at' },
    seen: texts('What the audit log shows as denied, and today’s policy still denies'),
    foreseen: texts('What nginx is configured to do and the policy would deny, though no log shows it yet'),
    stale: texts('Logged denials that today’s policy would allow'),
    unrelated: texts('Logged denials that no upstream explains, or of other domains'),
    drift: texts('Booleans whose value now is not the one after a reboot'),
    until_reboot: {
      type: 'array',
      items: booleanName,
      description:
        'Booleans by which nginx reaches its upstreams now, and that a reboot switches off; with `after_reboot` the remedies are what lasts instead',
    },
    packages: texts('Packages without which the chosen labels cannot be set; to be installed first'),
    enforced: { type: 'boolean', description: 'SELinux enforces, and the worker’s domain is not permissive' },
    summary: { type: 'string', description: 'All of it in one line' },
  },
  required: [
    'booleans',
    'ports',
    'sockets',
    'modules',
    'unsolved',
    'undecided',
    'seen',
    'foreseen',
    'stale',
    'unrelated',
    'drift',
    'until_reboot',
    'packages',
    'enforced',
    'summary',
  ],
} as const;

export type Remedies = TypeOf<typeof remediesSchema>;
export type BooleanRemedy = TypeOf<typeof booleanRemedySchema>;
export type PortRemedy = TypeOf<typeof portRemedySchema>;
export type SocketRemedyResult = TypeOf<typeof socketRemedySchema>;
export type ModuleRemedy = TypeOf<typeof moduleRemedySchema>;
