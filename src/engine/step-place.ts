import type { Scope } from '../expr/evaluate.ts';
import type { Json } from '../model/json.ts';
import type { Become, Runbook, Step } from '../model/runbook.ts';
import type { HostRun } from './host-run.ts';
import type { Look } from './read-probes.ts';

/** Where in a host's walk a step's unit stands: which runbook it belongs to, its full id and its item. */
export interface StepPlace {
  readonly run: HostRun;
  readonly runbook: Runbook;
  readonly step: Step;
  /** `ID`, or `ID/STEP` inside `use`. */
  readonly id: string;
  /** Inside a `use` with `for_each`: the outer items, canonical; else empty. */
  readonly within: string;
  /** Its own tags and those of the `use` steps around it. */
  readonly tags: readonly string[];
  /** Absent: a step without `for_each`. */
  readonly item: Json | undefined;
  /** Asks, right after a fix, for what will be looked at next. Absent: that is not known here. */
  readonly askNext?: (scope: Scope) => void;
}

/** Where a runbook's steps stand: at the top, or inside a `use`. */
export interface Level {
  /** `ID/` inside `use`. */
  readonly prefix: string;
  readonly within: string;
  readonly tags: readonly string[];
}

export const topLevel: Level = { prefix: '', within: '', tags: [] };

/** The place of a step as a whole, without an item. */
export function placeAt(run: HostRun, runbook: Runbook, level: Level, step: Step): StepPlace {
  const tags = [...level.tags, ...step.tags];
  return { run, runbook, step, id: `${level.prefix}${step.id}`, within: level.within, tags, item: undefined };
}

/** The stamp of this place's events. */
export function stampOf(place: StepPlace): {
  readonly host: string;
  readonly step: string;
  readonly item?: Json;
  readonly within?: string;
} {
  return {
    host: place.run.planned.host.name,
    step: place.id,
    ...(place.item === undefined ? {} : { item: place.item }),
    ...(place.within === '' ? {} : { within: place.within }),
  };
}

/** How this place looks at the host. `part` names a look of its own: `verify`. */
export function lookOf(place: StepPlace, part?: string, anew = false): Look {
  const become: Become | undefined = place.step.become;
  const itemKey = place.item === undefined ? '' : `[${JSON.stringify(place.item)}]`;
  return {
    runbook: place.runbook,
    become,
    delegateTo: place.step.delegateTo,
    step: place.id,
    item: place.item,
    prefix: `${place.within}${place.id}${itemKey}${part === undefined ? '' : `.${part}`}`,
    anew,
  };
}
