import { canonicalJson, isObject } from '../../model/json.ts';
import type { Become } from '../../model/runbook.ts';
import type { Label } from '../../model/transport.ts';

/** One text for what an ask is recorded under: kind, name, params and identity; never shell text. */
export function keyOf(label: Label, become: Become): string {
  return canonicalJson([label.kind, label.name, become, label.params]);
}

/**
 * Numbers the commands of one reading. A probe may ask several things under one label; which one this is follows from the
 * order in which they first came, so that another wording of one changes nothing.
 */
export class CommandOrder {
  readonly #seen = new Map<string, number>();

  numberOf(command: unknown): number {
    const text = canonicalJson(command);
    const number = this.#seen.get(text) ?? this.#seen.size;
    this.#seen.set(text, number);
    return number;
  }
}

/** Where two params first differ, and how. */
export interface Difference {
  readonly path: string;
  readonly asked: unknown;
  readonly recorded: unknown;
}

/**
 * The first difference between params, `undefined` when they ask for the same. Members that only one side has count at the
 * top, where they are a call's own words. Further in stand other probes' results: one that tells more (or less) than it
 * did when it was recorded is still the same question.
 */
export function firstDifference(asked: unknown, recorded: unknown, path = ''): Difference | undefined {
  if (Array.isArray(asked) && Array.isArray(recorded) && asked.length === recorded.length) {
    return firstOf(asked.map((entry, at) => () => firstDifference(entry, recorded[at], `${path}[${at}]`)));
  }
  if (isObject(asked) && isObject(recorded)) {
    const names = [...new Set([...Object.keys(asked), ...Object.keys(recorded)])].sort();
    const compared = path === '' ? names : names.filter((name) => name in asked && name in recorded);
    return firstOf(
      compared.map(
        (name) => () => firstDifference(asked[name], recorded[name], path === '' ? name : `${path}.${name}`),
      ),
    );
  }
  return canonicalJson(asked ?? null) === canonicalJson(recorded ?? null) ? undefined : { path, asked, recorded };
}

function firstOf(comparisons: readonly (() => Difference | undefined)[]): Difference | undefined {
  for (const compare of comparisons) {
    const difference = compare();
    if (difference !== undefined) return difference;
  }
  return undefined;
}
