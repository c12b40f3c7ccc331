import type { UserPack } from '../model/pack.ts';
import type { Runbook, Step } from '../model/runbook.ts';
import type { Context } from './context.ts';
import type { Path } from './parse-yaml.ts';
import { choiceOf, listOf, mappingOf, textOf } from './raw.ts';
import { readBecome } from './read-call.ts';
import { readCel } from './read-expression.ts';
import { paramsSchema, readParams } from './read-params.ts';
import { refuseSecondId } from './read-remediation.ts';
import { readRollout } from './read-rollout.ts';
import { readStep } from './read-step.ts';
import { readSymptom } from './read-symptom.ts';
import { baseScope, type Scope } from './scope.ts';
import { maxSteps } from './skeleton-schema.ts';

/** What the document itself does not say. */
export interface Origin {
  readonly file: string;
  readonly sha256: string;
  readonly packs?: readonly UserPack[];
}

/** A document as a runbook. What is wrong goes into the report; the runbook is whole only when there is no error. */
export async function readRunbook(context: Context, origin: Origin): Promise<Runbook> {
  const raw = mappingOf(context.located.value);
  const rollout = readRollout(raw);
  refuseInterpolation(context, raw, ['title', 'hosts']);
  const params = readParams(context, raw['params']);
  const base = baseScope(paramsSchema(params));
  const seen = raw['symptom'] === undefined ? undefined : readSymptom(context, base, raw['symptom']);
  const { steps, scope } = await readSteps(context, seen?.scope ?? base, raw['steps']);
  const become = readBecome(raw['become']);
  return {
    id: textOf(raw['runbook']) ?? '',
    title: textOf(raw['title']) ?? '',
    hosts: textOf(raw['hosts']) ?? 'all',
    params,
    ...(become === undefined ? {} : { become }),
    ...(seen === undefined ? {} : { symptom: seen.symptom }),
    steps,
    ...(rollout === undefined ? {} : { rollout }),
    ifNotFixed: choiceOf(raw['if_not_fixed'], ['rollback', 'keep'], 'rollback'),
    outputs: readOutputs(context, scope, raw['outputs']),
    ...origin,
  };
}

async function readSteps(
  context: Context,
  scope: Scope,
  raw: unknown,
): Promise<{ readonly steps: readonly Step[]; readonly scope: Scope }> {
  const steps: Step[] = [];
  const ids = new Map<string, Path>();
  let seen = scope;
  for (const [index, entry] of listOf(raw).slice(0, maxSteps).entries()) {
    const path = ['steps', index];
    const read = await readStep(context, seen, mappingOf(entry), path);
    refuseSecondId(context, ids, read.step.id, [...path, 'id']);
    steps.push(read.step);
    seen = read.scope;
  }
  return { steps, scope: seen };
}

function readOutputs(context: Context, scope: Scope, raw: unknown): Runbook['outputs'] {
  return Object.entries(mappingOf(raw)).map(([name, value]) => {
    const { cel, type } = readCel(context, scope, String(value), ['outputs', name], { type: 'any' });
    return { name, value: cel, ...(type.type === 'any' ? {} : { type }) };
  });
}

/** These are read before any host is known. */
function refuseInterpolation(
  { report }: Context,
  raw: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): void {
  for (const key of keys.filter((name) => textOf(raw[name])?.includes('${{'))) {
    report.at([key], 'runbook/no-interpolation', `\`${key}\` cannot hold \${{ }}: it is read before any host is known`);
  }
}
