import { Secret } from '../model/secret.ts';
import { Unknown } from '../model/unknown.ts';

/**
 * A double that happens to have an integral value, inside a list or an object: JSON numbers there are read as integers
 * when they are safe ones, and a computed 3.0 must stay a double.
 */
export class Double {
  readonly double: number;

  constructor(double: number) {
    this.double = double;
  }
}
/** A point in time. */
export class Timestamp {
  readonly epochMs: number;

  constructor(epochMs: number) {
    this.epochMs = epochMs;
  }
}
/** A length of time. */
export class Duration {
  readonly lengthMs: number;

  constructor(lengthMs: number) {
    this.lengthMs = lengthMs;
  }
}

/** A value between two operators: integers are BigInt, numbers are doubles. */
export type CelValue = null | boolean | string | bigint | number | Secret | Timestamp | Duration | List | Members;
/** What lists and objects hold: host data as it came, and computed values. */
export type Stored = CelValue | Double | Unknown;
export type List = readonly Stored[];
export interface Members {
  readonly [key: string]: Stored;
}

/** The value cannot be told yet, because of these. */
export class Pending {
  readonly unknowns: readonly Unknown[];

  constructor(unknowns: readonly Unknown[]) {
    this.unknowns = unknowns;
  }
}
/** There is no value: an error in the expression or in what the data holds. */
export class Failure {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}
export type Result = CelValue | Pending | Failure;

export function isBad(result: Result | boolean): result is Pending | Failure {
  return result instanceof Pending || result instanceof Failure;
}

/** A member of a list or object as an operator needs it. */
export function load(stored: Stored): CelValue | Pending {
  if (typeof stored === 'number') return Number.isSafeInteger(stored) ? BigInt(stored) : stored;
  if (stored instanceof Double) return stored.double;
  if (stored instanceof Unknown) return new Pending([stored]);
  return stored;
}

/** A computed value as a member of a list or object. */
export function store(value: CelValue): Stored {
  return typeof value === 'number' && Number.isInteger(value) ? new Double(value) : value;
}

export function isList(value: Stored): value is List {
  return Array.isArray(value);
}

export function isMembers(value: Stored): value is Members {
  return typeof value === 'object' && value !== null && !isList(value) && !isLeafObject(value);
}

function isLeafObject(value: object): boolean {
  return (
    value instanceof Secret ||
    value instanceof Unknown ||
    value instanceof Double ||
    value instanceof Timestamp ||
    value instanceof Duration
  );
}

/** Several bad operands as one: what is not known outweighs an error, which may come from it. */
export function worst(results: readonly (Result | boolean)[]): Pending | Failure | undefined {
  const unknowns = results.flatMap((result) => (result instanceof Pending ? result.unknowns : []));
  if (unknowns.length > 0) return new Pending([...new Set(unknowns)]);
  return results.find((result) => result instanceof Failure);
}

/** Every element of a list as operators need it, or the unknowns among them. */
export function elementsOf(list: List): readonly CelValue[] | Pending {
  const values: CelValue[] = [];
  const unknowns = new Set<Unknown>();
  for (const stored of list) {
    const value = load(stored);
    if (value instanceof Pending) for (const unknown of value.unknowns) unknowns.add(unknown);
    else values.push(value);
  }
  return unknowns.size > 0 ? new Pending([...unknowns]) : values;
}

/** "a string", "a list", … for messages. */
export function nameOf(value: CelValue): string {
  switch (typeof value) {
    case 'string':
      return 'a string';
    case 'boolean':
      return 'true or false';
    case 'bigint':
      return 'an integer';
    case 'number':
      return 'a number';
    default:
      if (value === null) return 'null';
      if (isList(value)) return 'a list';
      if (value instanceof Secret) return 'a secret';
      if (value instanceof Timestamp) return 'a timestamp';
      return value instanceof Duration ? 'a duration' : 'an object';
  }
}
