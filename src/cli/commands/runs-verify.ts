import { safeText } from '../../index.ts';
import { plural } from '../diagnostics.ts';
import { exit } from '../exit.ts';
import type { Io } from '../io.ts';
import { damageText, keptRun } from '../kept-run.ts';
import type { StateOptions } from '../options.ts';

/** `runs verify`: whether a journal is as it was written. 0: it is; 2: it is not. */
export async function runsVerify(io: Io, name: string, options: StateOptions): Promise<number> {
  const kept = await keptRun(io, name, options);
  const { run, events, tornBytes, damage } = kept;
  if (damage !== undefined) {
    io.stdout.write(`${run}: damaged\n`);
    io.stderr.write(`${safeText(damageText(kept))}\n`);
    return exit.failed;
  }
  if (events.length === 0) {
    io.stdout.write(`${run}: empty: nothing was begun\n`);
    return exit.ok;
  }
  const last = events.at(-1);
  const end = last?.type === 'run.finished' ? `exit ${last.exitCode}` : 'no end: it broke off, or is under way';
  io.stdout.write(`${run}: whole: ${plural(events.length, 'record')}, ${end}\n`);
  if (tornBytes > 0) {
    io.stdout.write(
      `its last line was never finished (${plural(tornBytes, 'byte')}); going on with the run cuts it off\n`,
    );
  }
  return exit.ok;
}
