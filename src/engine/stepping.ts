import type { StepAnswer } from './step-answer.ts';
import type { StepPlace } from './step-place.ts';
import { titleWithoutValues } from './step-words.ts';

/** Asks the operator, where that is wanted. The diagnosis of a run that will carry something out asks nothing. */
export async function askBefore({ run, id, step }: StepPlace): Promise<StepAnswer> {
  const { stepping } = run.parts;
  if (stepping === undefined || run.dryRun !== stepping.dryRun) return 'go';
  const answer = await stepping.ask({ host: run.planned.host.name, step: id, title: titleWithoutValues(step) });
  if (answer === 'leave_out') run.leftOut.add(id);
  return answer;
}
