import { Secret } from '../model/secret.ts';
import {
  type CelValue,
  Duration,
  Failure,
  isBad,
  isList,
  isMembers,
  type List,
  load,
  type Members,
  nameOf,
  Pending,
  type Stored,
  Timestamp,
  worst,
} from './cel-value.ts';

type Truth = boolean | Pending | Failure;

/** CEL's `==` in three-valued logic: a difference that is known decides, whatever else is unknown. Kinds never equal each other. */
export function equal(a: Stored, b: Stored): Truth {
  const left = load(a);
  const right = load(b);
  const bad = worst([left, right]);
  if (bad !== undefined || left instanceof Pending || right instanceof Pending) return bad ?? false;
  if (left instanceof Secret || right instanceof Secret) return new Failure('a secret cannot be compared');
  if (isList(left)) return isList(right) && equalLists(left, right);
  if (isMembers(left)) return isMembers(right) && equalMembers(left, right);
  if (left instanceof Timestamp) return right instanceof Timestamp && left.epochMs === right.epochMs;
  if (left instanceof Duration) return right instanceof Duration && left.lengthMs === right.lengthMs;
  return isNumeric(left) && isNumeric(right) ? left <= right && left >= right : left === right;
}

function equalLists(a: List, b: List): Truth {
  if (a.length !== b.length) return false;
  return every(a.keys(), (index) => equal(a[index] ?? null, b[index] ?? null));
}

function equalMembers(a: Members, b: Members): Truth {
  const names = presentNames(a);
  if (names.length !== presentNames(b).length) return false;
  if (!names.every((name) => Object.hasOwn(b, name) && b[name] !== undefined)) return false;
  return every(names, (name) => equal(a[name] ?? null, b[name] ?? null));
}

/** Names of an object's members; one that is `undefined` is absent. */
export function presentNames(members: Members): readonly string[] {
  return Object.keys(members).filter((name) => members[name] !== undefined);
}

function every<T>(items: Iterable<T>, test: (item: T) => Truth): Truth {
  const bad: (Pending | Failure)[] = [];
  for (const item of items) {
    const truth = test(item);
    if (truth === false) return false;
    if (truth !== true) bad.push(truth);
  }
  return worst(bad) ?? true;
}

/** `x in y`: an element of a list, or a key of an object. */
export function contains(element: CelValue, container: CelValue): Truth {
  if (isMembers(container)) {
    if (typeof element !== 'string') return new Failure(`an object's keys are strings, not ${nameOf(element)}`);
    return Object.hasOwn(container, element) && container[element] !== undefined;
  }
  if (!isList(container)) return new Failure(`\`in\` needs a list or an object, not ${nameOf(container)}`);
  const bad: (Pending | Failure)[] = [];
  for (const candidate of container) {
    const truth = equal(element, candidate);
    if (truth === true) return true;
    if (isBad(truth)) bad.push(truth);
  }
  return worst(bad) ?? false;
}

/** The order of two values of one kind: below 0, 0, above 0; NaN when there is none (not a number). */
export function order(a: CelValue, b: CelValue): number | Failure {
  if (isNumeric(a) && isNumeric(b)) return a < b ? -1 : a > b ? 1 : a <= b ? 0 : Number.NaN;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b);
  if (a instanceof Timestamp && b instanceof Timestamp) return a.epochMs - b.epochMs;
  if (a instanceof Duration && b instanceof Duration) return a.lengthMs - b.lengthMs;
  return new Failure(`cannot order ${nameOf(a)} and ${nameOf(b)}`);
}

export function isNumeric(value: CelValue): value is bigint | number {
  return typeof value === 'bigint' || typeof value === 'number';
}
