import { evaluate, type Scope } from '../expr/evaluate.ts';
import type { Json } from '../model/json.ts';
import type { StepResult } from '../model/result.ts';
import type { Runbook, Step } from '../model/runbook.ts';
import { Unknown } from '../model/unknown.ts';
import type { Value } from '../model/value.ts';
import { plainJson } from './plain-json.ts';

/** Evaluates a runbook's outputs; those that cannot be told are left out. */
export function evaluateOutputs(runbook: Runbook, scope: Scope): { readonly [name: string]: Json } {
  return Object.fromEntries(
    runbook.outputs.flatMap(({ name, value }) => {
      const result = evaluate(value, scope);
      return result.kind === 'known' ? [[name, plainJson(result.value)] as const] : [];
    }),
  );
}

/** What later steps see of the outputs of a step's used runbook: those that could not be told are unknown. */
export function withUntold(
  id: string,
  { remediation }: Step,
  { outcome, reason, waitsOn }: StepResult,
  told: { readonly [name: string]: Value },
): { readonly [name: string]: Value } {
  if (remediation.kind !== 'use') return told;
  const unmade = outcome === 'would_change' ? id : undefined;
  const untold = new Unknown(
    `step ${id} has not told it${reason === undefined ? '' : `: ${reason}`}`,
    waitsOn?.[0] ?? unmade,
  );
  return { ...Object.fromEntries(remediation.runbook.outputs.map(({ name }) => [name, untold])), ...told };
}
