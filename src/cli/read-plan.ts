import { findPlan, type SavedPlan } from '../index.ts';
import { UsageError } from './exit.ts';

/** The plan in a file; ends the command where there is none, or one that was changed by hand. */
export async function readPlan(file: string): Promise<SavedPlan> {
  const found = await findPlan(file);
  if (found.kind === 'plan') return found.plan;
  throw new UsageError(`${found.problem}\nNo host was touched.`, found.exitCode);
}
