import type { Branch } from '../model/branch.ts';
import type { ActionCall, Cond, Runbook, Step } from '../model/runbook.ts';

/** A branch of a runbook with words for it. */
export interface NamedBranch {
  readonly branch: Branch;
  /** `start: gate closed (!unit.active)`. */
  readonly name: string;
}

/** Every branch of a runbook and of those that it uses, in the order of the file. */
export function branchesOf(runbook: Runbook, prefix = ''): readonly NamedBranch[] {
  const { symptom } = runbook;
  const own: NamedBranch[] =
    symptom === undefined
      ? []
      : (['present', 'absent'] as const).map((way) => ({
          branch: { at: 'symptom', of: symptom, way },
          name: `${prefix}symptom ${way}`,
        }));
  return [...own, ...runbook.steps.flatMap((step) => branchesOfStep(step, `${prefix}${step.id}`))];
}

function branchesOfStep(step: Step, id: string): readonly NamedBranch[] {
  const found: NamedBranch[] = [];
  const add = (branch: Branch, words: string): void => void found.push({ branch, name: `${id}: ${words}` });
  if (step.when.length > 0)
    for (const way of ['true', 'false'] as const)
      add({ at: 'when', of: step, way }, `when ${way} (${condText(step.when)})`);
  if (step.forEach !== undefined)
    for (const way of ['items', 'no items'] as const) add({ at: 'for_each', of: step, way }, `for_each with ${way}`);
  for (const [index, conclusion] of step.conclude.entries())
    add({ at: 'conclude', of: conclusion, way: 'true' }, `conclusion ${index + 1} (${condText(conclusion.when)})`);
  if (step.gate.length > 0)
    for (const way of ['open', 'closed'] as const)
      add({ at: 'gate', of: step, way }, `gate ${way} (${condText(step.gate)})`);
  const { remediation } = step;
  switch (remediation.kind) {
    case 'none':
      return found;
    case 'fix':
      return [...found, ...branchesOfCalls(remediation.calls, id, 'fix')];
    case 'use':
      return [...found, ...branchesOf(remediation.runbook, `${id}/`)];
    case 'alternatives':
      for (const alternative of remediation.alternatives) {
        add({ at: 'alternative', of: alternative, way: 'tried' }, `alternative ${alternative.id}`);
        found.push(...branchesOfCalls(alternative.fix, id, `alternative ${alternative.id}`));
      }
      return found;
  }
}

function branchesOfCalls(calls: readonly ActionCall[], id: string, of: string): readonly NamedBranch[] {
  return calls.flatMap((call, index) => {
    const place = `${id}: ${of} ${index + 1}, ${call.call}:`;
    const ways: NamedBranch[] = [];
    if (call.when !== undefined)
      for (const way of ['true', 'false'] as const)
        ways.push({ branch: { at: 'when', of: call, way }, name: `${place} when ${way} (${condText(call.when)})` });
    if (call.forEach !== undefined)
      // That a list is empty changes nothing else of a fix, and a gate may see to it that it never is.
      ways.push({ branch: { at: 'for_each', of: call, way: 'items' }, name: `${place} for_each with items` });
    return ways;
  });
}

function condText(cond: Cond): string {
  const text = cond.map(({ check }) => check.replace(/\s+/g, ' ')).join(' and ');
  return text.length <= 80 ? text : `${text.slice(0, 79)}…`;
}

/** Which branches were taken. */
export class Coverage {
  readonly #taken = new Map<object, Set<string>>();

  readonly take = ({ at, of, way }: Branch): void => {
    const ways = this.#taken.get(of) ?? new Set();
    this.#taken.set(of, ways.add(`${at} ${way}`));
  };

  /** Of a runbook's branches: how many there are, and the names of those that nobody took. */
  of(runbook: Runbook): { readonly branches: number; readonly missed: readonly string[] } {
    const all = branchesOf(runbook);
    const missed = all.filter(({ branch: { at, of, way } }) => this.#taken.get(of)?.has(`${at} ${way}`) !== true);
    return { branches: all.length, missed: missed.map(({ name }) => name) };
  }
}
