import { durationPattern, type JsonSchema } from './json-schema.ts';

/** Schema = shape; `check-*.ts` = meaning (names, types of expressions, order). */

/** More are a program's work, and each name is looked at with each. */
export const maxSteps = 500;
export const maxProbes = 200;

const ref = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

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

const condition: JsonSchema = {
  description: 'CEL, true or false, or a list of conditions that must all hold, each reported by itself.',
  type: ['string', 'boolean', 'array'],
  items: {
    type: ['string', 'boolean', 'object'],
    properties: {
      check: { type: ['string', 'boolean'], description: 'The condition, CEL.' },
      message: { type: 'string', description: 'What to say when it does not hold.' },
    },
    required: ['check'],
    additionalProperties: false,
  },
};

const check: JsonSchema = {
  description: 'What must hold, and how long to wait for it.',
  type: 'object',
  properties: {
    probes: ref('probes'),
    that: ref('condition'),
    within: { ...ref('duration'), description: 'Look again until then; 0s: one look.', default: '0s' },
    every: { ...ref('duration'), description: 'Time between two looks.', default: '1s' },
    fresh: { type: 'boolean', description: 'Look over a new connection.', default: false },
  },
  required: ['that'],
  additionalProperties: false,
};

const conclusion: JsonSchema = {
  type: 'object',
  properties: {
    when: ref('condition'),
    message: { type: 'string', description: 'What was found, for the operator.' },
    verdict: {
      enum: ['not_applicable', 'not_fixed', 'healthy'],
      description: 'Ends this host here with this verdict. Absent: a note, and the step goes on.',
    },
    see: { type: 'string', description: 'Id of the runbook to turn to.' },
  },
  required: ['when', 'message'],
  additionalProperties: false,
};

const rollback: JsonSchema = {
  description: 'What takes the fix back, for what cannot undo itself; or that nothing can, and why.',
  type: ['array', 'object'],
  items: ref('actionCall'),
  properties: { irreversible: { type: 'string', description: 'Why it cannot be taken back; printed in the plan.' } },
  required: ['irreversible'],
  additionalProperties: false,
};

const fix: JsonSchema = {
  description: 'The calls that mend it: one unit, one verify, one rollback.',
  type: 'array',
  minItems: 1,
  items: ref('actionCall'),
};

const alternative: JsonSchema = {
  type: 'object',
  properties: {
    id: { ...ref('name'), description: 'Short name, unique in its step.' },
    title: { type: 'string', description: 'What it does, for the operator.' },
    gate: { ...ref('condition'), description: 'Does this alternative apply here?' },
    confirm: { type: 'string', description: 'A question that a person must answer first.' },
    fix,
    verify: ref('check'),
    rollback,
  },
  required: ['id', 'fix'],
  additionalProperties: false,
};

const step: JsonSchema = {
  type: 'object',
  properties: {
    id: { ...ref('name'), description: 'Short name: steps.ID in expressions.' },
    title: { type: 'string', description: 'What the step does, for the operator.' },
    tags: { type: 'array', items: ref('name'), description: 'Choose fixes on the command line.' },
    when: { ...ref('condition'), description: 'Looked at first; false: skipped, its probes are not read.' },
    run_once: { type: 'boolean', description: 'Once per run, on the first live host.', default: false },
    for_each: { ...ref('forEach'), description: 'The rest of the step for each item, each its own unit.' },
    as: { ...ref('name'), description: 'Name of the item in this step.', default: 'item' },
    probes: ref('probes'),
    conclude: {
      type: 'array',
      items: ref('conclusion'),
      description: 'Top down; the first true one with a verdict ends this host.',
    },
    gate: { ...ref('condition'), description: "Over probes and params: does this step's fix apply here?" },
    confirm: { type: 'string', description: 'A question that a person must answer before the fix.' },
    fix,
    alternatives: {
      type: 'array',
      minItems: 1,
      items: ref('alternative'),
      description: 'Fixes from narrow to wide; the first whose gate is open is tried.',
    },
    use: { type: 'string', description: 'Path of another runbook without symptom, whose steps run here.' },
    with: { type: 'object', description: 'Params of the used runbook.' },
    verify: { ...ref('check'), description: "The step's own claim, which must hold after the fix." },
    rollback,
    on_failure: {
      enum: ['rollback', 'rollback_all', 'keep', 'continue'],
      default: 'rollback',
      description:
        "rollback: undo this step, end the host. rollback_all: undo all of this run's steps. keep: leave it. continue: undo this step, go on.",
    },
    timeout: {
      ...ref('duration'),
      description: 'For how long a fix waits for its turn; and, by itself, for how long each of its scripts may run.',
      default: '5m',
    },
    prevent: { type: 'boolean', description: 'Runs also when the symptom is absent or gone.', default: false },
    become: { ...ref('become'), description: 'As whom the calls of this step run.' },
    delegate_to: { type: 'string', description: 'The calls of this step are carried out on this host.' },
    throttle: { type: 'integer', minimum: 1, description: 'At most so many hosts at a time.' },
  },
  required: ['id'],
  additionalProperties: false,
};

const param: JsonSchema = {
  type: 'object',
  properties: {
    type: {
      enum: ['string', 'int', 'number', 'bool', 'dur', 'bytes', 'secret', 'list', 'map'],
      description: 'Kind of value.',
    },
    of: {
      enum: ['string', 'int', 'number', 'bool', 'dur', 'bytes', 'list', 'map'],
      description: 'Kind of the elements of a list or map.',
    },
    enum: { type: 'array', minItems: 1, items: { type: 'string' }, description: 'The only values allowed.' },
    default: { description: 'Used when neither -e nor the inventory gives a value.' },
    optional: { type: 'boolean', default: false, description: 'May be absent; reached behind has().' },
    description: { type: 'string', description: 'What it is for.' },
  },
  additionalProperties: false,
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
    packs: { type: 'array', items: { type: 'string' }, description: 'Packs of your own.' },
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
      items: { type: ['integer', 'string'], minimum: 1, pattern: '^[0-9]{1,3}%$' },
      description: 'Hosts at a time, as counts or percents; the last entry repeats.',
    },
    pause: { ...ref('duration'), description: 'Between two batches.' },
    max_fail: {
      type: ['integer', 'string'],
      minimum: 0,
      pattern: '^[0-9]{1,3}%$',
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
    conclusion,
    alternative,
    step,
  },
} satisfies JsonSchema;
