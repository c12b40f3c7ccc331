import { evaluate, type Scope } from '../expr/evaluate.ts';
import type { Json } from '../model/json.ts';
import type { Runbook } from '../model/runbook.ts';
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
