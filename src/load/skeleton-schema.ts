import { durationPattern, type JsonSchema } from './json-schema.ts';
import { param } from './param-schema.ts';
import { alternative, check, conclusion, condition, ref, risky, step } from './step-schema.ts';

/** Schema = shape; `check-*.ts` = meaning (names, types of expressions, order). */

/** More are a program's work, and each name is looked at with each. */
export const maxSteps = 500;
export const maxProbes = 200;

/** What each key of a call besides the probe's or action's name means. */
export const probeModifiers: JsonSchema = {
  for_each: { ...ref('forEach'), description: 'The call once for each item; the result is a list in the same order.' },
  as: { ...ref('name'), description: 'Name of the item in this call.', default: 'item' },
  become: { ...ref('become'), description: 'As whom this call runs.' },
  timeout: { ...ref('duration'), description: 'How long this call may take.' },
  reads: { ...ref('resources'), description: 'Commands only: what it reads; default everything.' },
  delegate_to: { type: 'string', description: 'Carried out on this host of the inventory.' },
};
export const actionModifiers: JsonSchema = {
  when: { ...ref('condition'), description: 'False: this call is left out.' },
  for_each: { ...ref('forEach'), description: 'The call once for each item, in order, in the same unit.' },
  as: { ...ref('name'), description: 'Name of the item in this call.', default: 'item' },
  become: { ...ref('become'), description: 'As whom this call runs.' },
  timeout: { ...ref('duration'), description: 'How long this call may take.' },
  touches: { ...ref('resources'), description: 'Commands only: what it changes; default everything.' },
  delegate_to: { type: 'string', description: 'Carried out on this host of the inventory.' },
};

const call = (modifiers: JsonSchema): JsonSchema => ({
  type: 'object',
  properties: modifiers,
  patternProperties: { '^[^.]+\\.': {} },
  additionalProperties: false,
});

/** The shape of a runbook without any pack: calls may have any name with a dot and any params. */
export const skeletonSchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'A mendgate runbook',
  type: 'object',
  properties: {
    runbook: {
      type: 'string',
      pattern: '^[a-z][a-z0-9_-]*$',
      maxLength: 100,
      description: 'Id: what see:, use: and the history name.',
    },
    title: { type: 'string', description: 'What it mends, for the operator.' },
    hosts: {
      type: 'string',
      minLength: 1,
      default: 'all',
      description: 'On which hosts it may run; -l only narrows it.',
    },
    params: {
      type: 'object',
      propertyNames: ref('name'),
      additionalProperties: ref('param'),
      description: 'What can be set from outside: -e, then the inventory variable of that name, then the default.',
    },
    packs: { type: 'array', items: { type: 'string' }, description: 'Your own: ./packs/app.ts, mendgate-pack-x.' },
    requires: {
      type: 'object',
      description: 'What mendgate itself must be able to do.',
      properties: { mendgate: { type: 'string', description: 'Version of mendgate, ">=1.2".' } },
      additionalProperties: false,
    },
    become: {
      ...ref('become'),
      description: 'As whom commands run; the nearest of call, step, runbook, inventory wins.',
    },
    symptom: {
      type: 'object',
      description: 'What the user suffers: looked at first, after each fix, at the end. It alone decides the verdict.',
      properties: {
        probes: ref('probes'),
        present: { ...ref('condition'), description: 'True: the host has it.' },
        gone: {
          ...ref('check'),
          description: 'How its absence is seen after a fix; default: the same probes, not present.',
        },
      },
      required: ['present'],
      additionalProperties: false,
    },
    steps: {
      type: 'array',
      minItems: 1,
      maxItems: maxSteps,
      items: ref('step'),
      description: 'In order, each host for itself.',
    },
    if_not_fixed: {
      enum: ['rollback', 'keep'],
      default: 'rollback',
      description:
        'The symptom is still there after the last step: undo all steps of this run, or leave what was verified.',
    },
    batches: {
      type: 'array',
      minItems: 1,
      items: { type: ['integer', 'string'], minimum: 1, pattern: '^(?:[1-9][0-9]?|100)%$' },
      description: 'Hosts at a time, as counts or percents; the last entry repeats.',
    },
    pause: { ...ref('duration'), description: 'Between two batches.' },
    max_fail: {
      type: ['integer', 'string'],
      minimum: 0,
      pattern: '^(?:[0-9]|[1-9][0-9]|100)%$',
      description: 'More bad hosts than this: nobody else begins.',
    },
    outputs: {
      type: 'object',
      propertyNames: ref('name'),
      additionalProperties: { type: ['string', 'boolean'] },
      description: 'Name → CEL, into report and JSON.',
    },
  },
  required: ['runbook', 'title', 'steps'],
  additionalProperties: false,
  $defs: {
    name: { type: 'string', pattern: '^[a-z][a-z0-9_]*$', maxLength: 64 },
    duration: { type: 'string', pattern: durationPattern },
    condition,
    become: {
      type: ['boolean', 'string'],
      pattern: '^(?!(?:on|off|yes|no|y|n|true|false)$)[a-z_][a-z0-9_.-]{0,31}[$]?$',
    },
    resources: {
      type: 'array',
      items: {
        type: 'string',
        pattern:
          '^(?:[*]|file:/[^\\s]*|service:[^\\s/:]+|(?!(?:file|service):)[a-z][a-z0-9_]*(?:[.][a-z][a-z0-9_]*)*(?::[^\\s/][^\\s]*)?)$',
        description: 'like `file:/etc/x`, `service:nginx`, `selinux.port:*`, a whole domain, `haproxy`, or `*`',
      },
    },
    forEach: { description: 'CEL that yields a list, or a literal list.', type: ['string', 'array'] },
    probes: {
      type: 'object',
      maxProperties: maxProbes,
      propertyNames: ref('name'),
      additionalProperties: ref('probeCall'),
      description: 'Name → probe call; read once, together.',
    },
    probeCall: call(probeModifiers),
    actionCall: call(actionModifiers),
    param,
    check,
    risky,
    conclusion,
    alternative,
    step,
  },
} satisfies JsonSchema;
