import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { exportRun, safeLine, safeText } from '../../index.ts';
import { exit, UsageError } from '../exit.ts';
import type { Io } from '../io.ts';
import { damageText, keptRun } from '../kept-run.ts';
import type { StateOptions } from '../options.ts';

/** `runs export`: a kept run as one file. The hash of that file is what makes it evidence: note it where nobody changes it. */
export async function runsExport(
  io: Io,
  name: string,
  options: StateOptions & { readonly out?: string; readonly force?: boolean },
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
    await writeFile(file, bytes, { mode: 0o600, flag: options.force === true ? 'w' : 'wx' });
  } catch (error) {
    await sameOrEnd(file, bytes, error);
  }
  if (withoutRunbook !== undefined) io.stderr.write(`warning: without the runbook: ${safeLine(withoutRunbook)}\n`);
  io.stdout.write(`${createHash('sha256').update(bytes).digest('hex')}  ${safeLine(file)}\n`);
  return exit.ok;
}

/** Somebody's evidence is not written over; where it is the same, nothing is left to do. */
async function sameOrEnd(file: string, bytes: Buffer, error: unknown): Promise<void> {
  if (!(error instanceof Error)) throw error;
  const isThere = 'code' in error && error.code === 'EEXIST';
  if (isThere && (await readFile(file).catch(() => undefined))?.equals(bytes) === true) return;
  const why = isThere ? 'another file is there already; --force writes over it' : error.message;
  throw new UsageError(`${safeLine(file)}: ${why}`, exit.notWritten);
}
