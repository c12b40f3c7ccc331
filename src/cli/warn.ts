import { safeText } from '../index.ts';
import type { Io } from './io.ts';

/** Prints what is odd about a plan and no reason to refuse it. */
export function warnOf(io: Io): (plan: unknown, warnings: readonly string[]) => void {
  return (_plan, warnings) => {
    for (const warning of warnings) io.stderr.write(`warning: ${safeText(warning)}\n`);
  };
}
