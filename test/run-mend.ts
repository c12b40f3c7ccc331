import type { RunResult } from '../src/engine/execute-plan.ts';
import { type MendRequest, mend } from '../src/mend.ts';
import type { Json, JsonObject } from '../src/model/json.ts';
import type { HostOutcome } from '../src/model/plan.ts';

export const flagship = 'runbooks/nginx-502-permission-denied.yaml';

/** What most tests say of a run, but for what is run and where. */
export const usual = {
  forks: 1,
  approvePlan: async () => true,
  approve: async () => true,
} as const satisfies Partial<MendRequest>;

/**
 * Runs a runbook as most tests want it, one host at a time: nothing is narrowed down or printed, every question is answered
 * yes, nobody stops it. Throws when nothing could be run.
 */
export async function runMend(
  asked: Pick<MendRequest, 'runbook' | 'inventory' | 'mode'> & Partial<MendRequest>,
): Promise<RunResult> {
  const end = await mend({ ...usual, ...asked });
  if (end.kind !== 'ran') throw new Error(`${asked.runbook} did not run: ${JSON.stringify(end)}`);
  return end.result;
}

/** What came of the one host of a run. */
export function onlyOutcome({ outcomes: [outcome] }: RunResult): HostOutcome {
  if (outcome === undefined) throw new Error('the run gave no outcome');
  return outcome;
}

/** Params as `-e` takes them. */
export function extraOf(params: JsonObject): ReadonlyMap<string, string> {
  return new Map(Object.entries(params).map(([name, value]) => [name, extraText(value)]));
}

function extraText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
