import { undoRun } from '../../index.ts';
import { approvePlan, approverOf, modeOf } from '../approve.ts';
import type { Io } from '../io.ts';
import { readLimit } from '../limit.ts';
import type { UndoOptions } from '../options.ts';
import { shownAs, showRun } from '../shown-run.ts';

/** Takes back what a run changed, where it stands as the run left it. */
export async function undo(io: Io, run: string, options: UndoOptions): Promise<number> {
  const mode = modeOf(io, options);
  return showRun(io, { ...options, dryRun: true }, async ({ reporter, asker, request, kept }) =>
    undoRun({
      ...(await request()),
      ...kept,
      run,
      inventory: options.inventory.length === 0 ? undefined : options.inventory,
      limit: readLimit(options.limit),
      mode,
      detailedExitCode: options.detailedExitcode === true,
      approvePlan: (plans) => approvePlan(io, reporter, asker, plans, shownAs(options)),
      approve: approverOf(io, reporter, asker, mode, false),
    }),
  );
}
