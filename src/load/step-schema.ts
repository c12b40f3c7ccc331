import type { JsonSchema } from './json-schema.ts';

/** The shapes of a step and of what stands in it. */

export const ref = (name: string): JsonSchema => ({ $ref: `#/$defs/${name}` });

export const condition: JsonSchema = {
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

export const check: JsonSchema = {
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

export const conclusion: JsonSchema = {
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

export const risky: JsonSchema = {
  description:
    'The fix may cut its host off: the host takes it back by itself, unless its verify held over a new connection in time.',
  type: 'object',
  properties: {
    revert_after: { ...ref('duration'), description: 'How long after the fix began, at most 24h.' },
  },
  required: ['revert_after'],
  additionalProperties: false,
};

const fix: JsonSchema = {
  description: 'The calls that mend it: one unit, one verify, one rollback.',
  type: 'array',
  minItems: 1,
  items: ref('actionCall'),
};

export const alternative: JsonSchema = {
  type: 'object',
  properties: {
    id: { ...ref('name'), description: 'Short name, unique in its step.' },
    title: { type: 'string', description: 'What it does, for the operator.' },
    gate: { ...ref('condition'), description: 'Does this alternative apply here?' },
    confirm: { type: 'string', description: 'A question that a person must answer first.' },
    fix,
    verify: ref('check'),
    rollback,
    risky: ref('risky'),
  },
  required: ['id', 'fix'],
  additionalProperties: false,
};

export const step: JsonSchema = {
  type: 'object',
  properties: {
    id: { ...ref('name'), description: 'Short name: steps.ID in expressions.' },
    title: { type: 'string', description: 'What the step does, for the operator.' },
    tags: { type: 'array', items: ref('name'), description: 'Choose fixes on the command line.' },
    when: { ...ref('condition'), description: 'Looked at first; false: skipped, its probes are not read.' },
    run_once: {
      type: 'boolean',
      description:
        'Once per run, on the first host of the order that gets there; the others wait, and share its result, its failure and what its probes read.',
      default: false,
    },
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
    risky: ref('risky'),
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
