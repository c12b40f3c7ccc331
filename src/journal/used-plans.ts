import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { harmlessJson } from '../model/harmless-json.ts';
import { isObject } from '../model/json.ts';
import type { SavedPlan } from '../model/saved-plan.ts';
import { codeOf, isMissing, ownDirectory, syncDirectory, UnsafePath } from './own-path.ts';
import { isPlanId, planText, type ReadPlan, readPlanText } from './plan-text.ts';

/** Who carries a plan out. */
export interface PlanUse {
  readonly run: string;
  readonly operator: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** The use of a plan in this state directory; `undefined`: it was not used. What cannot be read counts as used. */
export async function planUse(state: string, id: string): Promise<Partial<PlanUse> | undefined> {
  try {
    const [line = ''] = (await readFile(usePath(state, id), 'utf8')).split('\n', 1);
    return useOf(line);
  } catch (error) {
    return isMissing(error) ? undefined : {};
  }
}

/**
 * Takes a plan for a run, durably, before its first change: once for all runs that share this state directory. A run that is gone on
 * with has it still. Gives why it can't be had.
 */
export async function takePlan(state: string, plan: SavedPlan, use: PlanUse): Promise<string | undefined> {
  const directory = plansDirectory(state);
  try {
    await ownDirectory(state, false);
    await ownDirectory(directory, true);
    const handle = await open(usePath(state, plan.id), 'wx', 0o600);
    try {
      // The plan itself too: whoever goes on with the run needs what was approved.
      await handle.writeFile(`${harmlessJson(use)}\n${planText(plan)}`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncDirectory(directory);
    return undefined;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') {
      const why = error instanceof Error ? error.message : String(error);
      return error instanceof UnsafePath ? why : `the plan could not be marked as used: ${why}`;
    }
    const other = await planUse(state, plan.id);
    return other?.run === use.run ? undefined : usedText(other ?? {});
  }
}

/** The plan that a run carries out, for one that goes on with it. */
export async function takenPlan(state: string, id: string): Promise<ReadPlan> {
  try {
    const text = await readFile(usePath(state, id), 'utf8');
    return readPlanText(text.slice(text.indexOf('\n') + 1));
  } catch (error) {
    if (!isMissing(error)) throw error;
    return { kind: 'none', problem: 'it was not taken by any run' };
  }
}

/** Why a plan that was used isn't carried out. */
export function usedText({ run, operator, at }: Partial<PlanUse>): string {
  const by = run === undefined ? '' : ` by run ${run} of ${operator ?? 'somebody'} at ${at ?? 'some time'}`;
  return `the plan was used${by}; a plan is carried out once`;
}

function useOf(line: string): Partial<PlanUse> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return {};
  }
  if (!isObject(value)) return {};
  const { run, operator, at } = value;
  const known = typeof run === 'string' && typeof operator === 'string' && typeof at === 'string';
  return known ? { run, operator, at } : {};
}

function plansDirectory(state: string): string {
  return join(state, 'plans');
}

function usePath(state: string, id: string): string {
  if (!isPlanId(id)) throw new Error(`not a plan's id: ${id}`);
  return join(plansDirectory(state), `${id}.used`);
}
