import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { exportRun, safeLine, safeText } from '../../index.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { damageText, keptRun } from '../kept-run.ts';
import type { StateOptions } from '../options.ts';

/** `runs export`: a kept run as one file. The hash of that file is what makes it evidence: note it where nobody changes it. */
export async function runsExport(
  io: Io,
  name: string,
  options: StateOptions & { readonly out?: string },
): Promise<number> {
  const kept = await keptRun(io, name, options);
  if (kept.damage !== undefined) {
    io.stderr.write(`${safeText(damageText(kept))}\n`);
    return exit.failed;
  }
  if (kept.events.length === 0) throw new UsageError(`${kept.run} has no events: nothing was begun`);
  const { bytes, withoutRunbook } = await exportRun(kept, options.stateDir);
  const file = options.out ?? `mendgate-${kept.run}.tgz`;
  try {
    await writeFile(file, bytes, { mode: 0o600 });
  } catch (error) {
    throw new UsageError(`${file}: ${error instanceof Error ? error.message : String(error)}`, exit.notWritten);
  }
  if (withoutRunbook !== undefined) io.stderr.write(`warning: without the runbook: ${safeLine(withoutRunbook)}\n`);
  io.stdout.write(`${createHash('sha256').update(bytes).digest('hex')}  ${safeLine(file)}\n`);
  return exit.ok;
}
