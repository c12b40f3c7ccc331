import type { UnitRecord } from '../model/history.ts';
import { canonicalJson, type Json } from '../model/json.ts';
import type { HostRun } from './host-run.ts';
import { goesOn } from './past.ts';
import { redacted } from './recorded-change.ts';
import type { StepPlace } from './step-place.ts';

/** Units that were begun, and that this walk has not come to yet. */
export function notMet({ past }: HostRun): readonly UnitRecord[] {
  if (past === undefined) return [];
  return [...past.units].flatMap(([key, unit]) => (past.met.has(key) || !goesOn(past, unit) ? [] : [unit]));
}

/** Whether anything of this step, or of this item of it, was begun, by whichever alternative, or inside it: then its gate was open, and stays so. */
export function begunBefore({ run, id, within, item }: StepPlace): boolean {
  const place = `${within}${id}`;
  return begunUnits(run).some((unit) => {
    const at = String(unit.key[2]);
    if (item === undefined) return at === place || at.startsWith(`${place}/`) || at.startsWith(`${place}[`);
    const text = canonicalJson(item);
    return at.startsWith(`${place}[${text}]/`) || (at === place && itemText(unit) === text);
  });
}

/** Items of this step of which something was begun, in that order: a list that is read anew may have lost them. */
export function begunItems({ run, id, within }: StepPlace): readonly Json[] {
  const place = `${within}${id}`;
  const texts = begunUnits(run).flatMap((unit) => {
    const at = String(unit.key[2]);
    return at === place ? (itemText(unit) ?? []) : at.startsWith(`${place}[`) ? textWithin(at, place.length + 1) : [];
  });
  // One with a secret in it is not in the journal as it is.
  return [...new Set(texts)].filter((text) => !text.includes(redacted)).map((text) => JSON.parse(text) as Json);
}

function begunUnits({ past }: HostRun): readonly UnitRecord[] {
  return past === undefined ? [] : [...past.units.values()].filter((unit) => goesOn(past, unit));
}

function itemText({ item }: UnitRecord): string | undefined {
  return item === undefined ? undefined : canonicalJson(item);
}

/** The item of a `use` that a step's place begins with there: canonical JSON, up to `]/`. */
function textWithin(place: string, from: number): readonly string[] {
  for (let end = place.indexOf(']/', from); end !== -1; end = place.indexOf(']/', end + 1)) {
    const text = place.slice(from, end);
    if (isJson(text)) return [text];
  }
  return [];
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
