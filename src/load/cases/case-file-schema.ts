import { stepOutcomes, verdicts } from '../../model/result.ts';
import type { JsonSchema } from '../json-schema.ts';

// The shape of NAME.test.yaml and of what `mendgate record` writes. What the answers themselves look like, the packs say.

const named = (description: string, additionalProperties: JsonSchema | true = true): JsonSchema => ({
  type: 'object',
  description,
  additionalProperties,
});
const text = (description: string): JsonSchema => ({ type: 'string', minLength: 1, description });
const texts = (description: string): JsonSchema => ({ type: 'array', items: { type: 'string' }, description });

const answersOf = {
  answers: named(
    "What probes tell: a probe's name, or the name that the runbook gives a reading, and its result. What a result must have and is not written is blank: false, 0, an empty text or list. Laid over the answers of `like` and `recording`; null takes a member away.",
  ),
  states: named(
    'What actions see: an action\'s name and its state, as `mendgate record` writes it, or "as_wanted": nothing is left to do.',
  ),
  unknown: named('Probes that cannot be read here, and why.', { type: 'string' }),
  readings: {
    type: 'array',
    description: 'Answers to one question among several: that with these params.',
    items: { $ref: '#/$defs/reading' },
  },
} satisfies JsonSchema;

const reading: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  description: 'One reading of a host.',
  properties: {
    probe: text("A probe's name, or the name that the runbook gives a reading."),
    inspect: text("An action's name."),
    params: named('The question has these params at least.'),
    become: { type: ['string', 'boolean'], description: 'As whom it is asked.' },
    on: text('The host that is asked, where that is another one (`delegate_to`).'),
    commands: texts('What ran on the host, for the reader. Nothing looks at it.'),
    result: { description: "The probe's result." },
    state: { description: 'What the action sees.' },
    unknown: text('Why there is no answer.'),
  },
};

const host: JsonSchema = {
  type: ['object', 'string', 'null'],
  description: 'What the host answers: the name of one of `hosts`, or its answers.',
  additionalProperties: false,
  properties: {
    like: text('The name of one of `hosts`: what is not said here is as there.'),
    recording: text('A file that `mendgate record` wrote, beside this one.'),
    ...answersOf,
    after: named('What it answers once the fix of this step (`STEP`, `STEP.ALTERNATIVE`) stands.', {
      type: 'object',
      additionalProperties: false,
      description: 'Answers after a fix.',
      properties: answersOf,
    }),
    failing: named('Actions whose commands fail here.', {
      type: 'object',
      additionalProperties: false,
      description: 'How they fail.',
      properties: {
        rc: { type: 'integer', minimum: 1, maximum: 255, description: 'Exit code. Default 1.' },
        stderr: { type: 'string', description: 'What the command complains of.' },
      },
    }),
  },
};

const expectation = (description: string): JsonSchema => ({
  type: ['object', 'null'],
  description: `${description} What is left out is not looked at; a text between slashes is a pattern.`,
  additionalProperties: false,
  properties: {
    verdict: { type: 'string', enum: verdicts, description: 'What becomes of the host.' },
    reason: text('Why, for a verdict that needs a reason.'),
    symptom: { type: 'string', enum: ['present', 'absent', 'unknown', 'none'], description: 'The symptom at the end.' },
    see: text('The runbook that the conclusion turns to.'),
    diagnosis: text('The conclusion, or the titles of the steps that are due with the kinds of their changes.'),
    steps: named('Steps by id: the result, or result and reason.', {
      type: ['string', 'object'],
      description: 'A result, or result and reason.',
      additionalProperties: false,
      properties: {
        result: { type: 'string', enum: stepOutcomes, description: 'How the step ends.' },
        reason: text('Why.'),
      },
    }),
    changes: texts('All changes in order, one line each, as the plan says them.'),
    commands: texts('The commands of these changes, in order, as the plan says them.'),
    notes: texts('All notes, in order.'),
    asks: texts('What somebody is asked (`confirm`) before a change is made, in order.'),
    outputs: named("The runbook's outputs."),
  },
});

/** A case file, `NAME.test.yaml`. */
export const caseFileSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $comment: 'generated; do not edit',
  title: 'mendgate test',
  description: 'Cases of a runbook: what a host answers, and what the runbook must come to. Runs without any host.',
  type: 'object',
  additionalProperties: false,
  required: ['runbook', 'cases'],
  properties: {
    runbook: text('The runbook, beside this file.'),
    hosts: named('Hosts that several cases are like.', { $ref: '#/$defs/host' }),
    cases: {
      type: 'array',
      minItems: 1,
      description: 'Each is one host.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['name'],
        description: 'One host, and what the runbook must come to there.',
        properties: {
          name: text('What is special about it.'),
          params: named("The runbook's params; those left out have their defaults."),
          host: { $ref: '#/$defs/host' },
          host_name: text('What `host.name` is. Default: host.'),
          groups: texts('What `host.groups` are.'),
          approve: {
            type: 'boolean',
            description: 'What `confirm` is answered, and what cannot be undone. Default true.',
          },
          dry: expectation('What a dry run comes to.'),
          real: expectation('What a real run comes to.'),
        },
      },
    },
    unnoticed: {
      type: 'array',
      description: 'Answers that no case notices (`mendgate test --mutate`), and why that is right.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['answer', 'because'],
        description: 'One answer that no case notices.',
        properties: {
          answer: text('As `--mutate` names it; a trailing `*` stands for any rest.'),
          because: text('Why no case has to notice it.'),
        },
      },
    },
  },
  $defs: { host, reading },
} satisfies JsonSchema;

/** What `mendgate record` writes. */
export const hostFileSchema: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['recording', 'readings'],
  properties: {
    recording: { type: 'integer', minimum: 1, maximum: 1, description: 'Version of this format.' },
    runbook: text('Id of the runbook that looked.'),
    host: text('Who answered.'),
    at: text('When, UTC.'),
    mendgate: text('Which version looked.'),
    verdict: text('What the dry run came to.'),
    params: named('With which params. A secret is ***.'),
    readings: answersOf.readings,
  },
  $defs: { reading },
};
