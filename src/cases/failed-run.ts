import type { Came } from './compare.ts';

/** What failed in a run: nothing that a case should expect before somebody has thought about it. `undefined`: nothing did. */
export function failureIn({ verdict, reason, steps }: Came): string | undefined {
  const because = (why: string | undefined): string => (why === undefined ? '' : `: ${why}`);
  const failed = Object.entries(steps).flatMap(([id, step]) =>
    step.result === 'failed' || step.result === 'unknown' ? [`step ${id} ${step.result}${because(step.reason)}`] : [],
  );
  if (failed.length > 0) return failed.join('; ');
  return verdict === 'unknown' || verdict === 'refused' ? `verdict ${verdict}${because(reason)}` : undefined;
}
