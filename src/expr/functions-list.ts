import {
  type CelValue,
  elementsOf,
  Failure,
  isBad,
  isList,
  type List,
  nameOf,
  type Pending,
  type Result,
  store,
} from './cel-value.ts';
import { equal, isNumeric, order } from './compare.ts';
import { applyBinary } from './operators.ts';
import { type CelFunction, overload } from './overload.ts';
import { any, integer, isNumber, itemsOf, listOf, string, type Type } from './type.ts';

/** Above this, comparing every element with every other would take too long. */
const maxDistinct = 5000;

function distinct(list: List): Result {
  const elements = elementsOf(list);
  if (isBad(elements)) return elements;
  const seen = new Set<string>();
  const kept: CelValue[] = [];
  for (const element of elements) {
    const scalar = typeof element === 'string' || typeof element === 'boolean' || typeof element === 'bigint';
    if (scalar) {
      const key = `${typeof element}:${element}`;
      if (!seen.has(key)) kept.push(element);
      seen.add(key);
      continue;
    }
    if (kept.length > maxDistinct) return new Failure(`distinct() of more than ${maxDistinct} lists or objects`);
    const same = someEqual(kept, element);
    if (isBad(same)) return same;
    if (!same) kept.push(element);
  }
  return kept.map(store);
}

function someEqual(kept: readonly CelValue[], element: CelValue): boolean | Pending | Failure {
  for (const other of kept) {
    const same = equal(other, element);
    if (same !== false) return same;
  }
  return false;
}

/** One level of lists in a list opened up. */
function flatten(list: List): Result {
  const elements = elementsOf(list);
  if (isBad(elements)) return elements;
  return elements.flatMap((element) => (isList(element) ? element : [store(element)]));
}

function sorted(list: List): Result {
  const elements = elementsOf(list);
  if (isBad(elements)) return elements;
  const first = elements[0];
  for (const element of elements) {
    const by = first === undefined ? 0 : order(first, element);
    if (by instanceof Failure) return new Failure(`sort() ${by.message}`);
  }
  return elements.toSorted((a, b) => Number(order(a, b)) || 0).map(store);
}

function extreme(name: 'min' | 'max') {
  return (list: List): Result => {
    const elements = elementsOf(list);
    if (isBad(elements)) return elements;
    let [best] = elements;
    if (best === undefined) return new Failure(`${name}() of an empty list`);
    for (const element of elements) {
      const by = order(element, best);
      if (by instanceof Failure) return new Failure(`${name}() ${by.message}`);
      if (name === 'min' ? by < 0 : by > 0) best = element;
    }
    return best;
  };
}

function sum(list: List): Result {
  let total: Result = 0n;
  const elements = elementsOf(list);
  if (isBad(elements)) return elements;
  for (const element of elements) {
    if (!isNumeric(element)) return new Failure(`sum() needs numbers, not ${nameOf(element)}`);
    total = applyBinary('+', total, element);
    if (isBad(total)) return total;
  }
  return total;
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];

/** 1610612736 → `1.5 GiB`. */
function human(bytes: bigint | number): string {
  let amount = Math.abs(Number(bytes));
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  // 1023.99 KiB would print as 1024 KiB.
  if (Math.round(amount * 10) / 10 >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${Number(bytes) < 0 ? '-' : ''}${amount.toFixed(unit === 0 ? 0 : 1).replace(/\.0$/, '')} ${units[unit]}`;
}

function sameList([list]: readonly Type[]): Type {
  return listOf(itemsOf(list ?? any));
}
function elementOf([list]: readonly Type[]): Type {
  return itemsOf(list ?? any);
}
function flattened([list]: readonly Type[]): Type {
  const items = itemsOf(list ?? any);
  return listOf(items.type === 'array' ? items.items : items);
}
function summed([list]: readonly Type[]): Type {
  const items = itemsOf(list ?? any);
  return isNumber(items) ? items : items.type === 'any' ? any : integer;
}

/** What works on lists, and `human`. `min`, `max`, `sum` count as errors on what has no order or sum. */
export const listFunctions: Readonly<Record<string, CelFunction>> = {
  distinct: { style: 'both', overloads: [overload(['list'], sameList, distinct)] },
  flatten: { style: 'both', overloads: [overload(['list'], flattened, flatten)] },
  sort: { style: 'both', overloads: [overload(['list'], sameList, sorted)] },
  min: { style: 'both', overloads: [overload(['list'], elementOf, extreme('min'))] },
  max: { style: 'both', overloads: [overload(['list'], elementOf, extreme('max'))] },
  sum: { style: 'both', overloads: [overload(['list'], summed, sum)] },
  human: { style: 'call', overloads: [overload(['number'], string, human)] },
};
