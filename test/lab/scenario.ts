import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import type { JsonObject } from '../../src/model/json.ts';
import { guestKinds, type KindName } from './kinds.ts';

/** An HTTP request to the guest's nginx from outside, and the status a client gets. */
export interface Request {
  readonly path: string;
  readonly status: number;
}

/** A look at the guest: a command line whose output must, or must not, match. */
export interface Look {
  readonly run: string;
  /** Default: root. */
  readonly as?: string;
  readonly match?: string;
  readonly no_match?: string;
}

/** How a broken guest shows that it is broken. */
export interface ScenarioSymptom {
  readonly request?: Request;
  /** A line of nginx's error log. */
  readonly error_log?: string;
  readonly shows?: readonly Look[];
  /** What the same guest does after a reboot, where that differs. */
  readonly after_reboot?: Request;
}

/** What the flagship must say and do; texts are patterns. */
export interface Expectation {
  readonly diagnosis: string;
  /** One per planned change, in order; none: it must change nothing. */
  readonly changes: readonly string[];
  /** Each must match a note of the dry run: what was seen, the proof, the reach, what was not chosen. */
  readonly notes?: readonly string[];
  /** None of them may match any. */
  readonly no_notes?: readonly string[];
  readonly dry_run: string;
  readonly verdict: string;
}

/** One fault of a host, from the break to what must hold after the repair. */
export interface Scenario {
  /** The file's name. */
  readonly name: string;
  readonly title: string;
  readonly guest: KindName;
  /** One of those that together cover every action within a quarter of an hour. */
  readonly smoke: boolean;
  /** Who mendgate logs in as. */
  readonly login: 'ops' | 'opspw' | 'plain' | 'root';
  /** Params of the runbook. */
  readonly params: JsonObject;
  /** Whether the guest gets the package files that the minimal kind lacks, as a source of its own apt. */
  readonly packages: boolean;
  /** Whether `semanage export` checks the state hash's word on the policy store. */
  readonly export: boolean;
  readonly break: string;
  /** Shell text that runs in the background beside the real run; /run/lab-waiting appears when that says that it waits. */
  readonly disturb?: string;
  readonly symptom: ScenarioSymptom;
  readonly expect: Expectation;
  /** What must hold after the real run. Absent: the run isn't meant to repair this. */
  readonly after?: { readonly request: Request; readonly shows?: readonly Look[] };
  /** `after` must hold again after a reboot. */
  readonly persists?: 'reboot';
}

const text = { type: 'string', minLength: 1 } as const;
const texts = { type: 'array', items: text } as const;
const request = {
  type: 'object',
  required: ['path', 'status'],
  additionalProperties: false,
  properties: { path: { type: 'string', pattern: '^/' }, status: { type: 'integer', minimum: 100, maximum: 599 } },
} as const;
const looks = {
  type: 'array',
  items: {
    type: 'object',
    required: ['run'],
    additionalProperties: false,
    properties: { run: text, as: text, match: text, no_match: text },
    oneOf: [{ required: ['match'] }, { required: ['no_match'] }],
  },
} as const;

/** The shape of a scenario file; README.md tells what each key means. */
export const scenarioSchema = {
  type: 'object',
  required: ['title', 'guest', 'break', 'symptom', 'expect'],
  additionalProperties: false,
  properties: {
    title: text,
    guest: { enum: Object.keys(guestKinds) },
    smoke: { type: 'boolean', default: false },
    login: { enum: ['ops', 'opspw', 'plain', 'root'], default: 'ops' },
    params: { type: 'object', default: {} },
    packages: { type: 'boolean', default: false },
    export: { type: 'boolean', default: false },
    break: text,
    disturb: text,
    symptom: {
      type: 'object',
      additionalProperties: false,
      properties: { request, error_log: text, shows: looks, after_reboot: request },
    },
    expect: {
      type: 'object',
      required: ['diagnosis', 'changes', 'dry_run', 'verdict'],
      additionalProperties: false,
      properties: {
        diagnosis: text,
        changes: texts,
        notes: texts,
        no_notes: texts,
        dry_run: text,
        verdict: text,
      },
    },
    after: {
      type: 'object',
      required: ['request'],
      additionalProperties: false,
      properties: { request, shows: looks },
    },
    persists: { const: 'reboot' },
  },
} as const;

const folder = fileURLToPath(new URL('./scenarios/', import.meta.url));

/** All scenarios, by name. Throws with the file's name when one is not of the shape. */
export async function loadScenarios(): Promise<readonly Scenario[]> {
  const validate = new Ajv2020({ useDefaults: true, allErrors: true, strictRequired: false }).compile(scenarioSchema);
  const scenarios: Scenario[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.yaml')).sort()) {
    const document: unknown = parse(await readFile(join(folder, file), 'utf8'));
    if (!validate(document)) {
      const errors = validate.errors?.map((error) => `${error.instancePath} ${error.message}`).join('; ');
      throw new Error(`${file}: ${errors}`);
    }
    scenarios.push({ name: basename(file, '.yaml'), ...(document as Omit<Scenario, 'name'>) });
  }
  return scenarios;
}

/** The words that break scripts use. */
export async function breakPrelude(): Promise<string> {
  return readFile(join(folder, 'prelude.sh'), 'utf8');
}
