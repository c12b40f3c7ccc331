import type { ActionCall, Check, ProbeCall } from '../../src/model/runbook.ts';
import { action, check, cond, probe } from './build.ts';

/** Calls of the notes pack (notes-pack.ts) for runbooks on a desk (desk.ts). */

export const folder = '${{ params.folder }}';

/** Params that name a note. */
const note = (name: string) => ({ folder, name });

/** Params that say what stands in a note. */
export const says = (name: string, value: string) => ({ folder, name, value });

/** The note as a probe of the name `as`. */
export const reads = (as: string, name: string): ProbeCall => probe(as, 'note.value', note(name));

export const write = (name: string, value: string): ActionCall => action('note.value', says(name, value));

/** Holds when the note says this. */
export const claims = (name: string, text: string): Check =>
  check([reads('after', name)], cond(`after.text == "${text}"`));

/** Does not hold. */
export const never: Check = check([probe('after', 'note.all', { folder })], cond('after.text == "never"'));
