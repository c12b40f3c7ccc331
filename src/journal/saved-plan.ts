import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { SavedPlan } from '../model/saved-plan.ts';
import { checkNobodyElseWrites, codeOf, syncDirectory, UnsafePath } from './own-path.ts';
import { planText, type ReadPlan, readPlanText } from './plan-text.ts';

/** More than any plan; a file of another kind isn't read to its end. */
const longest = 256 * 2 ** 20;

/** A plan file that cannot be read or written, and why. */
export class PlanFileFailure extends Error {
  override readonly name = 'PlanFileFailure';
}

/** Writes a plan where only its owner can read it, in place of what was there: whole, or not at all. */
export async function writeSavedPlan(file: string, plan: SavedPlan): Promise<void> {
  const path = resolve(file);
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}`);
  try {
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(planText(plan));
      await handle.chmod(0o600);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(draft, { force: true });
    throw failure(`the plan could not be written to ${file}`, error);
  }
}

/** Reads a plan file. Whoever may write to it may approve with it: others must not. */
export async function readSavedPlan(file: string): Promise<ReadPlan> {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return { kind: 'none', problem: 'there is no such file' };
    throw failure(`${file} cannot be read`, error);
  }
  try {
    const found = await handle.stat();
    if (!found.isFile()) return { kind: 'none', problem: 'it is not a plain file' };
    if (found.size > longest) return { kind: 'none', problem: 'it is no plan: too long' };
    checkNobodyElseWrites(found, file);
    return readPlanText(await handle.readFile('utf8'));
  } catch (error) {
    if (error instanceof UnsafePath) return { kind: 'edited', problem: error.message };
    throw failure(`${file} cannot be read`, error);
  } finally {
    await handle.close();
  }
}

function failure(what: string, error: unknown): PlanFileFailure {
  return new PlanFileFailure(`${what}: ${error instanceof Error ? error.message : String(error)}`);
}
